/**
 * What the fault campaign plays on: an emulator, a Redis and a ledger of its own, each behind a proxy that can
 * spoil the network, and worker processes that are `expunge serve` as users run it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresServer } from '../setup/postgres-server.ts';
import { numbered } from '../system/targets.ts';
import { Proxy } from '../system/proxy.ts';
import { RedisProcess } from '../system/redis-process.ts';
import { WorkerProcess } from '../system/worker-process.ts';
import { World } from '../system/world.ts';

/** Operation → calls of one second, or of one minute, and ids of one call. */
export interface Limits {
  readonly cap: number;
  readonly per: 'second' | 'minute';
  readonly batch: number;
  readonly action: 'DeleteVideo' | 'DeleteImage' | 'DeleteMediaInfos' | 'DeleteThumbnails';
}

export interface Lane extends Limits {
  readonly name: string;
  readonly account: string;
  readonly operation: string;
}

export interface StageOptions {
  readonly lanes: readonly Lane[];
  readonly workers: number;
  readonly ledger: 'libsql' | 'postgres';
}

const portOf = (url: string): number => Number(new URL(url).port);

function through(url: string, proxy: Proxy): string {
  const changed = new URL(url);
  changed.port = String(proxy.port);
  return changed.href;
}

export class Stage {
  readonly lanes: readonly Lane[];
  readonly world: World;
  readonly redis: RedisProcess;
  readonly toRedis: Proxy;
  readonly toProvider: Proxy;
  readonly postgres: { readonly server: PostgresServer; readonly proxy: Proxy } | undefined;
  /** Those that run; a fault may end one, and puts another in its place. */
  workers: WorkerProcess[] = [];
  /** All that ever ran. */
  readonly started: WorkerProcess[] = [];
  readonly requests: string[] = [];
  readonly #written = new Map<string, number>();

  private constructor(
    made: Pick<Stage, 'lanes' | 'world' | 'redis' | 'toRedis' | 'toProvider' | 'postgres'>,
  ) {
    this.lanes = made.lanes;
    this.world = made.world;
    this.redis = made.redis;
    this.toRedis = made.toRedis;
    this.toProvider = made.toProvider;
    this.postgres = made.postgres;
  }

  /** Undefined where this machine has no PostgreSQL and one is asked for. */
  static async open({ lanes, workers, ledger }: StageOptions): Promise<Stage | undefined> {
    const server = ledger === 'postgres' ? await PostgresServer.create() : undefined;
    if (ledger === 'postgres' && !server) return undefined;
    const redis = await RedisProcess.start();
    const toRedis = await Proxy.open(redis.port);
    // The emulator's port is known only once it runs.
    const toProvider = await Proxy.open(0);
    const proxy = server && (await Proxy.open(portOf(server.url)));
    const accounts: Record<string, Record<string, { cap: number; per: 'second' | 'minute' }>> = {};
    for (const { account, operation, cap, per } of lanes)
      (accounts[account] ??= {})[operation] = { cap, per };
    const world = await World.open({
      redisUrl: through(redis.url, toRedis),
      endpoint: `http://127.0.0.1:${toProvider.port}`,
      accounts,
      settings: {
        metrics: { port: 0 },
        ...(server && proxy && { database: { url: through(server.url, proxy) } }),
      },
      emulator: { latency: { min: 5, max: 40 } },
    });
    toProvider.target = portOf(world.emulator.url);
    for (const { action } of lanes) world.emulator.inventory({ [action]: { any: true } });
    const postgres = server && proxy && { server, proxy };
    const stage = new Stage({ lanes, world, redis, toRedis, toProvider, postgres });
    for (let n = 0; n < workers; n++) await stage.join();
    return stage;
  }

  async join(): Promise<void> {
    for (;;) {
      try {
        const worker = await WorkerProcess.start(this.world);
        this.workers.push(worker);
        this.started.push(worker);
        return;
      } catch {
        // Redis or the ledger is away just now: an orchestrator starts it again.
        await sleep(500);
      }
    }
  }

  /** Takes a worker out of those that run. */
  remove(worker: WorkerProcess): void {
    this.workers = this.workers.filter((each) => each !== worker);
  }

  /** Enqueues so many more ids in a lane; answers them. Tries again while the ledger is away, as a caller would. */
  async enqueue(lane: Lane, count: number): Promise<readonly string[]> {
    const from = this.#written.get(lane.name) ?? 0;
    this.#written.set(lane.name, from + count);
    const ids = numbered(`${lane.account}-`, count, from);
    await this.ask(lane, ids);
    return ids;
  }

  /** Asks for these ids, maybe not for the first time. */
  async ask(lane: Lane, ids: readonly string[]): Promise<void> {
    const entries = lane.operation.startsWith('huawei') ? ids.map((task) => ({ task })) : ids;
    for (;;) {
      try {
        const { request } = await this.world.enqueue(lane.account, lane.operation, entries);
        this.requests.push(request);
        return;
      } catch (error) {
        if ((error as Error).name !== 'LedgerAway') throw error;
        await sleep(500);
      }
    }
  }

  get asked(): number {
    return [...this.#written.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Targets still open. */
  async open(): Promise<number> {
    const lanes = await this.world.ledger.lanes();
    return lanes.reduce((sum, { open }) => sum + open, 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
    await this.world.close();
    await Promise.all([this.toRedis, this.toProvider].map((proxy) => proxy.close()));
    await this.postgres?.proxy.close();
    await this.redis.stop();
    await this.postgres?.server.remove();
  }
}
