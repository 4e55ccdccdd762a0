/** Jobs that somebody wrote straight into the queue: write access to Redis alone deletes nothing. */
import { createHash } from 'node:crypto';
import { Queue } from 'bullmq';
import { afterEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createMetrics, type Metrics } from '../../src/metrics.ts';
import { queueName, type JobData } from '../../src/job.ts';
import { signJob } from '../../src/job-signature.ts';
import { ask } from '../../src/redis-server/ask.ts';
import { expectAgreement, fates, until } from './judge.ts';
import { operate } from './operate.ts';
import { WorkerProcess } from './worker-process.ts';
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
async function openIdle(
  foreignJobs: 'refuse' | 'allow',
  operation = video,
  settings: Readonly<Record<string, unknown>> = {},
) {
  world = await World.open({
    redisUrl: inject('redisUrl'),
    accounts: { acc: { [operation]: { cap: 30 } }, other: { [operation]: { cap: 30 } } },
    settings: { foreignJobs, ...settings },
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

const keys = ['a', 'b'].map((id) => ({ id, key: `${id}-secret-of-jobs`.repeat(3) }));
/** The first signs; the older one is still accepted. */
const older = keys[1] ?? { id: '', key: '' };
/** May enqueue in one lane, and nothing that widens. */
const service = {
  name: 'archive-service',
  sha256: createHash('sha256').update('its key').digest('hex'),
  scopes: [`enqueue:acc:${video}`, `enqueue:acc:${media}`, `enqueue:other`],
};
const signed = { signingKeys: keys, api: { keys: [service] } };

/** As another producer signs, with the recipe of docs/jobs.md. */
const signedData = (targets: readonly unknown[], over: object = {}, operation = video, key = older) =>
  signJob(
    queueName(`acc~${operation}`),
    jobData(targets, { requester: 'archive-service', ...over }) as JobData,
    key,
  );

/** Puts a job into the queue as somebody does who has nothing but the password of Redis. */
async function byHand(data: unknown, to: Queue = queue): Promise<string> {
  const id = `hand-${systemClock.id()}`;
  const { port } = new URL(inject('redisUrl'));
  await ask(Number(port), [
    ...['HSET', to.toKey(id), 'name', 'delete', 'data', JSON.stringify(data)],
    ...['opts', '{}', 'timestamp', String(Date.now()), 'delay', '0', 'priority', '0'],
  ]);
  await ask(Number(port), ['LPUSH', to.toKey('wait'), id]);
  await ask(Number(port), ['ZADD', to.toKey('marker'), '0', '0']);
  return id;
}

const edited =
  (edit: (data: Data) => object) =>
  (data: Data): unknown => ({ ...data, ...edit(data) });

describe('with signing keys, a job in the queue', () => {
  it('that another producer signed is recorded, sent, and answers each outcome', async () => {
    await openIdle('refuse', video, signed);
    const id = await byHand(signedData(['v1', 'nowhere']));
    world.worker(metrics);
    expect(await ended(id)).toBe('completed');
    expect((await queue.getJob(id))?.returnvalue).toMatchObject([
      { target: 'v1', settlement: 'deleted' },
      { target: 'nowhere', settlement: 'absent' },
    ]);
    expect((await world.ledger.lookup('v1'))[0]?.requests).toMatchObject([
      { requester: 'archive-service', reason: 'because' },
    ]);
    await expectAgreement(world);
  });

  it('that is ours is signed and done, also where it was signed before a rotation', async () => {
    await openIdle('refuse', video, signed);
    const { request } = await world.enqueue('acc', video, ['v1', 'v2']);
    const [job] = await queue.getJobs(['waiting', 'prioritized']);
    const { signature, ...data } = job?.data as JobData;
    expect(data.keyId).toBe('a');
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    await job?.updateData(signJob(queueName(`acc~${video}`), data, older));
    world.worker(metrics);
    expect(await world.settled(request)).toEqual({ deleted: 2 });
    expect(await metrics.render()).not.toMatch(/expunge_jobs_refused_total\{.*\} [1-9]/);
    await expectAgreement(world);
  });

  it('is signed by every process of ours that writes one: the command line, and a server that feeds', async () => {
    await openIdle('refuse', video, signed);
    await operate(world, 'enqueue', 'acc', video, 'v1', 'v2', '--reason', 'tidy', '--yes');
    const [job] = await queue.getJobs(['waiting', 'prioritized']);
    expect(job?.data).toMatchObject({ targets: ['v1', 'v2'], keyId: 'a' });
    const fed = await world.enqueue('acc', video, ['v3'], { notBefore: Date.now() + 500 });
    const server = await WorkerProcess.start(world);
    onTestFinished(() => server.stop());
    expect(await ended(job?.id)).toBe('completed');
    expect(await world.settled(fed.request)).toEqual({ deleted: 1 });
    expect(server.lines.filter(({ msg }) => msg === 'job refused')).toEqual([]);
    await expectAgreement(world);
  });

  it.each([
    ['unsigned', 'is not signed', video, ({ signature: _, ...data }: Data): unknown => data],
    ['unsigned', 'is as ours were without keys', video, ({ signature: _, keyId: __, ...data }: Data) => data],
    ['unknown-key', 'names another key', video, edited(() => ({ keyId: 'c' }))],
    ['bad-signature', 'names our other key', video, edited(() => ({ keyId: 'a' }))],
    ['bad-signature', 'swaps an id', video, edited(() => ({ targets: ['v50', 'v2'] }))],
    ['bad-signature', 'adds an id', video, edited(({ targets }) => ({ targets: [...targets, 'v50'] }))],
    ['bad-signature', 'drops an id', video, edited(() => ({ targets: ['v1'] }))],
    ['bad-signature', 'deletes files too', media, edited(() => ({ options: { deletePhysicalFiles: true } }))],
    ['bad-signature', 'is due at once', video, ({ notBefore: _, ...data }: Data) => data],
    ['bad-signature', 'is somebody else', video, edited(() => ({ requester: 'ops' }))],
    ['bad-signature', 'lives longer', video, edited(() => ({ expiresAt: Date.now() + 3_600_000 }))],
    ['malformed', 'has a field more', video, edited(() => ({ force: true }))],
  ] as const)(
    'is refused as %s where somebody wrote one that %s: 0 deletions',
    async (why, _, operation, edit) => {
      await openIdle('refuse', operation, signed);
      const data = signedData(['v1', 'v2'], { notBefore: Date.now() + 500 }, operation);
      const id = await byHand(edit(data));
      world.worker(metrics);
      expect(await ended(id)).toBe('failed');
      expect(await refusedFor(why)).toBe(1);
      expect((await queue.getJob(id))?.failedReason).toMatch(new RegExp(`^${why}: `));
      expect(world.logged.filter((line) => line.includes('job refused'))).toHaveLength(1);
      expect(world.emulator.calls()).toEqual([]);
      expect(await fates(world, ['v1', 'v2', 'v50'])).toEqual(new Map());
    },
  );

  it.each([
    ['enqueue', 'in an account where its key may not', 'other', [service.scopes[0]], ['v1'], {}],
    [
      'reference-ids',
      'by a reference id',
      'acc',
      service.scopes,
      [{ by: 'referenceId', id: 'reference-1' }],
      {},
    ],
    ['requester', 'for a name that no key has', 'acc', service.scopes, ['v1'], { requester: 'nobody' }],
  ] as const)(
    'is refused as forbidden, for %s, where it asks %s',
    async (says, _, account, scopes, targets, over) => {
      await openIdle('refuse', video, { signingKeys: keys, api: { keys: [{ ...service, scopes }] } });
      world.emulator.inventory({ DeleteVideo: { ids: ['reference-1'] } });
      await queue.close();
      queue = queueOf(`${account}~${video}`);
      const data = jobData(targets, { requester: 'archive-service', ...over }) as JobData;
      const id = await byHand(signJob(queueName(`${account}~${video}`), data, older));
      world.worker(metrics);
      expect(await ended(id)).toBe('failed');
      expect(await refusedFor('forbidden')).toBe(1);
      expect((await queue.getJob(id))?.failedReason).toContain(says);
      expect(world.emulator.calls()).toEqual([]);
    },
  );

  it('deletes nothing when it is replayed: at once, after its end, after its time, in another queue', async () => {
    await openIdle('refuse', video, signed);
    const data = signedData(['v1', 'v2'], { expiresAt: Date.now() + 4_000 });
    const first = await byHand(data);
    const twin = await byHand(data);
    world.worker(metrics);
    expect(await ended(first)).toBe('completed');
    expect(await ended(twin)).toBe('completed');
    const again = await byHand(data);
    expect(await ended(again)).toBe('completed');
    expect((await queue.getJob(again))?.returnvalue).toMatchObject([
      { settlement: 'deleted' },
      { settlement: 'deleted' },
    ]);
    expect(await metrics.render()).not.toMatch(/expunge_jobs_refused_total\{.*\} [1-9]/);

    const elsewhere = queueOf(`other~${video}`);
    const copy = await byHand(data, elsewhere);
    await until('the copy ended', async () => (await elsewhere.getJobState(copy)) === 'failed');
    await elsewhere.close();
    expect(await refusedFor('bad-signature')).toBe(1);

    await until('it expired', () => Promise.resolve(Date.now() > data.expiresAt));
    const late = await byHand(data);
    expect(await ended(late)).toBe('failed');
    expect((await queue.getJob(late))?.failedReason).toMatch(/^expired: expiresAt passed /);
    expect(await refusedFor('expired')).toBe(1);
    const sent = world.emulator.calls().flatMap(({ ids }) => ids);
    expect(sent.toSorted()).toEqual(['v1', 'v2']);
    await expectAgreement(world);
  });

  it('is refused at once while others wait for their calls, and logged once a minute for each reason', async () => {
    await openIdle('refuse', video, signed);
    const { request } = await world.enqueue(
      ...(['acc', video, Array.from({ length: 100 }, (_, n) => `v${n}`)] as const),
    );
    const ids = await Promise.all(
      Array.from({ length: 50 }, (_, n) => byHand(n % 2 ? { junk: n } : jobData(['v1']))),
    );
    world.worker(metrics);
    for (const id of ids) expect(await ended(id)).toBe('failed');
    expect([await refusedFor('malformed'), await refusedFor('unsigned')]).toEqual([25, 25]);
    expect(world.logged.filter((line) => line.includes('job refused'))).toHaveLength(2);
    expect(await world.settled(request)).toEqual({ deleted: 100 });
  });
});

describe('a job of ours that was signed by a key that is gone', () => {
  it('is refused, and its targets are deleted under a new one', async () => {
    await openIdle('refuse', video, signed);
    const { request } = await world.enqueue('acc', video, ['v1', 'v2']);
    const [job] = await queue.getJobs(['waiting', 'prioritized']);
    const { signature: _, ...data } = job?.data as JobData;
    const gone = { id: 'gone', key: 'a secret of which nobody knows any more' };
    await job?.updateData(signJob(queueName(`acc~${video}`), data, gone));
    world.worker(metrics);
    expect(await ended(job?.id)).toBe('failed');
    expect(await refusedFor('unknown-key')).toBe(1);
    // As when its offer runs out, up to 45 s later.
    await world.ledger.withdraw(`acc~${video}`, [job?.id ?? '']);
    expect(await world.settled(request)).toEqual({ deleted: 2 });
    await expectAgreement(world);
  });
});
