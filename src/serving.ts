/** A worker process from its configuration to its orderly end. */
import { ledgerOf, queuesOf, redisOf, Unusable } from './app.ts';
import { secretsOf } from './config.ts';
import { aboveDocumented, lanesOf } from './lanes.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { startMetricsServer } from './metrics-server.ts';
import type { Context } from './producers/cli/program.ts';
import { startWorker } from './worker.ts';

export async function serve({
  clock,
  env,
  config: load,
  version,
  terminal,
  stopped,
}: Context): Promise<void> {
  const config = load();
  const log = createLog({ level: config.log.level, clock, secrets: secretsOf(config) });
  const lanes = lanesOf(config);
  if (lanes.length === 0)
    throw new Unusable(
      'no accounts are configured: there is nothing to serve. Add accounts to expunge.yaml.',
      2,
    );
  for (const { name, cap, operation } of aboveDocumented(lanes))
    log.warn(
      { lane: name, cap: `${cap.calls}/${cap.per}`, default: `${operation.cap.calls}/${operation.cap.per}` },
      'the configured cap is above the default one',
    );
  const metrics = createMetrics({ build: { version, node: process.version }, log });
  const onWrite = (ms: number) => metrics.ledgerWrite.observe({}, ms / 1_000);
  const ledger = await ledgerOf(config, lanes, { onWrite, clock });
  for (const doubt of await ledger.doubts()) log.warn({ doubt }, 'the ledger may lose what it accepted');
  const redis = await redisOf(config, { clock, log, env });
  const queues = await queuesOf(config, redis, clock, log);
  const userAgent = `expunge/${version}`;
  const worker = startWorker({ ...{ config, lanes, ledger, queues, clock, log, metrics, userAgent } });
  const server = await startMetricsServer({
    ...{ ...config.metrics, metrics, log },
    ready: async () => {
      const reasons = [...(await worker.unready())];
      return { ready: reasons.length === 0, reasons };
    },
  });
  log.info(
    { version, lanes: lanes.length, metrics: server.port, redis: redis.private ? 'private' : 'configured' },
    'worker started',
  );
  terminal.event({ started: true, metrics: server.port, lanes: lanes.length });

  await new Promise<void>((resolve) => {
    if (stopped.aborted) resolve();
    else stopped.addEventListener('abort', () => resolve(), { once: true });
  });
  log.info({}, 'stopping: calls in flight are finished, lanes given up');
  await worker.stop();
  await server.close();
  await queues.close();
  await ledger.close();
  await redis.stop();
  log.info({}, 'stopped');
}
