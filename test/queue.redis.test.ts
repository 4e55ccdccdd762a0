/** The queue where Redis comes and goes, behind a network that the test owns. */
import { Redis } from 'ioredis';
import { beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { systemClock } from '../src/clock.ts';
import type { JobEnd } from '../src/job.ts';
import { openQueues, type OfferedJob, type Queues } from '../src/queue.ts';
import { quiet, until } from './system/judge.ts';
import { Proxy } from './system/proxy.ts';

const lane = 'acc~alibaba.vod.delete-video';

let prefix: string;
let network: Proxy;
let queues: Queues;
let errors: string[];

beforeEach(async () => {
  // Each test's own: connections of the one before may still have something to say.
  const told: string[] = [];
  errors = told;
  prefix = `queue-${systemClock.id()}`;
  network = await Proxy.open(Number(new URL(inject('redisUrl')).port || 6379));
  queues = openQueues({
    ...{ url: `redis://127.0.0.1:${network.port}`, prefix, clock: systemClock },
    onError: ({ message }) => void told.push(message),
  });
  await queues.connected(5_000);
  onTestFinished(async () => {
    await queues.close();
    await network.close();
  });
});

const job = (id: string): OfferedJob => ({
  id,
  urgent: true,
  data: { v: 1, request: 'R', targets: [id], requester: 'ann', reason: '', issuedAt: 1, expiresAt: 2 },
});
const away = async () => {
  await network.make({ kind: 'refuse' });
  network.reset();
  await until('the loss is noticed', () =>
    queues.ping().then(
      () => false,
      () => true,
    ),
  );
};
const back = async () => {
  await network.heal();
  await until('Redis', () =>
    queues.ping().then(
      () => true,
      () => false,
    ),
  );
};

describe('openQueues', () => {
  it('adds jobs to a lane that it was first asked for while Redis was away', async () => {
    await away();
    await expect(queues.add(lane, [job('one')])).rejects.toThrow();
    await back();
    await queues.add(lane, [job('two')]);
    expect(await queues.counts(lane)).toMatchObject({ waiting: 1 });
  });

  it('hands out the jobs of a lane that is consumed since Redis was away', async () => {
    await queues.add(lane, [job('one')]);
    await away();
    const taken: string[] = [];
    const consumer = queues.consume(lane, async (_, id) => {
      taken.push(id);
      return { results: [] };
    });
    await back();
    await until('the job', () => taken.length === 1, 5_000);
    await consumer.close();
  });

  const ends: readonly (readonly [string, JobEnd])[] = [
    ['complete', { results: [] }],
    ['put back', { back: true }],
    ['put off', { laterMs: 60_000 }],
    ['refuse', { refused: 'malformed' }],
  ];
  it.each(ends)(
    'discards a job that a consumer holds, which can’t %s it any more, and lives',
    async (_, end) => {
      await queues.add(lane, [job('one'), job('two')]);
      const finish = new Map<string, () => void>();
      const consumer = queues.consume(
        lane,
        (_data, id) => new Promise((resolve) => finish.set(id, () => resolve(end))),
      );
      await until('the jobs', () => finish.size === 2);
      expect((await queues.active(lane)).toSorted()).toEqual(['one', 'two']);
      await queues.discard(lane, ['one', 'nobody']);
      expect(await queues.active(lane)).toEqual(['two']);
      finish.get('one')?.();
      await until('the error', () => errors.length > 0);
      expect(new Set(errors)).toEqual(new Set(['Missing key for job one. moveToFinished']));
      expect(await queues.alive(lane, ['one', 'two'], 60_000)).toEqual(new Set(['two']));
      await queues.add(lane, [job('three')]);
      await until('the next job', () => finish.has('three'));
      for (const each of finish.values()) each();
      await consumer.close();
      const { waiting, active, prioritized, delayed, completed, failed } = await queues.counts(lane);
      expect(
        (waiting ?? 0) +
          (active ?? 0) +
          (prioritized ?? 0) +
          (delayed ?? 0) +
          (completed ?? 0) +
          (failed ?? 0),
      ).toBe(2);
    },
  );

  it('says which jobs are held, and discards them, whatever is in them', async () => {
    const redis = new Redis(inject('redisUrl'));
    onTestFinished(() => redis.disconnect());
    await queues.add(lane, [job('one')]);
    const consumer = queues.consume(lane, () => new Promise(() => undefined));
    onTestFinished(() => void consumer.close());
    await until('the job', async () => (await queues.active(lane)).length === 1);
    await redis.hset(`${prefix}:{${lane}}:one`, 'data', '{');
    expect(await queues.active(lane)).toEqual(['one']);
    await queues.discard(lane, ['one']);
    expect(await queues.active(lane)).toEqual([]);
    expect(await redis.keys(`${prefix}:{${lane}}:one*`)).toEqual([]);
  });

  it('closes a consumer although Redis is away and a job at hand can’t be put back', async () => {
    await queues.add(lane, [job('one')]);
    let putBack = (): void => undefined;
    const consumer = queues.consume(
      lane,
      () => new Promise((resolve) => (putBack = () => resolve({ back: true }))),
    );
    await until('the job', async () => (await queues.active(lane)).length === 1);
    await away();
    putBack();
    const closed = consumer.close();
    await expect(Promise.race([closed, quiet(10_000).then(() => 'not closed')])).resolves.toBeUndefined();
  });
});
