import { createConfig, lintFromString } from '@redocly/openapi-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { loadConfig } from '../../../src/config.ts';
import { LedgerAway } from '../../../src/ledger/database.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { ExpungeClient } from '../../../src/producers/client/client.ts';
import { createApi } from '../../../src/producers/http-api/server.ts';
import { operations as adapters } from '../../../src/providers/operations.ts';
import { image, video } from '../../accounts.ts';
import { document, documentText, faultsOf, operationAt, operations } from './document.ts';
import { requestOf, requestsOf } from './requests.ts';
import { serve, type Keys, type Sent, type Served } from './world.ts';

const isPublic = ({ security }: { readonly security?: readonly unknown[] }) => security?.length === 0;
const account = 'media-prod';

describe('docs/openapi.json', () => {
  it('names each route of the server, and none besides', async () => {
    const loaded = loadConfig({ env: {}, cwd: '/', operations: adapters });
    if ('problems' in loaded) throw new Error('the defaults are wrong');
    const app = await createApi({ ...loaded, clock: systemClock, version: '', lanes: [] } as never);
    const routes = routesIn(app.printRoutes({ commonPrefix: false }));
    await app.close();
    const page = routes.filter((route) => /^\w+ \/docs(\/|$)/.test(route));
    expect(page.length).toBeGreaterThan(0);
    const others = routes.filter((route) => !page.includes(route)).sort();
    const told = operations.map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
    expect(others).toEqual(told.sort());
  });

  /** Each line is a piece of path, four characters deeper than what it belongs to, and its methods. */
  function routesIn(tree: string): string[] {
    const above: string[] = [];
    return tree.split('\n').flatMap((line) => {
      const [, lines = '', piece = '', methods] = /^([│├└─ ]*)(\S+) \(([A-Z, ]+)\)$/.exec(line) ?? [];
      if (methods === undefined) return [];
      const depth = lines.length / 4 - 1;
      above.length = depth;
      above[depth] = piece;
      const path = above.join('').replaceAll('//', '/');
      return methods.split(', ').map((method) => `${method} ${path}`);
    });
  }

  const lint = async (changed: (copy: { paths: Record<string, never> }) => void = () => undefined) => {
    const copy = JSON.parse(documentText) as { paths: Record<string, never> };
    changed(copy);
    const rules = [
      ...['struct', 'no-unresolved-refs', 'operation-operationId-unique', 'path-parameters-defined'],
      ...['path-declaration-must-exist', 'no-identical-paths', 'operation-parameters-unique'],
      ...['security-defined', 'no-ambiguous-paths', 'no-path-trailing-slash'],
    ];
    const config = await createConfig({ rules: Object.fromEntries(rules.map((rule) => [rule, 'error'])) });
    const found = await lintFromString({ source: JSON.stringify(copy), absoluteRef: 'openapi.json', config });
    return found.map(({ ruleId, message }) => `${ruleId}: ${message}`);
  };

  it('is valid OpenAPI 3.1', async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(await lint()).toEqual([]);
    // the judge can say no
    expect(await lint((copy) => Object.assign(copy.paths, { '/v1/{x}': { get: {} } }))).not.toEqual([]);
  });

  it('takes a key for everything but what is public', () => {
    const open = operations.filter(isPublic).map(({ operationId }) => operationId);
    expect(open).toEqual(['livez', 'readyz', 'openapi']);
  });
});

/** What a route may answer that a request can't bring about here, and why. */
const notAsked: Readonly<Record<string, readonly number[]>> = {
  // the first of two requests is under way for 10 s: once.test.ts
  createDeletion: [409],
  // the request of a campaign that workers have begun: requests.conformance.test.ts
  cancelDeletion: [409],
  // it takes nothing that could be wrong
  getLanes: [400],
};

describe('every operation of docs/openapi.json', () => {
  const keys: Keys = {
    ann: ['enqueue', 'campaign', 'approve', 'operate', 'read'],
    bob: ['approve', 'campaign'],
    nobody: ['keys'],
  };
  /** `operationId status` of each answer that was held against the document. */
  const seen = new Set<string>();
  const faults: string[] = [];
  let served: Served;
  let client: ExpungeClient;
  let hash: string;

  beforeAll(async () => {
    served = await serve({ keys, kept: true, api: { requestsPerSecond: 100_000 }, settings });
    client = new ExpungeClient({ url: served.url, apiKey: 'ann-key', fetch: watched, attempts: 1 });
  });
  afterAll(() => served.close());
  const settings = { protected: { patterns: ['keep-*'] } };

  /** As fetch, but each answer is held against the document. */
  const watched: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    const { pathname } = new URL(input);
    const operation = operationAt(init?.method ?? 'GET', pathname);
    if (!operation) throw new Error(`${init?.method ?? 'GET'} ${pathname} is not in the document`);
    const type = answer.headers.get('content-type') ?? '';
    faults.push(...faultsOf(operation, answer.status, type, await answer.clone().text()));
    seen.add(`${operation.operationId} ${answer.status}`);
    return answer;
  };

  async function ask(path: string, { method, body, raw, headers, by = 'ann' }: Sent = {}, at = served.url) {
    const answer = await watched(`${at}${path}`, {
      method: method ?? 'GET',
      headers: {
        ...(by !== '' && { authorization: `Bearer ${by}-key` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(raw !== undefined && { body: raw }),
    });
    return { status: answer.status, text: await answer.text() };
  }

  const planned = (name: string, raw = 'v1', sent: Sent = {}, more = '') =>
    ask(`/v1/campaigns?name=${name}&account=${account}&operation=${video}${more}`, {
      ...{ method: 'POST', raw, ...sent },
      headers: { 'content-type': 'text/plain', ...sent.headers },
    });

  it('answers what it promises where all is well', async () => {
    const { id } = await client.deletions.create({
      account,
      operation: video,
      ids: ['a1', 'a2'],
      reason: 'x',
    });
    expect(await client.deletions.get(id)).toMatchObject({ accepted: 2 });
    for await (const { id: target } of client.deletions.targets(id, { pageSize: 1 }))
      expect(target).toMatch(/^a/);
    expect(await client.lookup('a1')).toMatchObject({ targets: [{ id: 'a1' }] });
    expect(await client.deletions.cancel(id)).toMatchObject({ cancelled: 2 });
    expect((await client.lanes.list()).lanes.length).toBeGreaterThan(1);
    expect(await client.lanes.pause(account, video)).toMatchObject({ state: 'paused' });
    expect(await client.lanes.resume(account, video)).toMatchObject({ state: 'open' });
    await client.lanes.halt({ reason: 'x' });
    await client.lanes.unhalt();

    const plan = await planned('spring', 'v1\nv2\nbad id\nv1');
    ({ hash } = JSON.parse(plan.text) as { hash: string });
    const step = (verb: string, body?: object, by = 'ann') =>
      ask(`/v1/campaigns/spring/${verb}`, { method: 'POST', by, ...(body && { body }) });
    const statuses = [
      plan,
      await step('approve', { plan: hash }, 'bob'),
      await step('run', { plan: hash, confirm: 2 }),
      await step('pause', { reason: 'lunch' }),
      await step('resume'),
      await step('cancel'),
      await ask('/v1/campaigns'),
      await ask('/v1/campaigns/spring'),
      await ask('/v1/campaigns/spring/report'),
      await ask('/v1/campaigns/spring/report?format=ndjson'),
      await ask('/livez', { by: '' }),
      await ask('/readyz', { by: '' }),
      await ask('/openapi.json', { by: '' }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([201, ...statuses.slice(1).map(() => 200)]);
    expect(faults).toEqual([]);
    const done = [...seen].filter((each) => / 2\d\d$/.test(each)).map((each) => each.split(' ')[0]);
    expect(done.sort()).toEqual(operations.map(({ operationId }) => operationId).sort());
  });

  it('can do without a body where the document says so, and nowhere else', async () => {
    for (const { operationId, method, path, sent } of requestsOf()) {
      const told = operations.find((each) => each.operationId === operationId)?.requestBody;
      if (!told) continue;
      const { status } = await ask(path, { method, headers: { ...sent.headers } });
      expect([operationId, [400, 415].includes(status)]).toEqual([operationId, told.required]);
    }
    expect(faults).toEqual([]);
  });

  const asked = (id: string, sent: Sent = {}) => {
    const { method, path, sent: usual } = requestOf(id);
    return ask(path, { method, ...usual, ...sent });
  };
  const withKey = requestsOf().filter(({ method, path }) => !isPublic(operationAt(method, path) ?? {}));

  it('answers what it promises where nobody is known, or may not, or the path or body is wrong', async () => {
    for (const { method, path, sent } of withKey) {
      await ask(path, { method, ...sent, by: '' });
      await ask(path, { method, ...sent, by: 'nobody' });
      if (!sent.body && !sent.raw) continue;
      const json = { 'content-type': 'application/json' };
      for (const raw of ['{', '[]', '{"resaon":""}', '{"__proto__":1}'])
        await ask(path, { method, raw, headers: json });
      await ask(path, { method, raw: JSON.stringify('x'.repeat(1_000_001)), headers: json });
      await ask(path, { method, raw: 'x', headers: { 'content-type': 'application/xml' } });
    }
    const long = 'x'.repeat(5_000);
    for (const { method, path } of operations) {
      if (!path.includes('{')) continue;
      await ask(path.replaceAll(/\{\w+\}/g, 'nope'), { method, ...bodyOf(method, path) });
      await ask(path.replaceAll(/\{\w+\}/g, long), { method, ...bodyOf(method, path) });
    }
    for (const path of ['/v1/campaigns', '/v1/deletions/none', '/v1/campaigns/spring/report'])
      await ask(`${path}?limit=0&format=xml`);
    expect(faults).toEqual([]);
  });

  /** The usual body of what stands at this path. */
  function bodyOf(method: string, template: string): Sent {
    return requestOf(operationAt(method, template)?.operationId ?? '').sent;
  }

  it('answers what it promises where things stand otherwise', async () => {
    const unknown = { account, operation: image };
    const headers = { 'idempotency-key': 'k' };
    await asked('createDeletion', { headers });
    await asked('createDeletion', { headers, body: { ...unknown, ids: ['other'], reason: 'x' } });
    await asked('createDeletion', { body: { ...unknown, ids: ['keep-1'], reason: 'x' } });
    await asked('createDeletion', {
      body: { ...unknown, ids: ['a'], options: { imageType: 'All' }, reason: 'x' },
    });
    await planned('summer', 'keep-1');
    await planned('summer', 'v1\nv2', {}, '&max=1');
    await planned('summer', 'v1', { headers: { 'content-encoding': 'br' } });
    await planned('summer');
    // spring is over, summer was planned only
    for (const verb of ['run', 'approve', 'resume', 'pause'])
      await ask(`/v1/campaigns/spring/${verb}`, { method: 'POST', by: 'bob', body: stepBody(verb) });
    await ask('/v1/campaigns/summer/pause', { method: 'POST' });
    await planned('autumn', 'v1', {}, '&max=x');
    const ended = { from: ['planned'], to: 'failed', by: 'test', reason: '' } as const;
    await served.ledger.moveCampaign((await served.ledger.campaign('summer'))?.seq ?? 0, ended);
    await ask('/v1/campaigns/summer/cancel', { method: 'POST' });
    const lane = `/v1/lanes/${account}/${video}`;
    const all = await served.ledger.lanes();
    const own = all.find((each) => each.account === account && each.operation === video);
    await served.ledger.setLane(own?.lane ?? '', 'halted', 'x', 'test');
    for (const verb of ['pause', 'resume']) await ask(`${lane}/${verb}`, { method: 'POST' });
    await client.lanes.unhalt({ account, operation: video });
    await ask('/v1/unhalt', { method: 'POST', body: { account: 'nope', operation: image } });
    await client.lanes.unhalt();
    expect(faults).toEqual([]);
  });

  const stepBody = (verb: string) =>
    verb === 'run' ? { plan: hash, confirm: 2 } : verb === 'approve' ? { plan: hash } : {};

  it('answers what it promises where too much is asked, or the ledger is away', async () => {
    const busy = await serve({ keys, api: { requestsPerSecond: 1 } });
    await ask('/v1/lanes', {}, busy.url);
    for (const { method, path, sent } of withKey) await ask(path, { method, ...sent }, busy.url);
    const away = (ledger: Ledger) =>
      new Proxy(ledger, {
        get: (it, name) =>
          ['keys', 'close'].includes(String(name))
            ? (Reflect.get(it, name) as unknown)
            : () => Promise.reject(new LedgerAway('disk full')),
      });
    const lost = await serve({ keys, ledger: away });
    for (const { method, path, sent } of requestsOf()) await ask(path, { method, ...sent }, lost.url);
    expect(faults).toEqual([]);
  });

  it('has been asked for each answer that it promises', () => {
    const promised = operations.flatMap(({ operationId, responses }) =>
      Object.keys(responses)
        .filter((status) => !(notAsked[operationId] ?? []).includes(Number(status)))
        .map((status) => `${operationId} ${status}`),
    );
    expect(promised.filter((each) => !seen.has(each))).toEqual([]);
  });
});
