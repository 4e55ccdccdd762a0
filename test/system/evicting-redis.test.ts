import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queuesOf, Unusable } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { loadConfig, type Config } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { operations } from '../../src/providers/operations.ts';
import { findOrStartRedis, type PrivateRedis } from '../../src/redis-server/find.ts';

const log = createLog({ level: 'silent', clock: systemClock, destination: { write: () => undefined } });
let dir: string;
let redis: PrivateRedis;
let config: Config;
let client: Redis;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'expunge-evicting-'));
  const where = { dataDir: dir, cacheDir: '.cache', clock: systemClock, log, env: process.env };
  const found = await findOrStartRedis(where);
  if ('problem' in found) throw new Error(found.problem);
  redis = found;
  client = new Redis(redis.url);
  const loaded = loadConfig({ env: {}, cwd: dir, operations });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  config = loaded.config;
});

afterAll(async () => {
  client.disconnect();
  await redis.stop();
  await rm(dir, { recursive: true });
});

describe('queuesOf', () => {
  it('refuses a Redis that evicts, with the remedy and exit 2, and takes it once it no longer does, and tells when that changes', async () => {
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const refusal = await queuesOf(config, redis, systemClock, log).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Unusable);
    expect(refusal).toMatchObject({ exit: 2 });
    const { message } = refusal as Unusable;
    expect(message).toContain('allkeys-lru');
    expect(message).toContain('CONFIG SET maxmemory-policy noeviction');
    expect(message).toContain(new URL(redis.url).host);

    await client.config('SET', 'maxmemory-policy', 'noeviction');
    const queues = await queuesOf(config, redis, systemClock, log);
    expect(await queues.keeps()).toEqual({ eviction: false, persistence: false });
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await queues.keeps()).toEqual({ eviction: true, persistence: false });
    await client.config('SET', 'maxmemory-policy', 'noeviction', 'appendonly', 'no');
    expect(await queues.keeps()).toEqual({ eviction: false, persistence: true });
    await queues.close();
  });
});
