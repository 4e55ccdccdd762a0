/**
 * The demo of docker-compose.yml: puts made-up ids into the emulator and asks the HTTP API for their deletion, images
 * as a campaign, the others as requests. It ends once all is accepted; Grafana, or `docker compose run --rm cli lanes`,
 * shows how they go. Plain JavaScript, so that the image of the product runs it as it stands.
 *
 * @typedef {object} Demo
 * @property {string} api address of the HTTP API
 * @property {string} key an API key that may enqueue and run campaigns
 * @property {string} emulator address of the emulator that the accounts are at
 * @property {string} run what this run's ids begin with: no two the same, and nothing real has such a name
 * @property {readonly [alibaba: string, huawei: string]} accounts
 * @property {(line: string) => void} say
 */

const reason = 'demo of docker-compose.yml';
const json = 'application/json';

/**
 * Throws with the answer at the first that is not 2xx.
 *
 * @param {Demo} demo
 */
export async function demo({ api, key, emulator, run, accounts: [alibaba, huawei], say }) {
  const requests = [
    { account: alibaba, operation: 'alibaba.vod.delete-video', action: 'DeleteVideo' },
    { account: alibaba, operation: 'alibaba.ice.delete-media-infos', action: 'DeleteMediaInfos' },
    { account: huawei, operation: 'huawei.vod.delete-thumbnails', action: 'DeleteThumbnails' },
  ];
  for (const { account, operation, action } of requests) {
    const ids = await idsOf(action, 1_000);
    const { accepted } = await ask('/v1/deletions', JSON.stringify({ account, operation, ids, reason }));
    say(`${operation}: ${accepted} ids are accepted`);
  }
  // the largest that runs without a second person's approval
  const images = await idsOf('DeleteImage', 10_000);
  const [name, operation] = [`demo-${run}`, 'alibaba.vod.delete-image'];
  const fields = new URLSearchParams({ name, account: alibaba, operation, reason });
  const { hash, valid } = await ask(`/v1/campaigns?${fields.toString()}`, images.join('\n'), 'text/plain');
  await ask(`/v1/campaigns/${name}/run`, JSON.stringify({ plan: hash, confirm: valid }));
  say(`${operation}: campaign ${name} of ${valid} ids runs`);

  /** Made-up ids, the last in a hundred of which don't exist: they come back absent. */
  async function idsOf(/** @type {string} */ action, /** @type {number} */ count) {
    const prefix = `${action}-${run}-`;
    const inventory = { [action]: { prefix, count: count * 0.99 } };
    await post(`${emulator}/_emulator/inventory`, JSON.stringify(inventory), { 'content-type': json });
    return Array.from({ length: count }, (_, n) => `${prefix}${n}`);
  }

  function ask(/** @type {string} */ path, /** @type {string} */ body, type = json) {
    return post(api + path, body, { authorization: `Bearer ${key}`, 'content-type': type });
  }
}

/** @returns {Promise<any>} */
async function post(
  /** @type {string} */ url,
  /** @type {string} */ body,
  /** @type {Record<string, string>} */ headers,
) {
  const answer = await fetch(url, { method: 'POST', body, headers });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${said}`);
  return said === '' ? undefined : JSON.parse(said);
}
