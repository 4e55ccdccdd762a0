/** A Redis of a test's own, in a process that the test may kill, and whose data it may spoil. */
import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { alive } from '../../src/redis-server/alone.ts';
import { ask } from '../../src/redis-server/ask.ts';
import { findOrStartRedis, type PrivateRedis } from '../../src/redis-server/find.ts';
import { until } from './judge.ts';

export class RedisProcess {
  readonly #dataDir: string;
  #redis: PrivateRedis;

  private constructor(dataDir: string, redis: PrivateRedis) {
    this.#dataDir = dataDir;
    this.#redis = redis;
  }

  static async start(): Promise<RedisProcess> {
    const dataDir = await mkdtemp(join(tmpdir(), 'expunge-redis-'));
    return new RedisProcess(dataDir, await start(dataDir));
  }

  get url(): string {
    return this.#redis.url;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Rejects unless Redis answers OK. */
  async tell(...command: readonly string[]): Promise<void> {
    const answer = await ask(this.port, command);
    if (answer[0] !== '+OK') throw new Error(`${command.join(' ')}: ${String(answer)}`);
  }

  /** How many keys it holds. */
  async keys(): Promise<number> {
    const [answer = ''] = await ask(this.port, ['DBSIZE']);
    return Number(answer.slice(1));
  }

  /** As a crash does: nothing more is written. Resolves when it is gone. */
  async kill(): Promise<void> {
    const { pid } = this.#redis;
    if (pid === undefined) throw new Error('this Redis has no process');
    process.kill(pid, 'SIGKILL');
    await until('the end of Redis', () => !alive(pid));
  }

  /** On the same port, with the data that there is; resolves when it answers. */
  async restart(): Promise<void> {
    this.#redis = await start(this.#dataDir);
  }

  /** Cuts so many bytes off what it has written since it started; to be called while it is down. */
  async loseTail(bytes: number): Promise<void> {
    const folder = join(this.#dataDir, 'redis', 'appendonlydir');
    const tail = (await readdir(folder)).find((name) => name.endsWith('.incr.aof'));
    const file = join(folder, tail ?? '');
    await truncate(file, Math.max(0, (await stat(file)).size - bytes));
  }

  /** All its data is gone; to be called while it is down. */
  async loseAll(): Promise<void> {
    await rm(join(this.#dataDir, 'redis', 'appendonlydir'), { recursive: true });
  }

  async stop(): Promise<void> {
    await this.#redis.stop();
    await rm(this.#dataDir, { recursive: true });
  }
}

async function start(dataDir: string): Promise<PrivateRedis> {
  const tools = { clock: systemClock, log: { info: () => undefined }, env: process.env };
  const found = await findOrStartRedis({ dataDir, cacheDir: '.cache', ...tools });
  if ('problem' in found) throw new Error(found.problem);
  return found;
}
