import { describe, expect, it } from 'vitest';
import { LedgerAway } from '../../../src/ledger/database.ts';
import { video, image, thumbnails } from '../../accounts.ts';
import { serve } from './world.ts';

const some = (over: Readonly<Record<string, unknown>> = {}) => ({
  ...{ account: 'media-prod', operation: video, ids: ['a1', 'a2'], reason: 'contract ended' },
  ...over,
});

describe('POST /v1/deletions', () => {
  it('answers 202 with what is on record then, and where to look', async () => {
    const { ask, ledger } = await serve();
    const { status, headers, json } = await ask('/v1/deletions', { body: some({ ids: ['a1', 'a2', 'a1'] }) });
    expect(status).toBe(202);
    expect(json).toEqual({ id: expect.any(String) as string, accepted: 2, duplicates: 1, alreadySettled: 0 });
    expect(headers.get('location')).toBe(`/v1/deletions/${json['id']}`);
    const [target] = await ledger.lookup('a1');
    expect(target).toMatchObject({ account: 'media-prod', operation: video, state: 'waiting' });
    expect(target?.requests).toMatchObject([{ requester: 'anonymous@loopback', reason: 'contract ended' }]);
  });

  it('stands on record in the name of the key', async () => {
    const { ask, ledger } = await serve({ keys: { ann: ['enqueue'] } });
    expect(await ask('/v1/deletions', { body: some({ ids: ['k1'] }), by: 'ann' })).toMatchObject({
      status: 202,
    });
    expect((await ledger.lookup('k1'))[0]?.requests).toMatchObject([{ requester: 'ann' }]);
  });

  it('takes targets written out, with their options', async () => {
    const { ask, ledger } = await serve();
    const url = 'https://example.com/a.jpg';
    const targets = [{ by: 'imageUrl', url }];
    expect(
      await ask('/v1/deletions', { body: some({ operation: image, ids: undefined, targets }) }),
    ).toMatchObject({
      status: 202,
    });
    expect(await ledger.lookup(url)).toMatchObject([{ kind: 'imageUrl' }]);
    const thumbs = {
      account: 'hw-prod',
      operation: thumbnails,
      targets: [{ task: 't1', asset: 's1' }],
      reason: 'x',
    };
    expect(await ask('/v1/deletions', { body: thumbs })).toMatchObject({ status: 202 });
    expect(await ledger.lookup('t1')).toMatchObject([{ parent: 's1' }]);
  });

  it.each([
    ['a missing account', { account: undefined }, '/account', 'is missing'],
    ['an unknown account', { account: 'media-prot' }, '/account', 'is no configured account'],
    [
      'an unknown operation',
      { operation: 'alibaba.vod.delete-vide' },
      '/operation',
      'is no operation of this account',
    ],
    ['no ids', { ids: [] }, '/ids', 'is an empty list'],
    ['ids that are no list', { ids: 'a1' }, '/ids', 'is not a list'],
    ['an id that is no text', { ids: ['a1', 7] }, '/ids/1', 'is not a text'],
    ['an id with a comma', { ids: ['a1', 'a,b'] }, '/ids/1', 'holds '],
    ['neither ids nor targets', { ids: undefined }, '/ids', 'is missing'],
    ['both ids and targets', { targets: ['a3'] }, '/ids', 'stands beside targets'],
    ['no reason', { reason: undefined }, '/reason', 'is missing'],
    ['an empty reason', { reason: '' }, '/reason', 'is empty'],
    ['an unknown field', { resaon: 'x' }, '/resaon', 'is not a field that is known here'],
    ['an unknown option', { options: { nuke: true } }, '/options/nuke', 'is not a known field'],
    ['a time without a zone', { notBefore: '2031-01-01T00:00:00' }, '/notBefore', 'is no such time'],
    ['a time that has passed', { notBefore: '2001-01-01T00:00:00Z' }, '/notBefore', 'has passed'],
    ['urgent that is no yes or no', { urgent: 'yes' }, '/urgent', 'is not true or false'],
    [
      'an unknown kind',
      { ids: undefined, targets: [{ by: 'nope', id: 'a1' }] },
      '/targets/0/by',
      'is not a kind',
    ],
  ])('names the place of %s, and records nothing', async (_, over, pointer, problem) => {
    const { ask, ledger } = await serve();
    const { status, json, headers } = await ask('/v1/deletions', { body: some(over) });
    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(json).toMatchObject({ type: 'urn:expunge:problem:invalid', status: 400 });
    expect(json['errors']).toEqual([
      {
        pointer,
        problem: expect.stringContaining(problem) as string,
        remedy: expect.stringMatching(/./) as string,
      },
    ]);
    expect(await ledger.lookup('a1')).toEqual([]);
  });

  it('names all that is wrong at once', async () => {
    const { ask } = await serve();
    const wrong = { reason: '', ids: ['a1', 'a,b', 'c d'], notBefore: '2001-01-01T00:00:00Z', resaon: 'x' };
    const { status, json } = await ask('/v1/deletions', { body: some(wrong) });
    expect(status).toBe(400);
    const errors = json['errors'] as unknown as { readonly pointer: string }[];
    const pointers = errors.map(({ pointer }) => pointer).sort();
    expect(pointers).toEqual(['/ids/1', '/ids/2', '/notBefore', '/reason', '/resaon']);
    const lane = { account: 'nobody', reason: undefined, notBefore: '2001-01-01T00:00:00Z' };
    const { json: other } = await ask('/v1/deletions', { body: some(lane) });
    expect(other['errors']).toHaveLength(3);
  });

  it('refuses protected ids as a guard, not as a mistake', async () => {
    const { ask, ledger } = await serve({ settings: { protected: { patterns: ['keep-*'] } } });
    const { status, json } = await ask('/v1/deletions', { body: some({ ids: ['a1', 'keep-1'] }) });
    expect(status).toBe(422);
    expect(json).toMatchObject({ type: 'urn:expunge:problem:protected', errors: [{ pointer: '/ids/1' }] });
    expect(await ledger.lookup('a1')).toEqual([]);
  });

  it.each([
    ['no JSON', { raw: '{', headers: { 'content-type': 'application/json' } }, 400],
    ['an empty body', { raw: '', headers: { 'content-type': 'application/json' } }, 400],
    ['another type', { raw: 'a1', headers: { 'content-type': 'text/plain' } }, 415],
    ['a prototype', { raw: '{"__proto__":{"x":1}}', headers: { 'content-type': 'application/json' } }, 400],
    [
      'a body of 1 MB',
      { raw: `"${'x'.repeat(1_000_001)}"`, headers: { 'content-type': 'application/json' } },
      413,
    ],
  ])('answers %s with a problem', async (_, sent, expected) => {
    const { ask } = await serve();
    const { status, json } = await ask('/v1/deletions', sent);
    expect(status).toBe(expected);
    expect(json).toMatchObject({ status: expected, detail: expect.stringMatching(/\.$/) as string });
  });

  it('takes 1,000 ids and not one more', async () => {
    const { ask } = await serve();
    const ids = (count: number) => Array.from({ length: count }, (_, n) => `id${n}`);
    expect(await ask('/v1/deletions', { body: some({ ids: ids(1_000) }) })).toMatchObject({ status: 202 });
    const { json } = await ask('/v1/deletions', { body: some({ ids: ids(1_001) }) });
    expect(json['errors']).toMatchObject([{ pointer: '/ids', problem: 'has more than 1000 entries' }]);
  });

  it('needs a scope of its own for what widens a deletion', async () => {
    const { ask } = await serve({ keys: { ann: ['enqueue'], bob: ['enqueue', 'urls'] } });
    const body = some({
      operation: image,
      ids: undefined,
      targets: [{ by: 'imageUrl', url: 'https://e.com/a.jpg' }],
    });
    const refused = await ask('/v1/deletions', { body, by: 'ann' });
    expect(refused.status).toBe(403);
    expect(refused.json['detail']).toContain('urls');
    expect(await ask('/v1/deletions', { body, by: 'bob' })).toMatchObject({ status: 202 });
  });
});

describe('a body nested without end', () => {
  it.each([true, false])('is refused, with an Idempotency-Key (%s) too', async (keyed) => {
    const { ask } = await serve();
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const [open] = JSON.stringify(some({})).split('}');
    const rest = JSON.stringify({ account: 'media-prod', operation: video, reason: 'x' }).slice(0, -1);
    for (const raw of [`${open},"options":{"x":${deep}}}`, `${rest},"targets":[{"by":${deep}}]}`]) {
      const headers = {
        'content-type': 'application/json',
        ...(keyed && { 'idempotency-key': `k${raw.length}` }),
      };
      expect(await ask('/v1/deletions', { raw, headers })).toMatchObject({
        status: 400,
        json: { errors: [{ problem: 'is nested too deep' }] },
      });
    }
  });
});

describe('a ledger that goes away behind a request', () => {
  it('keeps the 202 of what is on record', async () => {
    const { ask, ledger } = await serve({
      ledger: (open) => ({ ...open, offer: () => Promise.reject(new LedgerAway('gone')) }),
    });
    const ids = Array.from({ length: 40 }, (_, n) => `o${n}`);
    expect(await ask('/v1/deletions', { body: some({ ids }) })).toMatchObject({ status: 202 });
    expect(await ledger.lookup('o1')).toMatchObject([{ settlement: null }]);
  });
});

describe('GET /v1/deletions/{id}', () => {
  it('tells the state and each target, page by page', async () => {
    const { ask } = await serve();
    const ids = ['p1', 'p2', 'p3', 'p4', 'p5'];
    const { json: made } = await ask('/v1/deletions', { body: some({ ids, urgent: true }) });
    const first = (await ask(`/v1/deletions/${made['id']}?limit=2`)).json;
    expect(first).toMatchObject({
      ...{ id: made['id'], account: 'media-prod', operation: video, state: 'open', urgent: true },
      ...{ accepted: 5, reason: 'contract ended', settlements: { open: 5 }, notBefore: null },
    });
    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page: { targets: { id: string }[]; next: string | null } = (
        await ask(`/v1/deletions/${made['id']}?limit=2${next && `&cursor=${next}`}`)
      ).json as never;
      seen.push(...page.targets.map(({ id }) => id));
      ({ next } = page);
    }
    expect(seen).toEqual(ids);
  });

  it('answers 404 for what is on record nowhere, and 400 for a cursor of nobody', async () => {
    const { ask } = await serve();
    expect(await ask('/v1/deletions/nope')).toMatchObject({ status: 404 });
    const { json } = await ask('/v1/deletions', { body: some({ ids: ['q1'] }) });
    const { status, json: problem } = await ask(`/v1/deletions/${json['id']}?cursor=zzz`);
    expect(status).toBe(400);
    expect(problem['errors']).toMatchObject([{ parameter: 'cursor' }]);
    expect(await ask(`/v1/deletions/${json['id']}?limit=0`)).toMatchObject({ status: 400 });
    expect(await ask(`/v1/deletions/${json['id']}?limit=1001`)).toMatchObject({ status: 400 });
  });
});

describe('DELETE /v1/deletions/{id}', () => {
  it('cancels what has not been sent, and leaves what another request wants', async () => {
    const { ask, ledger } = await serve();
    const { json: mine } = await ask('/v1/deletions', { body: some({ ids: ['c1', 'c2'] }) });
    await ask('/v1/deletions', { body: some({ ids: ['c2'] }) });
    const { status, json } = await ask(`/v1/deletions/${mine['id']}`, { method: 'DELETE' });
    expect({ status, json }).toEqual({
      status: 200,
      json: { id: mine['id'], cancelled: 1, sending: 0, settled: 0, kept: 1 },
    });
    expect(await ledger.lookup('c1')).toMatchObject([{ settlement: 'cancelled' }]);
    expect(await ledger.lookup('c2')).toMatchObject([{ settlement: null }]);
  });

  it('takes back one’s own with enqueue, another’s only with operate', async () => {
    const { ask } = await serve({
      keys: { ann: ['enqueue'], bob: ['enqueue'], ops: ['enqueue', 'operate'] },
    });
    const { json } = await ask('/v1/deletions', { body: some({ ids: ['d1'] }), by: 'ann' });
    const path = `/v1/deletions/${json['id']}`;
    expect(await ask(path, { method: 'DELETE', by: 'bob' })).toMatchObject({ status: 403 });
    expect(await ask(path, { method: 'DELETE', by: 'ann' })).toMatchObject({ status: 200 });
    expect(await ask(path, { method: 'DELETE', by: 'ops' })).toMatchObject({ status: 200 });
  });
});
