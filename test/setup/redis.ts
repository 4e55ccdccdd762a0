import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { systemClock } from '../../src/clock.ts';
import { findOrStartRedis } from '../../src/redis-server/find.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A Redis for the whole run: `inject('redisUrl')`. Tests share it, so each uses a key prefix of its own. */
    redisUrl: string;
  }
}

/** One Redis for the whole run: the one that REDIS_URL names, else a private one that ends with the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const named = process.env['REDIS_URL'];
  if (named) {
    project.provide('redisUrl', named);
    return async () => undefined;
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'expunge-test-redis-'));
  const log = { info: () => undefined };
  const redis = await findOrStartRedis({
    dataDir,
    cacheDir: '.cache',
    clock: systemClock,
    log,
    env: process.env,
  });
  if ('problem' in redis) throw new Error(redis.problem);
  project.provide('redisUrl', redis.url);
  return async () => {
    await redis.stop();
    await rm(dataDir, { recursive: true });
  };
}
