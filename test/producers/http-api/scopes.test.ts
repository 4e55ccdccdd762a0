import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scopes, verbs, widenings } from '../../../src/producers/scopes.ts';
import { sha256Of } from '../../../src/producers/person.ts';
import { image, media, thumbnails, video } from '../../accounts.ts';
import { operationAt } from './document.ts';
import { requestOf, requestsOf, type Named } from './requests.ts';
import { serve, type Answered, type Keys, type Sent, type Served } from './world.ts';

/**
 * What each operation of the API takes: the verb, and where it must hold. `lane`: for the account and operation that
 * are named, or that what is named is of. `anywhere`: for some lane; what is told is of those lanes alone.
 * `everywhere`: for all accounts and operations.
 */
const needs: Readonly<Record<string, readonly [verb: string, where: 'lane' | 'anywhere' | 'everywhere']>> = {
  createDeletion: ['enqueue', 'lane'],
  getDeletion: ['read', 'lane'],
  // another's; one's own takes enqueue, see below
  cancelDeletion: ['operate', 'lane'],
  planCampaign: ['campaign', 'lane'],
  getCampaigns: ['read', 'anywhere'],
  getCampaignReport: ['read', 'lane'],
  getCampaign: ['read', 'lane'],
  runCampaign: ['campaign', 'lane'],
  approveCampaign: ['approve', 'lane'],
  pauseCampaign: ['campaign', 'lane'],
  resumeCampaign: ['campaign', 'lane'],
  cancelCampaign: ['campaign', 'lane'],
  getLanes: ['read', 'anywhere'],
  pauseLane: ['operate', 'lane'],
  resumeLane: ['operate', 'lane'],
  halt: ['operate', 'everywhere'],
  unhalt: ['operate', 'lane'],
  getTarget: ['read', 'anywhere'],
};
const account = 'media-prod';

/** Each way to write a scope, and where it holds: in this lane, in some lane at all, everywhere. */
const formsFor = (operation: string) =>
  [
    ['', { lane: true, anywhere: true, everywhere: true }],
    [':*', { lane: true, anywhere: true, everywhere: true }],
    [`:${account}`, { lane: true, anywhere: true, everywhere: false }],
    [`:${account}:${operation}`, { lane: true, anywhere: true, everywhere: false }],
    [`:*:${operation}`, { lane: true, anywhere: true, everywhere: false }],
    [`:${account}:${otherThan(operation)}`, { lane: false, anywhere: true, everywhere: false }],
    [`:*:${otherThan(operation)}`, { lane: false, anywhere: true, everywhere: false }],
    [':hw-prod', { lane: false, anywhere: true, everywhere: false }],
    [`:hw-prod:${thumbnails}`, { lane: false, anywhere: true, everywhere: false }],
    // no operation of that account: it holds nowhere
    [`:hw-prod:${operation}`, { lane: false, anywhere: false, everywhere: false }],
  ] as const;
const otherThan = (operation: string) => (operation === video ? image : video);

const granted = scopes.flatMap((scope) =>
  formsFor(video).map(([form, holds], n) => ({ scope, form, holds, key: `${scope}-${n}` })),
);
const but = (verb: string) => `all-but-${verb}`;
const allBut = (verb: string) => scopes.filter((scope) => scope !== verb);

/** What widens a deletion: as a request's, and as a campaign's query and list. */
const wide: Readonly<
  Record<string, { operation: string; body: object; query: Readonly<Record<string, string>>; list: string }>
> = {
  'image-type-all': {
    ...{ operation: image, body: { targets: [{ by: 'videoId', id: 'w1' }], options: { imageType: 'All' } } },
    ...{ query: { kind: 'videoId', imageType: 'All' }, list: 'w1' },
  },
  urls: {
    ...{ operation: image, body: { targets: [{ by: 'imageUrl', url: 'https://example.com/w.jpg' }] } },
    ...{ query: { kind: 'imageUrl' }, list: 'https://example.com/w.jpg' },
  },
  'reference-ids': {
    ...{ operation: video, body: { targets: [{ by: 'referenceId', id: 'reference-1' }] } },
    ...{ query: { kind: 'referenceId' }, list: 'reference-1' },
  },
  'delete-physical-files': {
    ...{ operation: media, body: { ids: ['w1'], options: { deletePhysicalFiles: true } } },
    ...{ query: { deletePhysicalFiles: 'true' }, list: 'w1' },
  },
};
/** Each with all that is asked for beside the widening itself. The denied come first: a campaign runs once. */
const widening = Object.entries(wide).flatMap(([scope, { operation }]) =>
  formsFor(operation)
    .map(([form, { lane }], n) => ({ scope, form, may: lane, key: `with-${scope}-${n}` }))
    .sort((one, other) => Number(one.may) - Number(other.may)),
);

const keys: Keys = {
  ...Object.fromEntries(granted.map(({ key, scope, form }) => [key, [`${scope}${form}`]])),
  ...Object.fromEntries(widening.map(({ key, scope, form }) => [key, [...verbs, `${scope}${form}`]])),
  ...Object.fromEntries(scopes.map((scope) => [but(scope), allBut(scope)])),
  owner: [...scopes],
};

/** A request of the owner and a campaign, which everybody else asks after. */
let served: Served;
let of: Partial<Named>;

const asked = (
  { method, path, sent }: ReturnType<typeof requestOf>,
  by: string,
  more: Sent = {},
): Promise<Answered> => served.ask(path, { method, ...sent, by, ...more });

/** The same request by somebody: it names itself in all that it would leave behind. */
const requestBy = (operationId: string, by: string) =>
  requestOf(operationId, { ...of, target: `t-${by}`, planned: `p-${by}`, reason: `by ${by}` });

const operationIds = requestsOf()
  .filter(({ method, path }) => operationAt(method, path)?.security === undefined)
  .map(({ operationId }) => operationId);

beforeAll(async () => {
  served = await serve({ keys, kept: true, api: { requestsPerSecond: 1_000_000 } });
  const { ledger } = served;
  for (const name of ['expired', 'revoked']) {
    const livesMs = name === 'expired' ? 1 : 0;
    await ledger.addKey({ name, scopes, livesMs, newName: true, sha256: sha256Of(`${name}-key`) }, 'test');
  }
  await ledger.revokeKey('revoked', undefined, 'test');
  // before the first request: keys are remembered for a second
  while ((await ledger.keys()).some(({ live }) => live));
  const made = await asked(requestOf('createDeletion', { target: 'known' }), 'owner');
  const planned = await asked(requestOf('planCampaign', { target: 'v1' }), 'owner');
  // a hash of nothing: whoever may run or approve is told that, and nothing changes for who comes next
  of = { deletion: String(made.json['id']), known: 'known', campaign: 'spring' };
  expect([made.status, planned.status]).toEqual([202, 201]);
});
afterAll(() => served.close());

/** 404 and 409 come behind the door: that of a plan's hash, or of an id that nobody has heard of. */
const outcomeOf = (status: number): string | number =>
  status === 403 ? 'denied' : [200, 201, 202, 404, 409].includes(status) ? 'let in' : status;

/** All that stands on record by this name, of any kind. */
async function leftBy(by: string): Promise<readonly string[]> {
  const { ledger } = served;
  const events = (await ledger.events(10_000)).filter(({ actor }) => actor === by).map(({ what }) => what);
  const targets = (await ledger.lookup(`t-${by}`)).map(({ id }) => id);
  const plan = await ledger.campaign(`p-${by}`);
  return [...events, ...targets, ...(plan ? [plan.name] : [])];
}

describe('the scope matrix', () => {
  it('says of each operation of the document what it takes', () => {
    expect(Object.keys(needs).sort()).toEqual([...operationIds].sort());
    const used = new Set(Object.values(needs).map(([verb]) => verb));
    expect(verbs.filter((verb) => !used.has(verb))).toEqual(['keys']);
  });

  describe.each(operationIds)('%s', (operationId) => {
    const [verb, where] = needs[operationId] ?? ['', 'lane'];

    it.each(scopes)('with the scope %s alone, in each of its forms', async (scope) => {
      const told: unknown[] = [];
      const expected: unknown[] = [];
      for (const { key, form, holds } of granted.filter((each) => each.scope === scope)) {
        const may = scope === verb && holds[where];
        const { status, text } = await asked(requestBy(operationId, key), key);
        told.push([form, outcomeOf(status)]);
        expected.push([form, may ? 'let in' : 'denied']);
        if (may) continue;
        // what is denied says which scope, and nothing of what it would have been about
        expect(text).toContain('would need the scope');
        expect(text).not.toContain('contract ended');
      }
      expect(told).toEqual(expected);
    });

    it('is denied to a key that may do everything else, and leaves nothing', async () => {
      const key = but(verb);
      expect(await asked(requestBy(operationId, key), key)).toMatchObject({ status: 403 });
    });
  });

  it('has let in nobody who changed anything without its scope', async () => {
    const mayChange = new Set(['enqueue', 'campaign', 'approve', 'operate']);
    const idle = granted.filter(({ scope, holds }) => !mayChange.has(scope) || !holds.lane);
    for (const { key } of idle) expect([key, await leftBy(key)]).toEqual([key, []]);
    const busy = granted.filter(({ scope, holds }) => scope === 'enqueue' && holds.lane);
    for (const { key } of busy) expect(await leftBy(key)).toContain(`t-${key}`);
  });
});

describe('what widens a deletion', () => {
  it('is every widening of the operations', () => {
    expect(Object.keys(wide).sort()).toEqual([...widenings].sort());
  });

  describe.each(Object.entries(wide))('%s', (scope, { operation, body, query, list }) => {
    const campaign = `wide-${scope}`;
    const plan = (name: string, by: string) => {
      const params = new URLSearchParams({ name, account, operation, ...query });
      const headers = { 'content-type': 'text/plain' };
      return served.ask(`/v1/campaigns?${params.toString()}`, { method: 'POST', raw: list, headers, by });
    };

    it('takes its scope in that lane, beside the verb, at each door', async () => {
      const { json } = await plan(campaign, 'owner');
      const run = { plan: json['hash'], confirm: 1 };
      const told: unknown[] = [];
      const expected: unknown[] = [];
      const others = { key: but(scope), form: 'every other scope', may: false };
      for (const { key, form, may } of [others, ...widening.filter((each) => each.scope === scope)]) {
        const reason = `by ${key}`;
        const doors = {
          create: await served.ask('/v1/deletions', {
            body: { account, operation, reason, ...body },
            by: key,
          }),
          plan: await plan(`p-${key}`, key),
          run: await served.ask(`/v1/campaigns/${campaign}/run`, { body: run, by: key }),
          resume: await served.ask(`/v1/campaigns/${campaign}/resume`, { method: 'POST', by: key }),
        };
        for (const [door, { status }] of Object.entries(doors)) {
          told.push([form, door, outcomeOf(status)]);
          expected.push([form, door, may ? 'let in' : 'denied']);
        }
        if (!may) expect([doors.create.text, doors.plan.text].join()).toContain(scope);
        const made = (await served.ledger.campaign(`p-${key}`)) !== undefined;
        expect([key, made]).toEqual([key, may]);
        const events = (await served.ledger.events(10_000)).filter(({ actor }) => actor === key);
        if (!may) expect(events).toEqual([]);
      }
      expect(told).toEqual(expected);
    });
  });
});

describe('a key that is none', () => {
  const authorizations: Readonly<Record<string, string | undefined>> = {
    'is missing': undefined,
    'is empty': '',
    'has expired': 'Bearer expired-key',
    'was revoked': 'Bearer revoked-key',
    'is unknown': `Bearer expunge_${'A'.repeat(43)}`,
    'is a hash of a key': `Bearer ${sha256Of('owner-key')}`,
    'is a name': 'Bearer owner',
    'is cut short': 'Bearer owner-ke',
    'is too long': 'Bearer owner-keyy',
    'is in capitals': 'Bearer OWNER-KEY',
    'is quoted': 'Bearer "owner-key"',
    'stands beside another': 'Bearer owner-key, Bearer owner-key',
    'is a password': `Basic ${Buffer.from('owner:owner-key').toString('base64')}`,
    'has no scheme': 'owner-key',
    'has no value': 'Bearer',
    'is huge': `Bearer ${'x'.repeat(8_000)}`,
  };

  it.each(Object.entries(authorizations))('opens no door where it %s', async (why, authorization) => {
    const by = why.replaceAll(/\W/g, '-');
    const before = await served.ledger.events(10_000);
    for (const operationId of operationIds) {
      const { method, path, sent } = requestBy(operationId, by);
      const headers = { ...sent.headers, ...(authorization !== undefined && { authorization }) };
      const { status, headers: told } = await served.ask(path, { method, ...sent, headers });
      expect([operationId, status, told.get('www-authenticate')]).toEqual([operationId, 401, 'Bearer']);
    }
    expect(await leftBy(by)).toEqual([]);
    expect(await served.ledger.events(10_000)).toEqual(before);
  });
});
