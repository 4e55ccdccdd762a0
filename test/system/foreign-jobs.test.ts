/** Jobs that somebody wrote straight into the queue: write access to Redis alone deletes nothing. */
import { Queue } from 'bullmq';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { createMetrics, type Metrics } from '../../src/metrics.ts';
import { queueName } from '../../src/queue.ts';
import { expectAgreement, fates, until } from './judge.ts';
import { World } from './world.ts';

const video = 'alibaba.vod.delete-video';
const lane = `acc~${video}`;

let world: World;
let queue: Queue;
let metrics: Metrics;
afterEach(async () => {
  await queue.close();
  await world.close();
});

async function open(foreignJobs: 'refuse' | 'allow') {
  world = await World.open({
    redisUrl: inject('redisUrl'),
    accounts: { acc: { [video]: { cap: 30 } } },
    settings: { foreignJobs },
  });
  world.emulator.inventory({ DeleteVideo: { prefix: 'v', count: 100 } });
  metrics = createMetrics({ build: { version: 'test', node: process.version } });
  queue = new Queue(queueName(lane), {
    connection: { url: inject('redisUrl') },
    prefix: world.config.redis.prefix,
  });
  world.worker(metrics);
}

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
