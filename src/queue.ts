/**
 * The queue: one BullMQ queue a lane, and the connections to Redis. The only file that knows BullMQ and ioredis.
 *
 * It carries work and wakes workers; it is no record. What it loses the feeder offers again, what it doubles
 * the claim sends once.
 */
import { DelayedError, Queue, UnrecoverableError, WaitingError, Worker, type Job } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import type { Clock } from './clock.ts';
import type { JobData } from './job.ts';

export interface OfferedJob {
  /** Neither an integer nor with a colon (BullMQ's rule); offered anew it gets a new one. */
  readonly id: string;
  readonly data: JobData;
  /** Fetched before everything that is not. */
  readonly urgent: boolean;
}

/** How the work on a job ended. */
export type JobEnd =
  /** Done: the outcome of each target, which the producer may read as the job's return value. */
  | { readonly results: readonly unknown[] }
  /** Again after so many milliseconds; spends no attempt of the queue's. */
  | { readonly laterMs: number }
  /** Back into the queue as if it had not been fetched. */
  | { readonly back: true }
  /** Never: kept among the failed for inspection. */
  | { readonly refused: string };

export interface Consumer {
  /** How many jobs may be held at once. */
  concurrency: number;
  /** Stops fetching; jobs at hand go on. */
  pause(): void;
  resume(): void;
  /** Resolves when the last job at hand has ended. */
  close(): Promise<void>;
}

export interface Queues {
  add(lane: string, jobs: readonly OfferedJob[]): Promise<void>;
  /**
   * Which of these jobs wait for a worker or are with one. A delayed one is not among them: it waits by the wall
   * clock, and were that stepped back, it would do so for as long.
   */
  alive(lane: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Jobs that some consumer holds. */
  active(lane: string): Promise<readonly string[]>;
  counts(lane: string): Promise<Readonly<Record<string, number>>>;
  /** Hands each job of the lane to `work`; a rejection is a bug of ours and leaves the job failed. */
  consume(lane: string, work: (data: unknown, job: string) => Promise<JobEnd>): Consumer;
  ping(): Promise<void>;
  /** Resolves once connected; rejects with the last error after `withinMs`. */
  connected(withinMs: number): Promise<void>;
  /** What Redis would do to us, if it is not fit to hold a queue; undefined when it is. */
  unfit(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** The queue's name for a lane; the braces keep all its keys in one slot of a Redis Cluster. */
export const queueName = (lane: string): string => `{${lane}}`;

/** Bulk work is prioritised (fetched after what has no priority), urgent work is not. */
const bulkPriority = 10;

const day = 86_400;

/** Measured: with these a killed worker's jobs run again after some 30 s, and two kills fail no job for good. */
const workerOptions = {
  lockDuration: 30_000,
  stalledInterval: 5_000,
  maxStalledCount: 15,
  runRetryDelay: 1_000,
} as const;

/** Never hang on a dead connection: without a socket timeout a silently cut one stalls a worker for good. */
const connection: RedisOptions = {
  maxRetriesPerRequest: null,
  socketTimeout: 15_000,
  keepAlive: 5_000,
  retryStrategy: (times) => Math.min(times * 100, 1_000),
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
};

/** Producers answer at once: a command fails rather than wait for Redis to come back. */
const impatient: RedisOptions = {
  ...connection,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 2_000,
};

export interface QueueOptions {
  readonly url: string;
  readonly prefix: string;
  readonly clock: Clock;
  /** Told of every error of a connection or of fetching; may be called often. */
  onError(error: Error): void;
}

export function openQueues({ url, prefix, clock, onError }: QueueOptions): Queues {
  const producing = new Redis(url, impatient);
  producing.on('error', onError);
  let shared: Redis | undefined;
  const queues = new Map<string, Queue>();

  function queue(lane: string): Queue {
    const known = queues.get(lane);
    if (known) return known;
    const opened = new Queue(queueName(lane), {
      connection: producing,
      prefix,
      skipWaitingForReady: true,
      streams: { events: { maxLen: 1_000 } },
      defaultJobOptions: {
        removeOnComplete: { age: 3_600, count: 1_000 },
        removeOnFail: { age: 7 * day, count: 10_000 },
        sizeLimit: 65_536,
      },
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
          data,
          opts: { jobId: id, ...(urgent ? {} : { priority: bulkPriority }) },
        })),
      );
    },

    async alive(lane, ids) {
      const over = new Set(['completed', 'failed', 'delayed', 'unknown']);
      const states = await Promise.all(ids.map((id) => queue(lane).getJobState(id)));
      return new Set(ids.filter((_, i) => !over.has(states[i] ?? 'unknown')));
    },

    async active(lane) {
      const jobs = await queue(lane).getActive();
      return jobs.flatMap(({ id }) => (id === undefined ? [] : [id]));
    },

    counts: (lane) => queue(lane).getJobCounts(),

    consume(lane, work) {
      const redis = (shared ??= new Redis(url, connection).on('error', onError));
      const worker: Worker = new Worker(
        queueName(lane),
        async (job, token) => {
          const end = await work(job.data, job.id ?? '');
          return finish(job, token ?? '', end, clock).finally(() => 'back' in end && wake());
        },
        { connection: redis, prefix, concurrency: 100, ...workerOptions },
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
        close: () => worker.close(),
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
