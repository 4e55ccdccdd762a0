/** A Redis of a benchmark's own, and what it says of itself. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/clock.ts';
import { findOrStartRedis } from '../src/redis-server/find.ts';
import { openRedis, type Redis } from '../src/redis.ts';

/** `commands` since its start; `bytes` in use now. */
export interface RedisState {
  readonly version: string;
  readonly connections: number;
  readonly commands: number;
  readonly bytes: number;
  readonly cpuMs: number;
}

export class BenchRedis {
  readonly url: string;
  readonly #redis: Redis;
  readonly #stop: () => Promise<void>;

  private constructor(url: string, redis: Redis, stop: () => Promise<void>) {
    this.url = url;
    this.#redis = redis;
    this.#stop = stop;
  }

  static async start(): Promise<BenchRedis> {
    const dataDir = await mkdtemp(join(tmpdir(), 'expunge-bench-redis-'));
    const tools = { clock: systemClock, log: { info: () => undefined }, env: process.env };
    const found = await findOrStartRedis({ dataDir, cacheDir: '.cache', ...tools });
    if ('problem' in found) throw new Error(found.problem);
    const redis = openRedis({ url: found.url }, 'consuming', () => undefined);
    return new BenchRedis(found.url, redis, async () => {
      redis.disconnect();
      await found.stop();
      await rm(dataDir, { recursive: true });
    });
  }

  /** What it says includes the one connection that asks. */
  async state(): Promise<RedisState> {
    const text = await this.#redis.info();
    const field = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1]);
    return {
      version: /^redis_version:(\S+)/m.exec(text)?.[1] ?? 'unknown',
      connections: field('connected_clients'),
      commands: field('total_commands_processed'),
      bytes: field('used_memory'),
      cpuMs: 1_000 * (field('used_cpu_user') + field('used_cpu_sys')),
    };
  }

  /** Forgets everything. */
  async flush(): Promise<void> {
    await this.#redis.flushall();
  }

  async stop(): Promise<void> {
    await this.#stop();
  }
}
