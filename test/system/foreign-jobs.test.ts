/** Jobs that somebody wrote straight into the queue: write access to Redis alone deletes nothing. */
import { Queue } from 'bullmq';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { createMetrics, type Metrics } from '../../src/metrics.ts';
import { queueName } from '../../src/queue.ts';
import { ask } from '../../src/redis-server/ask.ts';
import { expectAgreement, fates, until } from './judge.ts';
import { World } from './world.ts';

const video = 'alibaba.vod.delete-video';

let world: World;
let queue: Queue;
let metrics: Metrics;
afterEach(async () => {
  await queue.close();
  await world.close();
});

async function open(foreignJobs: 'refuse' | 'allow') {
  await openIdle(foreignJobs);
  world.worker(metrics);
}

/** Nobody works on the queue yet. */
async function openIdle(foreignJobs: 'refuse' | 'allow', operation = video) {
  world = await World.open({
    redisUrl: inject('redisUrl'),
    accounts: { acc: { [operation]: { cap: 30 } }, other: { [operation]: { cap: 30 } } },
    settings: { foreignJobs },
  });
  world.emulator.inventory({
    DeleteVideo: { prefix: 'v', count: 100 },
    DeleteMediaInfos: { prefix: 'v', count: 100 },
  });
  metrics = createMetrics({ build: { version: 'test', node: process.version } });
  queue = queueOf(`acc~${operation}`);
}

const queueOf = (name: string) =>
  new Queue(queueName(name), {
    connection: { url: inject('redisUrl') },
    prefix: world.config.redis.prefix,
  });

/** As the contract has it, but for what a test changes. */
const jobData = (targets: readonly unknown[], over: object = {}) => ({
  ...{ v: 1, request: 'elsewhere', targets, requester: 'somebody', reason: 'because' },
  ...{ issuedAt: Date.now(), expiresAt: Date.now() + 60_000, ...over },
});

/** How the job ended. */
async function ended(id: string | undefined): Promise<'completed' | 'failed'> {
  const over = async () => ['completed', 'failed'].includes(await queue.getJobState(id ?? ''));
  await until(`job ${id} ended`, over);
  return (await queue.getJobState(id ?? '')) as 'completed' | 'failed';
}

const refusedFor = async (reason: string) =>
  Number(
    new RegExp(`expunge_jobs_refused_total{reason="${reason}"} (\\d+)`).exec(await metrics.render())?.[1] ??
      0,
  );

describe('a job that the ledger does not know', () => {
  it('is refused at once: no call, counted, kept with its reason', async () => {
    await open('refuse');
    const { id } = await queue.add('delete', jobData(['v1', 'v2']));
    expect(await ended(id)).toBe('failed');
    expect((await queue.getJob(id ?? ''))?.failedReason).toMatch(/^unsigned: targets\/0 /);
    expect(await refusedFor('unsigned')).toBe(1);
    expect(world.logged.filter((line) => line.includes('job refused'))).toHaveLength(1);
    expect(await world.ledger.lookup('v1')).toEqual([]);
    expect(world.emulator.calls()).toEqual([]);
  });

  it('is refused as a whole where only one of its targets is unknown', async () => {
    await open('refuse');
    await world.settled((await world.enqueue('acc', video, ['v1'])).request);
    const { id } = await queue.add('delete', jobData(['v1', 'v2']));
    expect(await ended(id)).toBe('failed');
    expect((await queue.getJob(id ?? ''))?.failedReason).toMatch(/^unsigned: targets\/1 /);
    expect(world.emulator.calls()).toHaveLength(1);
  });

  it('is recorded, then sent, where such jobs are allowed, and returns each outcome', async () => {
    await open('allow');
    const { id } = await queue.add('delete', jobData(['v1', 'nowhere', 'v2', 'v1']));
    expect(await ended(id)).toBe('completed');
    expect((await queue.getJob(id ?? ''))?.returnvalue).toMatchObject([
      { target: 'v1', settlement: 'deleted' },
      { target: 'nowhere', settlement: 'absent' },
      { target: 'v2', settlement: 'deleted' },
      { target: 'v1', settlement: 'deleted' },
    ]);
    const [record] = await world.ledger.lookup('v1');
    expect(record).toMatchObject({
      settlement: 'deleted',
      requests: [{ requester: 'somebody', reason: 'because' }],
    });
    expect(record?.calls).toHaveLength(1);
    expect(
      world.emulator
        .calls()
        .flatMap(({ ids }) => ids)
        .toSorted(),
    ).toEqual(['nowhere', 'v1', 'v2']);
    expect(await refusedFor('unsigned')).toBe(0);
    await expectAgreement(world);
  });

  it('that is not due yet is sent when it is, where such jobs are allowed', async () => {
    await open('allow');
    const notBefore = Date.now() + 1_500;
    const { id } = await queue.add('delete', jobData(['v1'], { notBefore }));
    expect(await ended(id)).toBe('completed');
    expect(Date.now()).toBeGreaterThanOrEqual(notBefore);
    expect(world.emulator.calls()).toHaveLength(1);
  });
});

const media = 'alibaba.ice.delete-media-infos';
type Data = Readonly<Record<string, unknown>> & { readonly targets: readonly unknown[] };

describe('a job of ours that was edited in Redis', () => {
  it.each([
    ['names another id', video, ({ targets }: Data) => ({ targets: ['v50', ...targets.slice(1)] })],
    ['names one id more', video, ({ targets }: Data) => ({ targets: [...targets, 'v50'] })],
    ['names a reference id', video, () => ({ targets: [{ by: 'referenceId', id: 'reference-1' }] })],
    ['deletes files too', media, () => ({ options: { deletePhysicalFiles: true } })],
  ] as const)(
    'is refused as a whole, counted and kept where it %s; what was asked for is deleted all the same',
    async (_, operation, edit) => {
      await openIdle('refuse', operation);
      world.emulator.inventory({ DeleteVideo: { ids: ['reference-1'] } });
      const { request } = await world.enqueue('acc', operation, ['v1', 'v2', 'v3']);
      const [job] = await queue.getJobs(['waiting', 'prioritized']);
      const { id, data } = job as unknown as { id: string; data: Data };
      const edited = JSON.stringify({ ...data, ...edit(data) });
      const { port } = new URL(inject('redisUrl'));
      expect(await ask(Number(port), ['HSET', queue.toKey(id), 'data', edited])).toEqual([':0']);
      world.worker(metrics);
      expect(await ended(id)).toBe('failed');
      expect(await refusedFor('unsigned')).toBe(1);
      expect((await queue.getJob(id))?.failedReason).toMatch(/^unsigned: targets\//);
      expect(world.logged.filter((line) => line.includes('job refused'))).toHaveLength(1);
      expect(world.emulator.calls()).toEqual([]);

      // The job is gone: as if its offer had run out.
      await world.ledger.withdraw(`acc~${operation}`, [id]);
      expect(await world.settled(request)).toEqual({ deleted: 3 });
      const sent = world.emulator.calls().flatMap((call) => call.ids);
      expect(sent.toSorted()).toEqual(['v1', 'v2', 'v3']);
      for (const { options } of world.emulator.calls()) expect(options).toBe('');
      await expectAgreement(world);
    },
  );

  it('is refused in the queue of another lane', async () => {
    await openIdle('refuse');
    const { request } = await world.enqueue('acc', video, ['v1', 'v2']);
    const [job] = await queue.getJobs(['waiting', 'prioritized']);
    const elsewhere = queueOf(`other~${video}`);
    const { id } = await elsewhere.add('delete', job?.data as object);
    world.worker(metrics);
    expect(await world.settled(request)).toEqual({ deleted: 2 });
    await until('the copy ended', async () => (await elsewhere.getJobState(id ?? '')) === 'failed');
    await elsewhere.close();
    expect(await refusedFor('unsigned')).toBe(1);
    expect(world.emulator.calls().map(({ account }) => account)).toEqual(['key-of-acc']);
    await expectAgreement(world);
  });
});

describe('malformed data', () => {
  it.each([
    ['no data at all', {}],
    ['another version', jobData(['v1'], { v: 2 })],
    ['no targets', jobData([])],
    ['a field that nobody knows', jobData(['v1'], { force: true })],
    ['an id with a comma', jobData(['v1,v2'])],
    ['an option that the operation does not have', jobData(['v1'], { options: { imageType: 'All' } })],
    ['101 targets', jobData(Array.from({ length: 101 }, (_, n) => `v${n}`))],
  ])('is refused, allowed or not: %s', async (_, data) => {
    await open('allow');
    const { id } = await queue.add('delete', data);
    expect(await ended(id)).toBe('failed');
    expect((await queue.getJob(id ?? ''))?.failedReason).toMatch(/^malformed: /);
    expect(await refusedFor('malformed')).toBe(1);
    expect(world.emulator.calls()).toEqual([]);
    expect(await fates(world, ['v1', 'v1,v2'])).toEqual(new Map());
  });
});
