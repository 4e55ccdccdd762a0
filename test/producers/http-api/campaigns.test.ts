import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as open, type IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { CompiledQuery } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { startEmulator } from '../../../src/emulator/emulator.ts';
import { openDatabase } from '../../../src/ledger/ledger.ts';
import {
  campaignSchema,
  campaignsSchema,
  planSchema,
} from '../../../src/producers/http-api/campaign-schema.ts';
import { accounts, image, secret, video } from '../../accounts.ts';
import { serve, type Answered, type Keys, type Served, type Sent } from './world.ts';

const account = 'media-prod';
const keys: Keys = {
  ann: ['campaign', 'approve', 'read'],
  ben: ['approve:media-prod', 'campaign', 'read:hw-prod'],
  wide: ['campaign', 'image-type-all', 'reference-ids', 'delete-physical-files', 'urls', 'read'],
};

type Plan = Readonly<Record<string, string>>;
const path = (over: Plan = {}) =>
  `/v1/campaigns?${new URLSearchParams({ name: 'spring', account, operation: video, ...over }).toString()}`;

const plan = (served: Served, list: string | Buffer, over: Plan = {}, sent: Sent = {}): Promise<Answered> =>
  served.ask(path(over), {
    ...{ method: 'POST', raw: list, by: 'ann', ...sent },
    headers: { 'content-type': 'text/plain', ...sent.headers },
  });

const step = (served: Served, verb: string, body?: object, by = 'ann', name = 'spring') =>
  served.ask(`/v1/campaigns/${name}/${verb}`, { method: 'POST', by, ...(body && { body }) });

const ids = (n: number, prefix = 'v') => Array.from({ length: n }, (_, i) => `${prefix}${i}`).join('\n');

/** Nothing of it is on record: no plan, and nothing to be sent. */
async function expectNothing({ ledger }: Served, name = 'spring') {
  expect(await ledger.campaign(name)).toBeUndefined();
}

describe('POST /v1/campaigns', () => {
  it('makes a plan of a list, tells what would be deleted, and deletes nothing', async () => {
    const served = await serve({ keys });
    const { status, json, headers } = await plan(served, 'v1\nv2\nv 3\nv1\nv4');
    expect(status).toBe(201);
    expect(headers.get('location')).toBe('/v1/campaigns/spring');
    const answer = planSchema.parse(json);
    expect(answer).toMatchObject({
      ...{ campaign: 'spring', account, operation: video, valid: 3, invalid: 1, duplicates: 1, calls: 1 },
      ...{ first: 'v1', last: 'v4', kinds: { videoId: 3 }, widening: [], needsApproval: false },
      ...{ invalidListed: 1, invalidLines: [{ line: 3, value: 'v 3', problem: 'holds U+0020' }] },
      next: [`POST /v1/campaigns/spring/run {"plan":"${answer.hash}","confirm":COUNT}`],
    });
    expect(answer.warnings).not.toEqual([]);
    const campaign = await served.ledger.campaign('spring');
    expect(campaign).toMatchObject({ state: 'planned', requester: 'ann', hash: answer.hash, valid: 3 });
  });

  it('makes the same plan of text, CSV, NDJSON and of what is packed', async () => {
    const served = await serve({ keys });
    const csv = { headers: { 'content-type': 'text/csv; charset=utf-8' } };
    const ndjson = { headers: { 'content-type': 'application/x-ndjson' } };
    const packed = { headers: { 'content-encoding': 'gzip' } };
    const plans = [
      await plan(served, 'v1\nv2', { name: 'text' }),
      await plan(served, gzipSync('v1\nv2'), { name: 'packed' }, packed),
      await plan(served, 'title,id\na,v1\nb,v2', { name: 'csv', column: 'id' }, csv),
      await plan(served, '"v1"\n{"by":"videoId","id":"v2"}', { name: 'ndjson' }, ndjson),
    ];
    expect(plans.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(plans.map(({ json }) => json['hash'])).size).toBe(1);
  });

  it('lists the first 1,000 bad lines and counts all of them', async () => {
    const served = await serve({ keys });
    const { json } = await plan(served, `good\n${`${'x y'.repeat(200)}\n`.repeat(1_500)}`);
    const answer = planSchema.parse(json);
    expect(answer).toMatchObject({ valid: 1, invalid: 1_500, invalidListed: 1_000 });
    expect(answer.invalidLines).toHaveLength(1_000);
    expect(answer.invalidLines[999]).toMatchObject({ line: 1_001, value: 'x y'.repeat(200).slice(0, 200) });
  });

  it.each([
    ['no body', '', {}, {}, 400, ''],
    ['no id', '\n\n', {}, {}, 400, ''],
    ['bad lines only', 'a b\n,', {}, {}, 400, ''],
    ['protected ids', 'ok\nkeep-1', {}, {}, 422, ''],
    ['more than max', 'a\nb\nc', { max: '2' }, {}, 409, 'max'],
    ['what is not gzip', 'v1', {}, { headers: { 'content-encoding': 'gzip' } }, 400, ''],
    [
      'a gzip that breaks off',
      gzipSync(ids(9_000)).subarray(0, 9_000),
      {},
      { headers: { 'content-encoding': 'gzip' } },
      400,
      '',
    ],
    ['gzip that is not said to be it', gzipSync('v1'), {}, {}, 400, ''],
    ['another coding', 'v1', {}, { headers: { 'content-encoding': 'br' } }, 415, ''],
    ['another type', 'v1', {}, { headers: { 'content-type': 'application/json' } }, 415, ''],
    ['a column of text', 'v1', { column: 'id' }, {}, 400, 'column'],
    ['a name that no path holds', 'v1', { name: 'Big Bang' }, {}, 400, 'name'],
    ['an unknown account', 'v1', { account: 'nope' }, {}, 400, 'account'],
    ['another account’s operation', 'v1', { account: 'hw-prod' }, {}, 400, 'operation'],
    ['an unknown parameter', 'v1', { maximum: '3' }, {}, 400, 'maximum'],
    ['an unknown kind', 'v1', { kind: 'film' }, {}, 400, 'kind'],
    ['no share', 'v1', { share: '2' }, {}, 400, 'share'],
    ['no window', 'v1', { window: 'nights' }, {}, 400, 'window'],
    ['no brake', 'v1', { brakeAbsent: 'much' }, {}, 400, 'brakeAbsent'],
    ['a check of too many', 'v1', { checkExists: '1001' }, {}, 400, 'checkExists'],
    ['an option of another operation', 'v1', { imageType: 'All' }, {}, 400, 'imageType'],
    ['a reason that no text holds', 'v1', { reason: 'a\0b' }, {}, 400, 'reason'],
  ])('plans nothing of %s', async (_, list, over, sent, status, parameter) => {
    const served = await serve({ keys, settings: { protected: { patterns: ['keep-*'] } } });
    const answer = await plan(served, list, over, sent);
    expect([answer.status, answer.text]).toEqual([
      status,
      expect.stringContaining('"type":"urn:expunge:problem:'),
    ]);
    if (parameter !== '') expect(answer.json['errors']).toMatchObject([{ parameter }]);
    await expectNothing(served);
  });

  it('names the lines that are protected, and repeats nothing that was sent', async () => {
    const served = await serve({ keys, settings: { protected: { patterns: ['keep-*'] } } });
    const { json, text } = await plan(served, 'ok\nkeep-1\nok2\nkeep-2');
    expect(json['errors']).toMatchObject([{ line: 2 }, { line: 4 }]);
    expect(text).not.toContain('keep-1');
  });

  it('plans nothing of a body that breaks off, however much of it had come', async () => {
    const served = await serve({ keys, kept: true });
    const began = new Promise<void>((resolve) => {
      const { addToPlan } = served.ledger;
      served.ledger.addToPlan = (...words) => addToPlan(...words).finally(resolve);
    });
    const dropped = new Promise<void>((resolve) => {
      const { dropPlan } = served.ledger;
      served.ledger.dropPlan = (...words) => dropPlan(...words).finally(resolve);
    });
    const headers = { authorization: 'Bearer ann-key', 'content-type': 'text/plain' };
    const upload = open(`${served.url}${path()}`, { method: 'POST', headers });
    upload.on('error', () => undefined);
    upload.write(`${ids(20_000)}\n`);
    await began;
    upload.destroy();
    await dropped;
    await expectNothing(served);
    await served.close();
    // Whoever hangs up is no fault of ours.
    expect(served.logged.filter((line) => line.includes('request failed'))).toEqual([]);
  });

  it('tells why while the list is still coming', async () => {
    const served = await serve({ keys });
    const headers = { authorization: 'Bearer ann-key', 'content-type': 'text/plain' };
    const upload = open(`${served.url}${path({ max: '5' })}`, { method: 'POST', headers });
    upload.on('error', () => undefined);
    upload.write(`${ids(20_000)}\n`);
    const [answer] = (await once(upload, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(409);
    upload.destroy();
    await expectNothing(served);
  });

  it('takes a scope of its own for what widens the deletion, by option and by kind', async () => {
    const served = await serve({ keys });
    const options = { operation: image, kind: 'videoId', imageType: 'All' };
    const refused = await plan(served, 'v1', options);
    expect([refused.status, refused.text]).toEqual([
      403,
      expect.stringContaining(`image-type-all:${account}:${image}`),
    ]);
    const byKind = await plan(served, `v1\n${ids(3_000, 'reference-')}`, { kind: 'referenceId' });
    expect([byKind.status, byKind.text]).toEqual([403, expect.stringContaining('reference-ids')]);
    await expectNothing(served);
    const allowed = await plan(served, 'v1', options, { by: 'wide' });
    expect([allowed.status, allowed.json['widening']]).toEqual([
      201,
      [expect.stringContaining('IMAGE TYPE = ALL')],
    ]);
  });

  it('asks the provider whether a sample exists, and plans no list of which most do not unless told to', async () => {
    const emulator = await startEmulator({
      clock: systemClock,
      accounts: [{ name: account, provider: 'alibaba', accessKeyId: 'key-a', secret, caps: {} }],
    });
    onTestFinished(() => emulator.close());
    emulator.inventory({ DeleteVideo: { prefix: 'v', count: 10 } });
    const served = await serve({ keys, settings: { accounts: accounts(emulator.url) } });
    const right = await plan(served, ids(10), { checkExists: '5', name: 'right' });
    expect([right.status, right.json['checked']]).toMatchObject([201, { asked: 5, present: 5, gone: 0 }]);
    const wrong = await plan(served, ids(10, 'w'), { checkExists: '5' });
    expect([wrong.status, wrong.text]).toEqual([409, expect.stringContaining('MOST OF THESE DON')]);
    await expectNothing(served);
    const anyway = await plan(served, ids(10, 'w'), { checkExists: '5', anyway: 'true' });
    expect([anyway.status, anyway.json['checked']]).toMatchObject([201, { asked: 5, gone: 5 }]);
    expect(emulator.calls().filter(({ action }) => action.startsWith('Delete'))).toEqual([]);
  });

  it('takes the scope campaign for that account and operation', async () => {
    const served = await serve({
      keys: { ...keys, other: ['campaign:hw-prod', `campaign:${account}:${image}`] },
    });
    const refused = await plan(served, 'v1', {}, { by: 'other' });
    expect([refused.status, refused.text]).toEqual([
      403,
      expect.stringContaining(`campaign:${account}:${video}`),
    ]);
    await expectNothing(served);
  });
});

describe('POST /v1/campaigns/{name}/run', () => {
  it.each(['approve', 'run'])('%s never repeats what came in the place of the hash', async (verb) => {
    const served = await serve({ keys });
    await plan(served, 'v1\nv2');
    const pasted = `expunge_${'k'.repeat(43)}`;
    const refused = await step(served, verb, { plan: pasted, ...(verb === 'run' && { confirm: 2 }) }, 'ben');
    expect(refused.status).toBe(409);
    expect(refused.json['detail']).toContain('not the hash');
    expect(JSON.stringify(refused.json)).not.toContain(pasted);
  });

  it('runs what was planned, with its hash and its count, and only once', async () => {
    const served = await serve({ keys });
    const { hash } = planSchema.parse((await plan(served, 'v1\nv2')).json);
    const right = { plan: hash, confirm: 2 };
    for (const [wrong, pointer] of [
      [{ ...right, plan: 'f'.repeat(32) }, '/plan'],
      [{ ...right, confirm: 3 }, '/confirm'],
      [{ ...right, max: 1 }, '/max'],
    ] as const) {
      const refused = await step(served, 'run', wrong);
      expect(refused).toMatchObject({ status: 409 });
      expect(refused.json['errors']).toMatchObject([{ pointer }]);
    }
    for (const wrong of [
      { ...right, share: 2 },
      { ...right, window: 'x' },
      { confirm: 2 },
      { ...right, extra: 1 },
      [],
    ])
      expect(await step(served, 'run', wrong)).toMatchObject({ status: 400 });
    expect(await served.ledger.campaign('spring')).toMatchObject({ state: 'planned' });

    const done = await step(served, 'run', { ...right, share: 0.5, undoWindow: '1h' });
    expect(done.status).toBe(200);
    expect(campaignSchema.parse(done.json)).toMatchObject({ state: 'running', by: 'ann', share: 0.5 });
    const again = await step(served, 'run', right);
    expect([again.status, again.text]).toEqual([409, expect.stringContaining('was run already')]);
  });

  it('takes two persons above the limit: one who plans or runs, another who approves', async () => {
    const served = await serve({ keys, settings: { approval: { above: 1 } } });
    const planned = planSchema.parse((await plan(served, 'v1\nv2')).json);
    const { hash } = planned;
    const run = { plan: hash, confirm: 2 };
    expect(planned).toMatchObject({
      needsApproval: true,
      next: [expect.stringContaining('/approve'), expect.anything()],
    });
    expect(await step(served, 'run', run)).toMatchObject({ status: 409 });
    expect(await step(served, 'approve', { plan: hash })).toMatchObject({ status: 403 });
    expect(await step(served, 'approve', { plan: 'other' }, 'ben')).toMatchObject({ status: 409 });
    expect(await step(served, 'approve', { plan: hash }, 'wide')).toMatchObject({ status: 403 });
    expect(await served.ledger.campaign('spring')).toMatchObject({ state: 'planned' });
    const approved = await step(served, 'approve', { plan: hash }, 'ben');
    expect(approved).toMatchObject({ status: 200, json: { state: 'approved', approvedBy: 'ben' } });
    expect(await step(served, 'run', run, 'ben')).toMatchObject({ status: 403 });
    expect(await step(served, 'run', run)).toMatchObject({ status: 200, json: { state: 'running' } });
  });

  it('lets nobody approve without a key', async () => {
    const served = await serve({ settings: { approval: { above: 1 } } });
    const { hash } = planSchema.parse(
      (await served.ask(path(), { raw: 'v1\nv2', headers: { 'content-type': 'text/plain' } })).json,
    );
    const refused = await served.ask('/v1/campaigns/spring/approve', { body: { plan: hash } });
    expect(refused.status).toBe(403);
    expect(await served.ledger.campaign('spring')).toMatchObject({ state: 'planned' });
  });

  it('runs nothing of a plan that was changed in the database', async () => {
    const served = await serve({ keys });
    const { hash } = planSchema.parse((await plan(served, 'v1\nv2')).json);
    const { database } = openDatabase(served.config.database.url);
    await database.write([CompiledQuery.raw(`UPDATE campaign_targets SET key = 'another' WHERE n = 2`)]);
    await database.close();
    const refused = await step(served, 'run', { plan: hash, confirm: 2 });
    expect([refused.status, refused.text]).toEqual([
      409,
      expect.stringContaining('does not hold what was planned'),
    ]);
    expect(await served.ledger.campaign('spring')).toMatchObject({ state: 'failed' });
  });

  it('takes the widening scopes of the plan, and so does resume; pause and cancel take none', async () => {
    const served = await serve({ keys });
    const { hash } = planSchema.parse(
      (await plan(served, 'reference-1', { kind: 'referenceId' }, { by: 'wide' })).json,
    );
    const run = { plan: hash, confirm: 1 };
    expect(await step(served, 'run', run)).toMatchObject({ status: 403 });
    expect(await served.ledger.campaign('spring')).toMatchObject({ state: 'planned' });
    expect(await step(served, 'run', run, 'wide')).toMatchObject({ status: 200 });
    expect(await step(served, 'pause')).toMatchObject({ status: 200 });
    expect(await step(served, 'resume')).toMatchObject({ status: 403 });
    expect(await served.ledger.campaign('spring')).toMatchObject({ state: 'paused' });
    expect(await step(served, 'resume', {}, 'wide')).toMatchObject({ status: 200 });
    expect(await step(served, 'cancel')).toMatchObject({ status: 200 });
  });
});

describe('POST /v1/campaigns/{name}/pause, resume, cancel', () => {
  it('move it in the name of the key, and say what can be done where that leads nowhere', async () => {
    const served = await serve({ keys });
    const { hash } = planSchema.parse((await plan(served, 'v1')).json);
    const early = await step(served, 'pause');
    expect([early.status, early.text]).toEqual([
      409,
      expect.stringContaining('POST /v1/campaigns/spring/run'),
    ]);
    await step(served, 'run', { plan: hash, confirm: 1 });
    const paused = await step(served, 'pause', { reason: 'lunch' });
    expect(paused).toMatchObject({ status: 200, json: { state: 'paused', reason: 'lunch', by: 'ann' } });
    expect(await step(served, 'pause')).toMatchObject({ status: 200, json: { state: 'paused' } });
    expect(await step(served, 'resume')).toMatchObject({ status: 200, json: { state: 'running' } });
    expect(await step(served, 'cancel', {})).toMatchObject({ status: 200, json: { state: 'cancelled' } });
    expect(await step(served, 'resume')).toMatchObject({ status: 409 });
    expect(await step(served, 'pause', {}, 'ann', 'nope')).toMatchObject({ status: 404 });
    expect(await step(served, 'pause', {}, 'ann', '..%2Fx')).toMatchObject({ status: 400 });
  });
});

describe('GET /v1/campaigns', () => {
  it('lists those that the person may read, the latest first, page by page', async () => {
    const served = await serve({ keys });
    for (const name of ['one', 'two', 'three']) await plan(served, name, { name });
    const names = async (query: string, by = 'ann') => {
      const { campaigns, next } = campaignsSchema.parse(
        (await served.ask(`/v1/campaigns${query}`, { by })).json,
      );
      return { names: campaigns.map(({ campaign }) => campaign), next };
    };
    expect(await names('')).toEqual({ names: ['three', 'two', 'one'], next: null });
    const first = await names('?limit=2');
    expect(first).toEqual({ names: ['three', 'two'], next: expect.any(String) as string });
    expect(await names(`?limit=2&cursor=${first.next}`)).toEqual({ names: ['one'], next: null });
    expect(await names('', 'ben')).toEqual({ names: [], next: null });
    expect(await served.ask('/v1/campaigns/one', { by: 'ben' })).toMatchObject({ status: 403 });
    expect(await served.ask('/v1/campaigns/one', { by: 'ann' })).toMatchObject({
      status: 200,
      json: { campaign: 'one' },
    });
    expect(await served.ask('/v1/campaigns/four', { by: 'ann' })).toMatchObject({ status: 404 });
  });
});

describe('GET /v1/campaigns/{name}/report', () => {
  /** fetch can't see trailers. */
  async function report({ url }: Served, query: string, by = 'ann') {
    const asked = open(`${url}/v1/campaigns/spring/report${query}`, {
      headers: { authorization: `Bearer ${by}-key` },
    });
    asked.end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const text = (await answer.toArray()).join('');
    return { status: answer.statusCode, headers: answer.headers, text, trailers: answer.trailers };
  }

  it('streams one row an id, and its SHA-256 after them', async () => {
    const served = await serve({ keys });
    await plan(served, ids(5_000));
    expect((await report(served, '')).headers).toMatchObject({ 'expunge-final': 'false' });
    await step(served, 'cancel');
    const csv = await report(served, '');
    expect(csv).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/csv; charset=utf-8', 'expunge-final': 'true' },
    });
    expect(csv.text.trimEnd().split('\n')).toHaveLength(5_001);
    const sha256 = createHash('sha256').update(csv.text).digest('base64');
    expect(csv.trailers).toEqual({ 'repr-digest': `sha-256=:${sha256}:` });
    const ndjson = await report(served, '?format=ndjson&only=cancelled');
    expect(JSON.parse(ndjson.text.split('\n')[0] ?? '')).toMatchObject({
      entry: 'v0',
      settlement: 'cancelled',
    });
    expect((await report(served, '?only=failed')).text.trimEnd().split('\n')).toHaveLength(1);
  });

  it('refuses what nothing ends as, unknown formats, and whoever may not read', async () => {
    const served = await serve({ keys });
    await plan(served, 'v1');
    expect(await report(served, '?only=lost')).toMatchObject({ status: 400 });
    expect(await report(served, '?format=xml')).toMatchObject({ status: 400 });
    expect(await report(served, '', 'ben')).toMatchObject({ status: 403 });
  });
});
