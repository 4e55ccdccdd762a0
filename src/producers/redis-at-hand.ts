/** Where the Redis is that a producer may use: none is started for it, since accepting needs the ledger alone. */
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { findPrivate } from '../redis-server/private.ts';

/** The configured one, or the private one that runs here; undefined where there is none. */
export async function redisAtHand({ redis, dataDir }: Config, clock: Clock): Promise<string | undefined> {
  if (redis.url !== undefined) return redis.url;
  // Its address may outlive its folder.
  const found = await findPrivate(dataDir, clock).catch(() => undefined);
  return found && 'url' in found ? found.url : undefined;
}
