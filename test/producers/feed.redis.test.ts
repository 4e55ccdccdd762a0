/** The feeder against a real queue, in a Redis of its own since one test makes it refuse; the ledger's time is the test's. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { feed as feedOn, feedLane, feedSuspects, offerMs } from '../../src/producers/feed.ts';
import { operationNamed } from '../../src/providers/operations.ts';
import { queueName } from '../../src/job.ts';
import { openQueues, type Queues } from '../../src/queue.ts';
import { until } from '../system/judge.ts';
import { redisWith, type RedisWith } from '../system/redis-with.ts';
import { numbered } from '../system/targets.ts';
import { keyed } from '../target.ts';

const operation = operationNamed('alibaba.vod.delete-video');
const lane = `acc~${operation.name}`;
const neighbour = `bee~${operation.name}`;
const asked = { requester: 'ann', reason: 'tidy', urgent: false, notBefore: 0, again: false };

let server: RedisWith;
let now: number;
let dir: string;
let ledger: Ledger;
let queues: Queues;
let redis: Redis;
let queue: Queue;

beforeAll(async () => {
  server = await redisWith((port) => ['--port', String(port)]);
});
afterAll(() => server.stop());

beforeEach(async () => {
  now = 1_000_000;
  dir = await mkdtemp(join(tmpdir(), 'expunge-feed-'));
  const prefix = dir.slice(-6);
  const entries = ['acc', 'bee'].map((account) => {
    const name = `${account}~${operation.name}`;
    return { name, account, operation: operation.name, unit: name };
  });
  ledger = await openLedger(`file:${join(dir, 'ledger.db')}`, entries, { time: () => now });
  const url = `redis://127.0.0.1:${server.port}`;
  queues = openQueues({ url, prefix, clock: systemClock, onError: () => undefined });
  await queues.connected(5_000);
  redis = new Redis(url, { maxRetriesPerRequest: null });
  queue = new Queue(queueName(lane), { connection: redis, prefix });
});

afterEach(async () => {
  await queue.obliterate({ force: true });
  await queue.close();
  await queues.close();
  await ledger.close();
  redis.disconnect();
  await rm(dir, { recursive: true });
});

const record = (ids: readonly string[], over: Partial<typeof asked> = {}) =>
  ledger.record(
    `R${now}`,
    lane,
    { ...asked, ...over },
    ids.map((id) => keyed('acc', operation.name, id)),
    [],
    offerMs,
  );
const ids = (count: number) => Array.from({ length: count }, (_, n) => `v${n}`);
const round = async (calls = 30) => {
  const fed = { name: lane, operation, rate: { calls, per: 'second' as const } };
  const means = { ledger, queues, clock: systemClock, lanes: () => [fed], trouble: () => undefined };
  const { offered, full } = await feedLane(means, fed);
  return { offered: offered + (await feedSuspects(means, fed)), full };
};
const feed = async (calls?: number) => (await round(calls)).offered;
const jobs = async () =>
  (await queue.getJobs(['waiting', 'prioritized', 'delayed'])).map(
    ({ data }) => (data as { targets: string[] }).targets,
  );

describe('feedLane', () => {
  it('packs what waits in the ledger into full jobs, once', async () => {
    await record(ids(50));
    expect(await feed()).toBe(50);
    expect((await jobs()).map((targets) => targets.length).toSorted((a, b) => a - b)).toEqual([10, 20, 20]);
    expect((await jobs()).flat().toSorted()).toEqual(ids(50).toSorted());
    expect(await feed()).toBe(0);
  });

  it('keeps the queue no longer than some seconds of work', async () => {
    await record(ids(1_000));
    expect(await feed(2)).toBe(200);
    expect(await feed(2)).toBe(0);
  });

  it('is full when no other full job has room', async () => {
    await record(ids(230));
    expect(await round(2)).toEqual({ offered: 200, full: true });
    expect(await round(2)).toEqual({ offered: 0, full: true });
    expect(await round(3)).toEqual({ offered: 30, full: false });
    // Room for 70, of which three full jobs are made.
    now += 1;
    await record(numbered('w', 100));
    expect(await round(3)).toEqual({ offered: 60, full: true });
  });

  it('moves the stamp of an offer that ran out while its job still waits', async () => {
    await record(ids(20));
    await feed();
    now += offerMs + 1;
    expect(await feed()).toBe(0);
    expect(await ledger.offerable(lane, 100)).toEqual([]);
    expect(await jobs()).toHaveLength(1);
  });

  it('offers anew, under another job, what the queue has lost', async () => {
    await record(ids(20));
    await feed();
    const [before] = await queue.getJobs(['prioritized']);
    await queue.obliterate({ force: true });
    expect(await feed()).toBe(0);
    now += offerMs + 1;
    expect(await feed()).toBe(20);
    const [after] = await queue.getJobs(['prioritized']);
    expect(after?.id).not.toBe(before?.id);
  });

  it.each(['waiting', 'active', 'delayed'])('leaves a job be that is %s', async (state) => {
    await record(ids(3));
    await feed();
    const [job] = await queue.getJobs(['prioritized']);
    const id = String(job?.id);
    if (state === 'waiting') {
      await queue.obliterate({ force: true });
      await queue.add('delete', job?.data, { jobId: id });
    } else {
      const worker = new Worker(queue.name, null, { connection: redis, prefix: queue.opts.prefix ?? '' });
      const taken = await worker.getNextJob('token');
      if (state === 'delayed') await taken.moveToDelayed(systemClock.now() + 20_000, 'token');
      await worker.close();
    }
    expect(await queue.getJobState(id)).toBe(state);
    now += offerMs + 1;
    expect(await feed()).toBe(0);
    expect(await ledger.offerable(lane, 100)).toEqual([]);
  });

  it('does not wait for a job that is delayed past its targets’ time, as after a step of the clock', async () => {
    await record(ids(3));
    await feed();
    const [job] = await queue.getJobs(['prioritized']);
    await queue.obliterate({ force: true });
    await queue.add('delete', job?.data, { jobId: String(job?.id), delay: 3_600_000 });
    now += offerMs + 1;
    expect(await feed()).toBe(3);
    expect(await jobs()).toHaveLength(2);
  });

  /** Their workers died three times. */
  const suspect = async (some: readonly string[]) => {
    for (const job of ['S1', 'S2', 'S3']) {
      await ledger.offer(new Map(some.map((id) => [keyed('acc', operation.name, id).key, job])), offerMs);
      await ledger.withdraw(lane, [job]);
    }
  };

  it('offers suspects beside the others, in one job until that is done with', async () => {
    await record(ids(60));
    await suspect(ids(30));
    expect(await feed()).toBe(50);
    const sorted = (await jobs()).map((targets) => targets.toSorted());
    expect(sorted.toSorted((a, b) => a.length - b.length).at(0)).toHaveLength(10);
    expect(sorted).toContainEqual(ids(20).toSorted());
    expect(await feed()).toBe(0);
  });

  it('offers suspects although the queue is as long as it may be', async () => {
    await record(ids(400));
    expect(await feed(2)).toBe(200);
    await suspect(['v399']);
    expect(await feed(2)).toBe(1);
    expect(await jobs()).toContainEqual(['v399']);
  });

  it('offers no other suspect while the job of one still waits after its offer ran out', async () => {
    await record(ids(30));
    await suspect(ids(30));
    expect(await feed()).toBe(20);
    now += offerMs + 1;
    expect(await feed()).toBe(0);
    expect(await jobs()).toHaveLength(1);
    await queue.obliterate({ force: true });
    now += offerMs + 1;
    expect(await feed()).toBe(20);
    expect(await jobs()).toEqual([ids(20)]);
  });

  it('leaves everything offerable when the queue can’t be told', async () => {
    await record(ids(3));
    await queues.close();
    await expect(feed()).rejects.toThrow();
    expect(await ledger.offerable(lane, 100)).toHaveLength(3);
  });
});

describe('feed', () => {
  /** Feeds these lanes until `stop` ends it; `rounds` counts the questions which of them to look at. */
  function feeding(lanes: readonly string[], asking: Ledger = ledger, calls = 2) {
    const stop = new AbortController();
    const seen = { rounds: 0, fed: [] as string[], suspects: 0 };
    const watched: Ledger = {
      ...asking,
      lanesToOffer: (...given) => (seen.rounds++, asking.lanesToOffer(...given)),
      offeredCount: (name, limit) => (seen.fed.push(name), asking.offeredCount(name, limit)),
      suspects: (...given) => (seen.suspects++, asking.suspects(...given)),
    };
    const fed = lanes.map((name) => ({ name, operation, rate: { calls, per: 'second' as const } }));
    const trouble = () => undefined;
    const fedOn = feedOn(
      { ledger: watched, queues, clock: systemClock, lanes: () => fed, trouble },
      stop.signal,
    );
    const ended = async () => {
      stop.abort();
      await fedOn;
    };
    return { seen, ended };
  }

  it('asks nothing more of lanes without work, and of full ones for a while', async () => {
    const { seen, ended } = feeding([lane]);
    await until('three idle rounds', () => seen.rounds === 3);
    expect(seen).toMatchObject({ fed: [], suspects: 0 });
    await record(ids(400));
    await until('the first jobs', () => seen.fed.length === 1);
    const { rounds } = seen;
    await until('two more rounds', () => seen.rounds === rounds + 2);
    expect(seen.fed).toHaveLength(1);
    await until('another look', () => seen.fed.length === 2);
    await ended();
    expect((await jobs()).flat()).toHaveLength(200);
  });

  it('offers what is urgent and has no job, whether the lane was idle or is full', async () => {
    const urgent = async () => (await jobs()).some((targets) => targets.includes('u'));
    const { seen, ended } = feeding([lane]);
    await until('three idle rounds', () => seen.rounds === 3);
    now += 1;
    await record(['u'], { urgent: true, notBefore: now - 1 });
    await until('it is offered', urgent);
    await queue.drain();
    now += 1;
    await record(ids(400));
    // That one still stands offered.
    await until('a full queue', async () => (await jobs()).flat().length === 180);
    now += 1;
    await record(['w'], { urgent: true });
    const { rounds } = seen;
    await until('it is offered too', async () => (await jobs()).some((targets) => targets.includes('w')));
    // Not when the lane has rested, which takes four rounds.
    expect(seen.rounds - rounds).toBeLessThanOrEqual(2);
    await ended();
  });

  it('stamps no more than 5,000 targets of all lanes at a time', async () => {
    const names = [lane, neighbour];
    for (const [account, name] of [
      ['acc', lane],
      ['bee', neighbour],
    ] as const) {
      const targets = ids(3_000).map((id) => keyed(account, operation.name, id));
      await ledger.record(`R${account}`, name, asked, targets, [], 0);
    }
    let [stamping, most] = [0, 0];
    const noting: Ledger = {
      ...ledger,
      offer: async (stamps, forMs) => {
        most = Math.max(most, (stamping += stamps.size));
        await ledger.offer(stamps, forMs).finally(() => (stamping -= stamps.size));
      },
    };
    const { ended } = feeding(names, noting, 30);
    await until('both queues are full', async () => {
      const counts = await Promise.all(names.map((name) => ledger.offeredCount(name, 5_000)));
      return counts.every((count) => count === 3_000);
    });
    await ended();
    expect(most).toBe(3_000);
  });

  it('offers one job of suspects at a time, whichever lanes they are in', async () => {
    const other = keyed('bee', operation.name, 'v0');
    const offers: (readonly string[])[] = [];
    const noting: Ledger = {
      ...ledger,
      offer: (jobs, forMs) => (offers.push([...jobs.keys()]), ledger.offer(jobs, forMs)),
    };
    await record(['v0']);
    await ledger.record('R', neighbour, asked, [other], [], offerMs);
    for (const [name, { key }] of [
      [lane, keyed('acc', operation.name, 'v0')] as const,
      [neighbour, other] as const,
    ])
      for (const job of ['S1', 'S2', 'S3']) {
        await ledger.offer(new Map([[key, job]]), offerMs);
        await ledger.withdraw(name, [job]);
      }
    const { seen, ended } = feeding([lane, neighbour], noting);
    await until('three rounds', () => seen.rounds === 3);
    await ended();
    expect(offers).toEqual([[keyed('acc', operation.name, 'v0').key]]);
    expect(seen.suspects).toBeGreaterThan(2);
  });

  it('packs and stamps nothing while the queue takes no jobs, and fills it when it does', async () => {
    await record(ids(20));
    const stop = new AbortController();
    const told: unknown[] = [];
    let stamped = 0;
    const counting: Ledger = {
      ...ledger,
      offer: (...given) => {
        stamped++;
        return ledger.offer(...given);
      },
    };
    const fed = { name: lane, operation, rate: { calls: 30, per: 'second' as const } };
    const trouble = (_: string, error: unknown) => told.push(error);
    // Too few replicas to write: a private Redis has none.
    await redis.config('SET', 'min-replicas-to-write', '1');
    const means = { ledger: counting, queues, clock: systemClock, lanes: () => [fed], trouble };
    const feeding = feedOn(means, stop.signal);
    await until('four rounds', () => told.length >= 4).finally(() =>
      redis.config('SET', 'min-replicas-to-write', '0'),
    );
    expect(stamped).toBe(2);
    await until('the job', async () => (await jobs()).length === 1);
    stop.abort();
    await feeding;
  });
});
