/** Jobs that come together, and are judged one by one; over what a single one may do see `takeIn`. */
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { JobData } from '../../src/job.ts';
import { LedgerAway } from '../../src/ledger/database.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { KeyedTarget } from '../../src/ledger/record.ts';
import { operationNamed } from '../../src/providers/operations.ts';
import { adoption, type Adopt } from '../../src/workers/adopt.ts';
import type { LaneSetup, Means } from '../../src/workers/means.ts';
import { databases } from '../ledger/databases.ts';
import { key, lane, operation, startWork, type Work } from '../ledger/work.ts';
import { keyed } from '../target.ts';

const hour = 3_600_000;
const setup = { name: lane, account: 'acc', operation: operationNamed(operation) } as LaneSetup;

describe.each(databases)('adoption, on $name', ({ create }) => {
  let work: Work;
  let adopted: number;
  beforeEach(async () => {
    work = await startWork(create, 1_800_000_000_000);
    adopted = 0;
  });

  const adopting = (over: Partial<Ledger> = {}): Adopt =>
    adoption(setup, {
      ledger: { ...work.ledger, ...over },
      clock: systemClock,
      foreignJobs: 'allow',
      signingKeys: [],
      mayAsk: async (requester: string) => (requester === 'eve' ? 'she has no key' : undefined),
      observer: { adopted: (_: LaneSetup, targets: number) => void (adopted += targets) },
    } as unknown as Means);

  /** A job's data and its targets, as intake hands them over. */
  const job = (ids: readonly string[], over: Partial<JobData> = {}) => {
    const times = { issuedAt: work.now(), expiresAt: work.now() + hour };
    const data: JobData = {
      v: 1,
      request: 'r',
      targets: [...ids],
      requester: 'ann',
      reason: 'tidy',
      ...times,
      ...over,
    };
    const targets = ids.map((id) => ({ ...keyed('acc', operation, id), job: `job of ${ids.join(' ')}` }));
    return [data, targets] as const;
  };
  const requestsOf = async (id: string) => {
    const [found] = await work.ledger.lookup(id);
    return (found?.requests ?? []).map(({ id: request, requester }) => ({ request, requester }));
  };
  const known = async (ids: readonly string[]) => (await work.ledger.look(ids.map(key))).size;

  it('makes each a request of its own: one that is cancelled leaves those that came with it', async () => {
    const adopt = adopting();
    const ids = Array.from({ length: 50 }, (_, n) => `v${n}`);
    await Promise.all(ids.map((id) => adopt(...job([id]))));
    expect(await known(ids)).toBe(50);
    expect(adopted).toBe(50);
    const [one] = await requestsOf('v7');
    await work.ledger.cancelRequest(one?.request ?? '', 'ann', 'not that one');
    const now = await work.ledger.look(ids.map(key));
    expect([...now.values()].filter(({ settlement }) => settlement !== null)).toHaveLength(1);
    expect(now.get(key('v7'))?.settlement).toBe('cancelled');
  });

  it('answers of those that nobody named before what the ledger would', async () => {
    await work.ask('before', ['open']);
    const adopt = adopting();
    const answers = await Promise.all([
      adopt(...job(['first'])),
      adopt(...job(['a', 'open'])),
      adopt(...job(['b'], { notBefore: work.now() + 1_000 })),
      adopt(...job(['a', 'c'])),
    ]);
    const answered = new Map(answers.flatMap((known) => ('reason' in known ? [] : [...known])));
    expect([...answered.keys()].toSorted()).toEqual(['first', 'a', 'b', 'c'].map(key).toSorted());
    expect(answered).toEqual(await work.ledger.look(['first', 'a', 'b', 'c'].map(key)));
  });

  it('asks the ledger’s time once for all that ask meanwhile', async () => {
    let asked = 0;
    const adopt = adopting({ now: () => (asked++, work.ledger.now()) });
    await Promise.all(Array.from({ length: 50 }, (_, n) => adopt(...job([`v${n}`]))));
    expect(asked).toBe(2);
  });

  it('records no more than 1,000 targets in one transaction', async () => {
    const sizes: number[] = [];
    const recordFresh: Ledger['recordFresh'] = async (of, requests, ...rest) => {
      sizes.push(requests.flatMap(({ targets }) => targets).length);
      return work.ledger.recordFresh(of, requests, ...rest);
    };
    const adopt = adopting({ recordFresh });
    const jobs = Array.from({ length: 30 }, (_, n) => Array.from({ length: 90 }, (_, at) => `v${n}x${at}`));
    await Promise.all(jobs.map((ids) => adopt(...job(ids))));
    expect(adopted).toBe(2_700);
    expect(sizes).toEqual([90, 990, 990, 630]);
  });

  it('refuses one without its neighbours, and records nothing of it', async () => {
    const adopt = adopting();
    const ends = await Promise.all([
      adopt(...job(['first'])),
      adopt(...job(['a'])),
      adopt(...job(['b'], { requester: 'eve' })),
      adopt(...job(['c'], { issuedAt: work.now() - 2 * hour, expiresAt: work.now() - hour })),
      adopt(...job(['d'])),
    ]);
    const reasons = ends.map((end) => ('reason' in end ? end.reason : undefined));
    expect(reasons).toEqual([undefined, undefined, 'forbidden', 'expired', undefined]);
    expect(await known(['a', 'd'])).toBe(2);
    expect(await known(['b', 'c'])).toBe(0);
  });

  it('records a target once that two jobs name', async () => {
    const adopt = adopting();
    await Promise.all([adopt(...job(['first'])), adopt(...job(['a', 'b'])), adopt(...job(['b', 'c']))]);
    expect(await known(['a', 'b', 'c'])).toBe(3);
    expect(adopted).toBe(4);
    expect((await work.ledger.verify()).findings).toEqual([]);
  });

  it('records the neighbours of one that the ledger can’t hold', async () => {
    const unholdable = () => Promise.reject(new Error('not of this world'));
    const isBad = (targets: readonly KeyedTarget[]) => targets.some(({ target }) => target.id === 'bad');
    const { record, recordFresh } = work.ledger;
    const adopt = adopting({
      recordFresh: (of, requests, ...rest) =>
        requests.some(({ targets }) => isBad(targets)) ? unholdable() : recordFresh(of, requests, ...rest),
      record: (id, of, request, targets, ...rest) =>
        isBad(targets) ? unholdable() : record(id, of, request, targets, ...rest),
    });
    const ends = await Promise.allSettled(['first', 'a', 'bad', 'b'].map((id) => adopt(...job([id]))));
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(await known(['a', 'bad', 'b'])).toBe(2);
  });

  it('tries nothing one by one where the ledger is away', async () => {
    let oneByOne = 0;
    const away = () => Promise.reject(new LedgerAway('gone'));
    const adopt = adopting({ recordFresh: away, record: () => (oneByOne++, away()) });
    const ends = await Promise.allSettled(['first', 'a', 'b', 'c'].map((id) => adopt(...job([id]))));
    expect(ends.map((end) => end.status === 'rejected' && end.reason instanceof LedgerAway)).toEqual(
      Array<boolean>(4).fill(true),
    );
    expect(oneByOne).toBe(0);
  });
});
