/** What a job may do by its signature and its times, with a ledger whose time the test owns. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { queueName, type JobData, type JobEnd, type Refused } from '../../src/job.ts';
import { signJob } from '../../src/job-signature.ts';
import { leastArchivedMs } from '../../src/ledger/archive.ts';
import { operationNamed } from '../../src/providers/operations.ts';
import { adoption } from '../../src/workers/adopt.ts';
import { takeIn, type Intake } from '../../src/workers/intake.ts';
import type { LaneSetup, Means } from '../../src/workers/means.ts';
import { databases } from '../ledger/databases.ts';
import { key as targetKeyOf, lane, operation, startWork, type Work } from '../ledger/work.ts';

const hour = 3_600_000;
const day = 24 * hour;
const signingKey = { id: 'k', key: 'a secret that is long enough to sign with' };

const refusal = (end: JobEnd): string => ('refused' in end ? end.refused : '');

interface Bench {
  readonly work: Work;
  readonly intake: Intake;
  /** Ids in the order in which they were sent. */
  readonly sent: string[];
  readonly refused: Refused[];
  /** How far the worker's clock is ahead of the ledger's. */
  ahead: number;
  mayNot: string | undefined;
  /** Signed, and issued now for an hour, but for what a test changes. */
  job(targets: readonly string[], over?: Partial<JobData>): JobData;
}

/** Everything that waits for its call is sent and deleted at once. */
async function startBench(
  create: Parameters<typeof startWork>[0],
  over: Partial<Intake> = {},
): Promise<Bench> {
  const work = await startWork(create, 1_800_000_000_000);
  const setup = { name: lane, account: 'acc', operation: operationNamed(operation) } as LaneSetup;
  const means = {
    ledger: work.ledger,
    clock: systemClock,
    foreignJobs: 'refuse',
    signingKeys: [signingKey],
    mayAsk: () => Promise.resolve(bench.mayNot),
    observer: { adopted: () => undefined },
  } as unknown as Means;
  const bench: Bench = {
    work,
    sent: [],
    refused: [],
    ahead: 0,
    mayNot: undefined,
    intake: {
      ...{ lane, account: 'acc', operation: setup.operation, signingKeys: [signingKey] },
      now: () => work.now() + bench.ahead,
      monotonic: () => work.now(),
      look: (keys) => work.ledger.look(keys),
      adopt: adoption(setup, means),
      brought: () => undefined,
      items: new Map(),
      hasten: () => undefined,
      accepting: () => true,
      refused: (why) => void bench.refused.push(why),
      enter(item) {
        void work.end(systemClock.id(), 'deleted', [item.target.id]).then(() => {
          bench.sent.push(item.target.id);
          bench.intake.items.delete(item.key);
          for (const tell of item.waiters)
            tell({ is: 'settled', settlement: 'deleted', code: '', requestId: 'R' });
        });
      },
      ...over,
    },
    job: (targets, over = {}) =>
      signJob(
        queueName(lane),
        {
          ...{ v: 1, request: 'r', targets: [...targets], requester: 'ann', reason: 'tidy' },
          ...{ issuedAt: work.now(), expiresAt: work.now() + hour, ...over },
        },
        signingKey,
      ),
  };
  return bench;
}

describe.each(databases)('takeIn with signing keys, on $name', ({ create }) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench(create);
  });
  const take = (data: unknown, job = 'theirs') => takeIn(bench.intake, data, job);

  it('records what a signed job names, sends it, and answers the outcomes', async () => {
    expect(await take(bench.job(['a', 'b']))).toMatchObject({
      results: [
        { target: 'a', settlement: 'deleted' },
        { target: 'b', settlement: 'deleted' },
      ],
    });
    expect((await bench.work.ledger.lookup('a'))[0]?.requests).toMatchObject([{ requester: 'ann' }]);
  });

  it('answers a job that comes again from the ledger, and sends nothing', async () => {
    const data = bench.job(['a']);
    await take(data);
    expect(await take(data, 'again')).toMatchObject({ results: [{ target: 'a', settlement: 'deleted' }] });
    expect(bench.sent).toEqual(['a']);
  });

  it('does not send again what a later request had cancelled or refused', async () => {
    const data = bench.job(['a']);
    await bench.work.ask('R', ['a']);
    await bench.work.end('C', 'refused', ['a']);
    expect(await take(data)).toMatchObject({ results: [{ settlement: 'refused' }] });
    expect(bench.sent).toEqual([]);
  });

  it.each([
    ['expired', 'whose time is over', { issuedAt: -2 * hour, expiresAt: -1 }],
    ['expired', 'from the future', { issuedAt: hour + 1_000, expiresAt: 2 * hour }],
    ['expired', 'that would be valid for too long', { issuedAt: 0, expiresAt: 7 * day + 1 }],
    ['expired', 'that expires before it is due', { issuedAt: 0, expiresAt: hour, notBefore: hour + 1 }],
  ] as const)('refuses as %s a job %s', async (reason, _, offsets) => {
    const now = bench.work.now();
    const times = Object.fromEntries(Object.entries(offsets).map(([name, ms]) => [name, now + ms]));
    expect(refusal(await take(bench.job(['a'], times)))).toMatch(/^expired: /);
    expect(bench.refused.map((each) => each.reason)).toEqual([reason]);
    expect(bench.sent).toEqual([]);
    expect(await bench.work.ledger.lookup('a')).toEqual([]);
  });

  it('refuses an old job whose targets are settled, whatever is open in a job read with it', async () => {
    const now = bench.work.now();
    await take(bench.job(['a']));
    await bench.work.ask('R', ['b']);
    const look: Intake['look'] = (keys) => bench.work.ledger.look([...keys, targetKeyOf('b')]);
    const old = bench.job(['a'], { issuedAt: now - 2 * hour, expiresAt: now - 1 });
    expect(refusal(await takeIn({ ...bench.intake, look }, old, 'old'))).toMatch(/^expired: /);
    expect(bench.sent).toEqual(['a']);
  });

  it.each([
    ['issued an hour ahead', { issuedAt: hour, expiresAt: 2 * hour }],
    ['valid for seven days', { issuedAt: 0, expiresAt: 7 * day }],
    ['in its last millisecond', { issuedAt: -hour, expiresAt: 0 }],
  ] as const)('takes a job in that is %s', async (_, offsets) => {
    const now = bench.work.now();
    const times = Object.fromEntries(Object.entries(offsets).map(([name, ms]) => [name, now + ms]));
    await take(bench.job(['a'], times));
    expect(bench.sent).toEqual(['a']);
  });

  it('refuses as forbidden what the requester may not ask for, and records nothing', async () => {
    bench.mayNot = 'requester has no key with the scope enqueue';
    expect(await take(bench.job(['a']))).toEqual({
      refused:
        'forbidden: targets/0 is in no request that the ledger accepted, and requester has no key with the scope enqueue',
    });
    expect(await bench.work.ledger.lookup('a')).toEqual([]);
    expect(bench.sent).toEqual([]);
  });

  it('goes on with what was accepted, whatever has become of the key of its requester', async () => {
    await bench.work.ask('R', ['a']);
    bench.mayNot = 'requester is not the name of an API key that is live';
    await take(bench.job(['a']));
    expect(bench.sent).toEqual(['a']);
  });

  it('goes on with a job that waited longer than it is valid, where its targets are still open', async () => {
    const data = bench.job(['a', 'b'], { requester: 'expunge', expiresAt: bench.work.now() + 7 * day });
    await bench.work.ask('R', ['a', 'b']);
    bench.work.pass(8 * 24);
    expect(await take(data, systemClock.id())).toMatchObject({ results: [{}, {}] });
    expect(bench.sent.toSorted()).toEqual(['a', 'b']);
    expect(bench.refused).toEqual([]);
    // And the same once more is an old job.
    expect(refusal(await take(data, systemClock.id()))).toMatch(/^expired: /);
  });

  it('does not go on with such a job where only some of its targets are known', async () => {
    const data = bench.job(['a', 'stranger']);
    await bench.work.ask('R', ['a']);
    bench.work.pass(2);
    expect(refusal(await take(data))).toMatch(/^expired: /);
    expect(bench.sent).toEqual([]);
  });

  it('never takes an old job for a new one, whoever archives when, and whatever the clocks say', async () => {
    let n = 0;
    const ms = (least: number, most: number) => fc.integer({ min: least, max: most });
    const course = fc.record({
      /** Of the producer's clock against the ledger's. */
      producerAhead: ms(-hour, hour),
      validMs: fc.oneof(fc.constant(7 * day), ms(1, 7 * day)),
      takenAfterMs: fc.oneof(fc.constant(0), ms(0, 7 * day)),
      archivedAfterMs: fc.oneof(fc.constant(leastArchivedMs + 1), ms(0, 10 * day)),
      /** Of the worker that the old job comes to. */
      workerAhead: fc.oneof(fc.constant(0), ms(-30 * day, 30 * day)),
    });
    let archived = 0;
    await fc.assert(
      fc.asyncProperty(
        course,
        async ({ producerAhead, validMs, takenAfterMs, archivedAfterMs, workerAhead }) => {
          const { work } = bench;
          const id = `v${++n}`;
          const issuedAt = work.now() + producerAhead;
          const data = bench.job([id], { issuedAt, expiresAt: issuedAt + validMs });
          bench.ahead = 0;
          work.pass(takenAfterMs / hour);
          await take(data);
          const before = bench.sent.length;
          work.pass(archivedAfterMs / hour);
          const moment = await work.ledger.momentBefore(leastArchivedMs);
          archived += await work.ledger.removeArchived(await work.ledger.archivable(moment));
          bench.ahead = workerAhead;
          await take(data, 'again');
          expect(bench.sent.length).toBe(before);
        },
      ),
      { numRuns: 60 },
    );
    expect(archived).toBeGreaterThan(10);
    expect(bench.sent.length).toBeGreaterThan(10);
  }, 60_000);

  it('is asked for targets that it knows alone by jobs that are signed', async () => {
    const never = () => Promise.reject(new Error('the ledger was asked'));
    const closed = await startBench(create, { look: never, adopt: never });
    const good = closed.job(['a']);
    const { signature, ...unsigned } = good;
    const old = closed.job(['a'], {
      issuedAt: closed.work.now() - 2 * hour,
      expiresAt: closed.work.now() - hour,
    });
    for (const [reason, data] of [
      ['malformed', { ...good, force: true }],
      ['malformed', closed.job(['a,b'])],
      ['malformed', { ...good, targets: [1.5] }],
      ['malformed', { ...good, options: { share: 0.5 } }],
      ['unsigned', unsigned],
      ['unknown-key', { ...good, keyId: 'nobody' }],
      ['bad-signature', { ...good, targets: ['b'] }],
      ['bad-signature', { ...good, signature: `${signature?.slice(0, -1)}x` }],
      // In this order: what is out of time is so whoever signed it.
      ['expired', { ...old, targets: ['b'] }],
    ] as const) {
      const end = await takeIn(closed.intake, data, 'theirs');
      expect(refusal(end)).toMatch(new RegExp(`^${reason}: `));
    }
    await expect(takeIn(closed.intake, good, 'theirs')).rejects.toThrow('the ledger was asked');
  });
});

describe('takeIn without signing keys', () => {
  it('refuses what the ledger does not know, signed or not', async () => {
    const [file] = databases;
    if (!file) return;
    const bench = await startBench(file.create);
    const setup = { name: lane, account: 'acc', operation: operationNamed(operation) } as LaneSetup;
    const adopt = adoption(setup, { foreignJobs: 'refuse', signingKeys: [] } as unknown as Means);
    const intake: Intake = { ...bench.intake, signingKeys: [], adopt };
    expect(refusal(await takeIn(intake, bench.job(['a']), 'theirs'))).toMatch(/^unsigned: targets\/0 /);
    expect(await bench.work.ledger.look([targetKeyOf('a')])).toEqual(new Map());
  });
});
