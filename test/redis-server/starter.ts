/** Finds or starts a Redis as another process would: prints what came of it and lives until it is killed. */
import { systemClock } from '../../src/clock.ts';
import { findOrStartRedis } from '../../src/redis-server/find.ts';

const [dataDir = '', cacheDir = ''] = process.argv.slice(2);
const log = { info: () => undefined };
const redis = await findOrStartRedis({ dataDir, cacheDir, clock: systemClock, log, env: process.env });
process.stdout.write(`${JSON.stringify(redis)}\n`);
setInterval(() => undefined, 60_000);
