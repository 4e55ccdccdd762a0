/** The API in a process of its own, over a ledger in the folder it is told; tells its port, and when asked what
 * memory it holds once everything that nobody needs is gone (--expose-gc). */
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import { laneEntries, lanesOf } from '../../src/lanes.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { startApi } from '../../src/producers/http-api/server.ts';
import { operations } from '../../src/providers/operations.ts';

const [cwd = '.'] = process.argv.slice(2);
const loaded = loadConfig({ file: join(cwd, 'expunge.yaml'), env: {}, cwd, operations });
if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
const { config } = loaded;
const lanes = lanesOf(config);
const { port } = await startApi({
  ...{ config, lanes, clock: systemClock, version: 'test' },
  ledger: await openLedger(config.database.url, laneEntries(lanes)),
  queues: { add: () => Promise.reject(new Error('no Redis here')) },
  log: createLog({ level: 'info', clock: systemClock, destination: { write: () => undefined } }),
  metrics: createMetrics({ build: { version: 'test', node: process.version } }),
});
process.on('message', () => {
  globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  process.send?.({ rss, held: heapUsed + arrayBuffers });
});
process.send?.({ port });
