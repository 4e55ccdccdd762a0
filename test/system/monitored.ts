/**
 * A service under watch: four lanes at the emulator, the HTTP API and two workers in processes of their own, a Redis
 * that may be spoiled, and a Prometheus that scrapes it all each second. Free of the test runner: the pictures of the
 * dashboards are drawn from it too.
 */
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { queueName } from '../../src/job.ts';
import { PrometheusProcess, type PrometheusOptions } from '../deploy/prometheus-process.ts';
import { typed } from './operate.ts';
import { RedisProcess } from './redis-process.ts';
import { WorkerProcess, type Part } from './worker-process.ts';
import { World } from './world.ts';

export const image = 'alibaba.vod.delete-image';
export const video = 'alibaba.vod.delete-video';
export const media = 'alibaba.ice.delete-media-infos';
export const thumbnails = 'huawei.vod.delete-thumbnails';

const accounts = {
  'media-prod': { [image]: { cap: 50 }, [video]: { cap: 30 }, [media]: { cap: 10 } },
  'huawei-prod': { [thumbnails]: { cap: 100, per: 'minute' } },
} as const;

/** What a server process is scraped as: the rules miss an API, or a worker, by the name of its job. */
const roles = {
  'server:9464': { job: 'expunge-api', parts: ['--api', '--worker'] },
  'worker:9464': { job: 'expunge-worker', parts: ['--worker'] },
} as const satisfies Readonly<Record<string, { job: string; parts: readonly Part[] }>>;
export type Instance = keyof typeof roles;
export const instances = Object.keys(roles) as readonly Instance[];

export class Monitored {
  readonly world: World;
  readonly redis: RedisProcess;
  readonly prometheus: PrometheusProcess;
  readonly #processes: Map<Instance, WorkerProcess>;

  private constructor(
    made: Pick<Monitored, 'world' | 'redis' | 'prometheus'>,
    processes: Map<Instance, WorkerProcess>,
  ) {
    this.world = made.world;
    this.redis = made.redis;
    this.prometheus = made.prometheus;
    this.#processes = processes;
  }

  /** Resolves when both processes have started, and Prometheus has heard of them. */
  static async open(options: Omit<PrometheusOptions, 'targets'> = {}): Promise<Monitored> {
    const redis = await RedisProcess.start();
    const world = await World.open({
      redisUrl: redis.url,
      accounts,
      settings: { metrics: { port: 0 }, api: { port: 0 }, approval: { above: 'off' } },
      emulator: { latency: { min: 20, max: 80 } },
    });
    const processes = new Map<Instance, WorkerProcess>();
    await Promise.all(instances.map(async (each) => processes.set(each, await begin(world, each))));
    const scraped = Object.fromEntries(
      instances.map((each) => [roles[each].job, [targetOf(each, processes.get(each))]]),
    );
    const prometheus = await PrometheusProcess.start({ ...options, targets: scraped });
    // A counter has grown only since it was first seen.
    while ((await prometheus.query('sum(up)'))[0]?.value !== instances.length) await sleep(100);
    return new Monitored({ world, redis, prometheus }, processes);
  }

  /** Starts it again after its end; Prometheus knows where it is from then on. */
  async start(instance: Instance): Promise<void> {
    const started = await begin(this.world, instance);
    this.#processes.set(instance, started);
    await this.prometheus.scrape(roles[instance].job, [targetOf(instance, started)]);
  }

  /** SIGKILL is a crash, SIGTERM the end in order; Prometheus goes on asking for it. */
  async end(instance: Instance, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const ending = this.#process(instance);
    ending.signal(signal);
    await ending.ended;
  }

  /** While the disk of the server is full it can't write a byte to the ledger. */
  fillDisk(full: boolean): void {
    const limit = `--fsize=${full ? 0 : 'unlimited'}:`;
    execFileSync('prlimit', ['--pid', String(this.#process('server:9464').pid), limit]);
  }

  /** Sends a request to the API, and answers its status. */
  async ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<number> {
    const answer = await fetch(`${this.#process('server:9464').url}${path}`, {
      method,
      ...(body !== undefined && {
        ...{ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
      }),
      signal: AbortSignal.timeout(30_000),
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  /** Requests the deletion of these by the API; rejects unless they are accepted. */
  async request(account: string, operation: string, ids: readonly string[]): Promise<void> {
    const each = 1_000;
    for (let from = 0; from < ids.length; from += each) {
      const some = ids.slice(from, from + each);
      const asked = { account, operation, ids: some, reason: 'ticket 4711' };
      const status = await this.ask('POST', '/v1/deletions', asked);
      if (status !== 202) throw new Error(`${account} ${operation}: ${status}`);
    }
  }

  /** As an operator types it; answers what programs are told. Rejects unless it exits with 0. */
  async expunge(...argv: string[]): Promise<string> {
    const { exit, said, answered } = await typed(this.world, argv);
    if (exit !== 0) throw new Error(`expunge ${argv.join(' ')}: exit ${exit}: ${said}`);
    return answered;
  }

  /** A job that nobody has signed, written straight into a queue. */
  async forgeJob(account: string, operation: string): Promise<void> {
    const queue = new Queue(queueName(`${account}~${operation}`), {
      connection: { url: this.redis.url },
      prefix: this.world.config.redis.prefix,
    });
    const now = Date.now();
    await queue.add('delete', {
      ...{ v: 1, request: 'elsewhere', targets: ['forged-1'], requester: 'somebody', reason: 'because' },
      ...{ issuedAt: now, expiresAt: now + 60_000 },
    });
    await queue.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#processes.values()].map((each) => each.stop()));
    await this.prometheus.stop();
    await this.world.close();
    await this.redis.stop();
  }

  #process(instance: Instance): WorkerProcess {
    const found = this.#processes.get(instance);
    if (!found) throw new Error(`${instance} was never started`);
    return found;
  }
}

const begin = (world: World, instance: Instance) =>
  WorkerProcess.start(world, undefined, roles[instance].parts);

const targetOf = (instance: Instance, process: WorkerProcess | undefined) => ({
  address: process?.metricsUrl ?? '',
  instance,
});
