/** A Redis of the test's own, to be emptied and restarted. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { ask } from '../../src/redis-server/ask.ts';
import { findOrStartRedis } from '../../src/redis-server/find.ts';

export interface OwnRedis {
  readonly url: string;
  /** As if nothing had ever been in it. */
  empty(): Promise<void>;
  /** Ends it, its data written, and starts it at the same address. */
  restart(): Promise<void>;
}

export async function ownRedis(): Promise<OwnRedis> {
  const dataDir = await mkdtemp(join(tmpdir(), 'expunge-redis-'));
  const start = async () => {
    const tools = { clock: systemClock, log: { info: () => undefined }, env: process.env };
    const found = await findOrStartRedis({ dataDir, cacheDir: '.cache', ...tools });
    if ('problem' in found) throw new Error(found.problem);
    return found;
  };
  let redis = await start();
  onTestFinished(async () => {
    await redis.stop();
    await rm(dataDir, { recursive: true });
  });
  const { url } = redis;
  return {
    url,
    async empty() {
      const answer = await ask(Number(new URL(url).port), ['FLUSHALL']);
      if (answer[0] !== '+OK') throw new Error(`FLUSHALL: ${JSON.stringify(answer)}`);
    },
    async restart() {
      await redis.stop();
      redis = await start();
      if (redis.url !== url) throw new Error(`it came back at ${redis.url}`);
    },
  };
}
