/** Many small requests at once, and `record` for what was there before, leave what `record` alone would leave. */
import { describe, expect, it } from 'vitest';
import type { FreshRequest } from '../../src/ledger/record-fresh.ts';
import { keyed } from '../target.ts';
import { databases } from './databases.ts';
import { key, lane, operation, startWork, type Work } from './work.ts';

const start = 1_800_000_000_000;
const request = (id: string, ids: readonly string[], over: Partial<FreshRequest> = {}): FreshRequest => ({
  ...{ id, requester: 'ann', reason: 'tidy', notBefore: 0 },
  targets: ids.map((each) => keyed('acc', operation, each, `job of ${id}`)),
  ...over,
});

describe.each(databases)('recordFresh, on $name', ({ create }) => {
  const recordOne = (
    work: Work,
    { id, targets, ...asked }: FreshRequest,
    known: ReadonlyMap<string, string>,
  ) => {
    const rest = targets.filter((target) => known.get(target.key) !== id);
    if (rest.length === 0) return undefined;
    return work.ledger.record(id, lane, { ...asked, urgent: false, again: false }, rest, [], 45_000);
  };
  const tables = async (work: Work) => [
    await work.rows(`select key, lane, kind, id, parent, options, job, urgent, due, offered_until, accepted, settlement,
      call, attempts, (select id from requests where seq = opened_by) as opened from targets order by key`),
    await work.rows(`select id, lane, requester, reason, urgent, not_before, created, recorded, accepted, duplicates,
      already_settled, cancelled from requests order by id`),
    await work.rows(`select requests.id, targets.key from request_targets join requests on requests.seq = request
      join targets on targets.seq = target order by 1, 2`),
  ];

  it('leaves what record would leave: new ones, some in two requests, and what was open or settled before', async () => {
    const requests = [
      request('r1', ['a']),
      request('r2', ['b', 'c'], { requester: 'bob', reason: 'law' }),
      request('r3', ['d'], { notBefore: start + 5_000 }),
      request('r4', ['c', 'e']),
      request('r5', ['open', 'f']),
      request('r6', ['done']),
      request('r7', ['ended']),
      request('r8', ['g'], { targets: [keyed('acc', operation, 'g')] }),
    ];
    const prepared = async () => {
      const work = await startWork(create, start);
      await work.ask('before', ['open', 'done', 'ended']);
      await work.end('c1', 'deleted', ['done']);
      await work.end('c2', 'refused', ['ended']);
      return work;
    };
    const one = await prepared();
    for (const each of requests) await recordOne(one, each, new Map());
    const other = await prepared();
    const known = await other.ledger.recordFresh(lane, requests, 45_000);
    const opened = { a: 'r1', b: 'r2', c: 'r2', d: 'r3', e: 'r4', f: 'r5', g: 'r8' };
    expect(known).toEqual(new Map(Object.entries(opened).map(([id, by]) => [key(id), by])));
    for (const each of requests) await recordOne(other, each, known);
    expect(await tables(other)).toEqual(await tables(one));
    expect((await other.ledger.verify()).findings).toEqual([]);
  });

  it('changes nothing when it is said again, as it is where nobody heard of it', async () => {
    const work = await startWork(create, start);
    const requests = [request('r1', ['a']), request('r2', ['b'])];
    expect((await work.ledger.recordFresh(lane, requests, 45_000)).size).toBe(2);
    const before = await tables(work);
    expect((await work.ledger.recordFresh(lane, requests, 45_000)).size).toBe(0);
    expect(await tables(work)).toEqual(before);
  });
});
