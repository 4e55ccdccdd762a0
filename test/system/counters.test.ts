/**
 * Counters and gauges against the ledger, over workers that are killed: each settlement is counted once, by the process
 * that wrote it down, so the sums are the ledger's but for what a process that died had not been asked for any more.
 * What is missing is named, target by target: all of it was settled after that process's last scrape had begun.
 */
import { CompiledQuery } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/ledger/ledger.ts';
import { apiWorld, post, startServer, video } from './api-process.ts';
import { expectAgreement, quiet, until } from './judge.ts';
import { typed } from './operate.ts';
import { RedisProcess } from './redis-process.ts';
import { numbered } from './targets.ts';
import { WorkerProcess } from './worker-process.ts';
import { list } from './campaigns.ts';
import type { World } from './world.ts';

const image = 'alibaba.vod.delete-image';
const everyMs = 500;
/** The ledger stamps a settlement before its commit, and it is counted after: one slow commit. */
const commitMs = 1_000;
/** Enough that three kills come in the middle of it. */
const [inCampaign, ofImages] = [6_000, 8_000];

type Counts = Readonly<Record<string, number>>;

/** What this metric says, by the values of its labels in the order in which they are named. */
function read(text: string, metric: string, ...labels: readonly string[]): Counts {
  const found: Record<string, number> = {};
  for (const [, all = '', value] of text.matchAll(new RegExp(`^expunge_${metric}\\{(.*)\\} (\\S+)$`, 'gm'))) {
    const of = new Map([...all.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, is]) => [name, is]));
    if (Number(value) > 0) found[labels.map((label) => of.get(label)).join(' ')] = Number(value);
  }
  return found;
}

const scraped = async ({ metricsUrl }: WorkerProcess) => (await fetch(`${metricsUrl}/metrics`)).text();
const settledIn = (text: string) => read(text, 'targets_settled_total', 'operation', 'settlement');
/** What is cancelled is by no call. */
const settledByCalls = (text: string): Counts =>
  Object.fromEntries(Object.entries(settledIn(text)).filter(([name]) => !name.endsWith(' cancelled')));
const cancelledIn = (text: string) => settledIn(text)[`${video} cancelled`] ?? 0;
const sum = (counts: Counts) => Object.values(counts).reduce((all, n) => all + n, 0);
const total = (all: readonly Counts[]): Counts => {
  const added: Record<string, number> = {};
  for (const counts of all)
    for (const [name, n] of Object.entries(counts)) added[name] = (added[name] ?? 0) + n;
  return added;
};

/** Asks its metrics twice a second, as a Prometheus would, and remembers the last answer and when it was asked for. */
class Scraper {
  last = { text: '', asked: 0 };
  readonly #worker: WorkerProcess;
  #ended = false;

  constructor(worker: WorkerProcess) {
    this.#worker = worker;
    void this.#go();
  }

  async #go(): Promise<void> {
    while (!this.#ended) {
      await this.now().catch(() => undefined);
      await quiet(everyMs);
    }
  }

  async now(): Promise<string> {
    const asked = Date.now();
    const text = await scraped(this.#worker);
    this.last = { text, asked };
    return text;
  }

  end(): void {
    this.#ended = true;
  }
}

/** Rows of the ledger, past the ledger. */
function sqlOf({ config }: World) {
  const { database } = openDatabase(config.database.url);
  onTestFinished(() => database.close());
  const rows = async (statement: string) => (await database.read([CompiledQuery.raw(statement)]))[0] ?? [];
  const counts = async (statement: string): Promise<Counts> =>
    Object.fromEntries((await rows(statement)).map(({ name, n }) => [String(name), Number(n)]));
  return { rows, counts };
}

it('counters add up to the ledger over killed workers, but for what came after their last scrape, and gauges are its count', async () => {
  // Its own: beside it others have theirs refuse to write.
  const redis = await RedisProcess.start();
  onTestFinished(() => redis.stop());
  const world = await apiWorld(redis.url, {
    accounts: { acc: { [video]: { cap: 30 }, [image]: { cap: 20 } } },
    emulator: { latency: { min: 20, max: 60 } },
    settings: { brake: false },
  });
  const api = await startServer(world);
  const workers: { readonly process: WorkerProcess; readonly scraper: Scraper; readonly began: number }[] =
    [];
  onTestFinished(async () => {
    for (const { process, scraper } of workers) {
      scraper.end();
      await process.stop();
    }
    await api.stop();
    await world.close();
  });
  const sql = sqlOf(world);
  const start = async () => {
    const process = await WorkerProcess.start(world);
    workers.push({ process, scraper: new Scraper(process), began: Date.now() });
    await until('it owns both lanes', () => process.owned().size === 2, 60_000);
    return process;
  };

  // Some exist, some don't, some may not be deleted, some calls fail, and some ids are taken back or protected.
  world.emulator.inventory({
    DeleteVideo: { prefix: 'v', count: 2_000 + inCampaign + 1_000 },
    DeleteImage: { any: true },
  });
  world.emulator.setFaults([
    { kind: 'forbid-ids', action: 'DeleteVideo', ids: numbered('v', 40, 300) },
    { kind: 'error-5xx', share: 0.05 },
    { kind: 'reset-after', share: 0.02 },
  ]);
  await start();
  const parts = [numbered('v', 1_000), numbered('v', 1_000, 1_000), numbered('w', 300)];
  for (const ids of parts) expect((await post(api, ids)).status).toBe(202);
  await world.enqueue('acc', image, numbered('i', ofImages));
  const file = list(world, 'c.txt', numbered('v', inCampaign, 2_000));
  const named = ['--account', 'acc', '--operation', video];
  const plan = await typed(world, ['campaign', 'plan', 'c', ...named, '--file', file, '--json']);
  const { hash } = JSON.parse(plan.answered) as { hash: string };
  const ran = await typed(world, ['campaign', 'run', 'c', '--plan', hash, '--confirm', String(inCampaign)]);
  expect(ran.exit, ran.said).toBe(0);
  // Taken back before its time has come.
  const notBefore = new Date(Date.now() + 3_600_000).toISOString();
  const later = { account: 'acc', operation: video, ids: numbered('x', 1_000), reason: 'test', notBefore };
  const asked = await fetch(`${api.url}/v1/deletions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(later),
  });
  const { id: taken } = (await asked.json()) as { id: string };

  /** When each of the killed was gone, by the ledger's clock too. */
  const gone: number[] = [];
  for (let kill = 0; kill < 3; kill++) {
    await quiet(4_500 + 400 * kill);
    const { process, scraper } = workers.at(-1)!;
    scraper.end();
    process.signal('SIGKILL');
    await process.ended;
    gone.push(Date.now());
    if (kill === 1) await fetch(`${api.url}/v1/deletions/${taken}`, { method: 'DELETE' });
    await start();
  }

  // In the middle of it all, once nothing moves: the gauges are the ledger's count.
  await world.ledger.haltAll('a look', 'test');
  const { scraper, process: last } = workers.at(-1)!;
  const open = `SELECT operation AS name, count(*) AS n FROM targets JOIN lanes ON lanes.id = lane`;
  const still = async () =>
    Number((await sql.rows(`SELECT count(*) AS n FROM calls WHERE ended IS NULL`))[0]?.['n']) === 0;
  await until('no call is under way', still);
  await quiet(1_500);
  const text = await scraper.now();
  expect(read(text, 'targets_open', 'operation')).toEqual(
    await sql.counts(`${open} WHERE settlement IS NULL GROUP BY operation`),
  );
  expect(read(text, 'dead_letters', 'operation')).toEqual(
    await sql.counts(`${open} WHERE settlement IN ('refused', 'exhausted') GROUP BY operation`),
  );
  const campaign = await sql.counts(
    `SELECT coalesce(settlement, 'open') AS name, count(*) AS n FROM campaign_targets GROUP BY 1`,
  );
  expect(read(text, 'campaign_targets', 'settlement')).toEqual(campaign);
  expect(read(text, 'campaign_state', 'state')).toEqual({ running: 1 });
  expect(sum(read(text, 'targets_open', 'operation'))).toBeGreaterThan(1_000);
  await world.ledger.unhaltAll('test');

  const isOpen = async () => sum(await sql.counts(`${open} WHERE settlement IS NULL GROUP BY operation`)) > 0;
  const over = async () =>
    !(await isOpen()) &&
    (await sql.rows(`SELECT state FROM campaigns`)).every(({ state }) => state === 'completed');
  await until('all is settled', over, 170_000);
  await quiet(2 * everyMs);
  const apiText = await scraped(api);
  const lastText = await scraper.now();
  expect(read(lastText, 'targets_open', 'operation')).toEqual({});

  // A worker's settlements are those of its calls, which its epoch names; each took both lanes once.
  const byWorker = async (epoch: number, since = 0) =>
    sql.counts(`SELECT operation || ' ' || settlement AS name, count(*) AS n FROM targets
      JOIN calls ON calls.id = targets.call JOIN lanes ON lanes.id = targets.lane
      WHERE settlement IS NOT NULL AND epoch = ${epoch} AND settled >= ${since} GROUP BY 1`);
  for (const { process } of workers)
    expect(process.lines.filter(({ msg }) => msg === 'unit taken')).toHaveLength(2);
  const figures: object[] = [];
  for (const [n, { scraper: own }] of workers.entries()) {
    const counted = settledByCalls(own.last.text);
    const held = await byWorker(n + 1);
    const late = await byWorker(n + 1, own.last.asked - commitMs);
    const missing = Object.keys({ ...held, ...counted }).map((name) => {
      const lost = (held[name] ?? 0) - (counted[name] ?? 0);
      return { name, lost, ok: lost >= 0 && lost <= (late[name] ?? 0) };
    });
    const lost = missing.reduce((all, each) => all + each.lost, 0);
    figures.push({ worker: n + 1, held: sum(held), counted: sum(counted), lost, late: sum(late) });
    expect(
      missing.filter(({ ok }) => !ok),
      `worker ${n + 1}`,
    ).toEqual([]);
  }
  // The last one was asked at the end: nothing of its is missing.
  const end = workers.length;
  expect(settledByCalls(lastText)).toEqual(await byWorker(end));
  const ledger = await sql.counts(
    `SELECT operation || ' ' || settlement AS name, count(*) AS n FROM targets JOIN lanes ON lanes.id = lane GROUP BY 1`,
  );
  const processes = [apiText, ...workers.map((each) => each.scraper.last.text)];
  const all = total(processes.map(settledIn));
  console.info(`counters over ${end} workers: ${JSON.stringify({ ledger, counted: all, figures })}`);
  expect(processes.reduce((n, each) => n + cancelledIn(each), 0)).toBe(ledger[`${video} cancelled`]);
  expect(cancelledIn(apiText)).toBe(1_000);
  expect(new Set(Object.keys(all))).toEqual(new Set(Object.keys(ledger)));

  // What was accepted: by the API to the last one; by the campaign what the last worker released, and all that it has.
  expect(read(apiText, 'targets_accepted_total', 'source')).toEqual({ api: 3_300 });
  const released = processes.map((each) => read(each, 'targets_accepted_total', 'source')['campaign'] ?? 0);
  const untold = await Promise.all(
    gone.map(async (killed, n) => {
      const asked = (workers[n]?.scraper.last.asked ?? 0) - commitMs;
      const lines = 'FROM targets JOIN campaign_targets ON campaign_targets.target = targets.seq';
      const [row] = await sql.rows(
        `SELECT count(*) AS n ${lines} WHERE accepted BETWEEN ${asked} AND ${killed}`,
      );
      return Number(row?.['n']);
    }),
  );
  const unseen = inCampaign - released.reduce((a, b) => a + b);
  expect(unseen).toBeGreaterThanOrEqual(0);
  expect(unseen).toBeLessThanOrEqual(untold.reduce((a, b) => a + b));
  expect(last.lines.filter(({ level }) => level === 'error')).toEqual([]);
  await expectAgreement(world);
}, 240_000);
