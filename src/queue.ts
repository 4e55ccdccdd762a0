/**
 * The queue: one BullMQ queue a lane. The only file that knows BullMQ.
 *
 * It carries work and wakes workers; it is no record. What it loses the feeder offers again, what it doubles
 * the claim sends once.
 */
import { DelayedError, Queue, UnrecoverableError, WaitingError, Worker, type Job } from 'bullmq';
import { pause, type Clock } from './clock.ts';
import { queueName, type JobData, type JobEnd } from './job.ts';
import { openRedis, type Redis, type RedisPlace } from './redis.ts';

export interface OfferedJob {
  /** Neither an integer nor with a colon (BullMQ's rule); offered anew it gets a new one. */
  readonly id: string;
  readonly data: JobData;
  /** Fetched before everything that is not. */
  readonly urgent: boolean;
}

export interface Consumer {
  /** How many jobs may be held at once. */
  concurrency: number;
  /** Stops fetching; jobs at hand go on. */
  pause(): void;
  resume(): void;
  /** Resolves when the last job at hand has ended; a Redis that is away then does not hold it up for long. */
  close(): Promise<void>;
}

export interface Queues {
  add(lane: string, jobs: readonly OfferedJob[]): Promise<void>;
  /** Rejects where no job could be added now: Redis is away, or refuses to write. Costs one small write. */
  accepting(): Promise<void>;
  /**
   * Which of these jobs wait for a worker, are with one, or are delayed by at most `withinMs`: delays go by the wall
   * clock, and were that stepped back, they would last for as much longer.
   */
  alive(lane: string, ids: readonly string[], withinMs: number): Promise<ReadonlySet<string>>;
  /** Jobs that some consumer holds. Reads no job: what is in one may be what killed that consumer. */
  active(lane: string): Promise<readonly string[]>;
  /** Removes these jobs even from a consumer that holds them; what it then does with one fails as an error of its. */
  discard(lane: string, ids: readonly string[]): Promise<void>;
  counts(lane: string): Promise<Readonly<Record<string, number>>>;
  /** Hands each job of the lane to `work`; a rejection is a bug of ours and leaves the job failed. */
  consume(lane: string, work: (data: unknown, job: string) => Promise<JobEnd>): Consumer;
  ping(): Promise<void>;
  /** Resolves once connected; rejects with the last error after `withinMs`. */
  connected(withinMs: number): Promise<void>;
  /** What Redis would do to us, if it is not fit to hold a queue; undefined when it is. */
  unfit(): Promise<string | undefined>;
  /** What is wrong with how it keeps what it holds. */
  keeps(): Promise<{ readonly eviction: boolean; readonly persistence: boolean }>;
  close(): Promise<void>;
}

/** Bulk work is prioritised (fetched after what has no priority), urgent work is not. */
const bulkPriority = 10;

/** How long a consumer that closes waits for Redis to hear how its last jobs ended. */
const lastWordMs = 3_000;

/** How long ended jobs are kept for their producers, and refused ones for inspection. */
const kept = {
  removeOnComplete: { age: 3_600, count: 1_000 },
  removeOnFail: { age: 7 * 86_400, count: 10_000 },
} as const;

/** Measured: with these a killed worker's jobs run again after some 30 s, and two kills fail no job for good. */
const workerOptions = {
  lockDuration: 30_000,
  stalledInterval: 5_000,
  maxStalledCount: 15,
  runRetryDelay: 1_000,
} as const;

export interface QueueOptions extends RedisPlace {
  readonly prefix: string;
  readonly clock: Clock;
  /** Signs a job for the queue of this name, where signing keys are configured. */
  readonly sign?: ((queue: string, data: JobData) => JobData) | undefined;
  /** Told of every error of a connection or of fetching; may be called often. */
  onError(error: Error): void;
}

export function openQueues({
  url,
  ca,
  prefix,
  clock,
  sign = (_, data) => data,
  onError,
}: QueueOptions): Queues {
  const producing = openRedis({ url, ca }, 'producing', onError);
  let shared: Redis | undefined;
  const queues = new Map<string, Queue>();

  function queue(lane: string): Queue {
    const known = queues.get(lane);
    if (known) return known;
    const opened = new Queue(queueName(lane), {
      connection: producing,
      prefix,
      skipWaitingForReady: true,
      // It would ask at once, and a queue that gets no answer then is useless for good (BullMQ 6.7.0).
      skipVersionCheck: true,
      streams: { events: { maxLen: 1_000 } },
      defaultJobOptions: { ...kept, sizeLimit: 65_536 },
    });
    opened.on('error', onError);
    queues.set(lane, opened);
    return opened;
  }

  return {
    async add(lane, jobs) {
      await queue(lane).addBulk(
        jobs.map(({ id, data, urgent }) => ({
          name: 'delete',
          data: sign(queueName(lane), data),
          opts: { jobId: id, ...(urgent ? {} : { priority: bulkPriority }) },
        })),
      );
    },

    async accepting() {
      await producing.set(`${prefix}:accepting`, '', 'PX', 1_000);
    },

    async alive(lane, ids, withinMs) {
      const waiting = new Set(['waiting', 'prioritized', 'active']);
      const delayed = queue(lane).toKey('delayed');
      const soon = clock.now() + withinMs;
      const found = await Promise.all(
        ids.map(async (id) => {
          const state = await queue(lane).getJobState(id);
          if (state !== 'delayed') return waiting.has(state);
          // The time, and below it 12 bits of BullMQ's own.
          return Number(await producing.zscore(delayed, id)) / 0x1000 <= soon;
        }),
      );
      return new Set(ids.filter((_, at) => found[at]));
    },

    async active(lane) {
      return producing.lrange(queue(lane).toKey('active'), 0, -1);
    },

    async discard(lane, ids) {
      if (ids.length === 0) return;
      const opened = queue(lane);
      // A locked job can't be removed. Its consumer, if it lives, renews only a lock that is still there (BullMQ 6.7.0).
      await producing.del(ids.map((id) => opened.toKey(`${id}:lock`)));
      await Promise.all(ids.map((id) => opened.remove(id)));
    },

    counts: (lane) => queue(lane).getJobCounts(),

    consume(lane, work) {
      const redis = (shared ??= openRedis({ url, ca }, 'consuming', onError));
      const working = new Set<Promise<JobEnd>>();
      const worker: Worker = new Worker(
        queueName(lane),
        async (job, token) => {
          const ending = work(job.data, job.id ?? '').finally(() => working.delete(ending));
          working.add(ending);
          const end = await ending;
          return finish(job, token ?? '', end, clock).finally(() => 'back' in end && wake());
        },
        // Jobs of other producers are kept as long as ours, unless they say otherwise.
        { connection: redis, prefix, concurrency: 100, ...workerOptions, ...kept },
      );
      // A job with a priority goes back without the marker that ends a blocked fetch (BullMQ 6.7.0,
      // moveJobFromActiveToWait): it would lie there for up to 10 s beside workers that wait for jobs.
      const wake = () => void redis.zadd(worker.toKey('marker'), 0, '0').catch(onError);
      worker.on('error', onError);
      return {
        get concurrency() {
          return worker.concurrency;
        },
        set concurrency(value) {
          worker.concurrency = value;
        },
        pause: () => void worker.pause(true).catch(onError),
        resume: () => void worker.resume(),
        async close() {
          const over = new AbortController();
          const closed = worker.close().finally(() => over.abort());
          while (working.size > 0) await Promise.allSettled(working);
          await Promise.race([closed, pause(clock, lastWordMs, over.signal)]);
        },
      };
    },

    async ping() {
      await producing.ping();
    },

    connected: (withinMs) =>
      new Promise((resolve, reject) => {
        if (producing.status === 'ready') return resolve();
        let last = new Error(`no answer within ${withinMs} ms`);
        const note = (error: Error) => (last = error);
        const cancel = clock.after(withinMs, () => {
          producing.off('error', note);
          reject(last);
        });
        producing.on('error', note).once('ready', () => {
          producing.off('error', note);
          cancel();
          resolve();
        });
      }),

    async unfit() {
      const memory = await producing.info('memory');
      const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
      if (policy === undefined || policy === 'noeviction') return undefined;
      return `its maxmemory-policy is ${policy}: it would evict jobs when memory runs short`;
    },

    async keeps() {
      const [memory, persistence] = await Promise.all([
        producing.info('memory'),
        producing.info('persistence'),
      ]);
      // A Redis that does not say is not blamed.
      const eviction = /^maxmemory_policy:(?!noeviction\b)/m.test(memory);
      return { eviction, persistence: /^(aof_enabled:0|aof_last_write_status:err)/m.test(persistence) };
    },

    async close() {
      await Promise.all([...queues.values()].map((opened) => opened.close()));
      producing.disconnect();
      shared?.disconnect();
    },
  };
}

/** Tells BullMQ how a job ended; its special errors move a job without counting a failure. */
async function finish(job: Job, token: string, end: JobEnd, clock: Clock): Promise<readonly unknown[]> {
  if ('results' in end) return end.results;
  if ('refused' in end) throw new UnrecoverableError(end.refused);
  if ('back' in end) {
    await job.moveToWait(token);
    throw new WaitingError();
  }
  await job.moveToDelayed(clock.now() + Math.max(1, Math.round(end.laterMs)), token);
  throw new DelayedError();
}
