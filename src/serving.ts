/** A server process from its configuration to its orderly end: the HTTP API, a worker, or both. */
import { ledgerOf, queuesOf, redisOf, Unusable } from './app.ts';
import { secretsOf, type Config } from './config.ts';
import { isLoopback } from './config/endpoint.ts';
import { aboveDocumented, lanesOf } from './lanes.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { beginApi } from './metrics/zeros.ts';
import { startMetricsServer, type Readiness } from './metrics-server.ts';
import type { Api } from './producers/http-api/api.ts';
import type { Context } from './producers/cli/program.ts';
import { whyNotAccepting } from './producers/http-api/why-not-accepting.ts';
import { counted } from './observe.ts';
import { observeDependencies } from './serving-gauges.ts';
import { startWorker } from './worker.ts';

export interface Parts {
  readonly api: boolean;
  readonly worker: boolean;
}

export async function serve(context: Context, parts: Parts): Promise<void> {
  const { clock, env, config: load, version, terminal, stopped } = context;
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
  const ledger = await ledgerOf(config, lanes, { onWrite, deeds: counted(metrics), clock });
  for (const doubt of await ledger.doubts()) log.warn({ doubt }, 'the ledger may lose what it accepted');
  const redis = await redisOf(config, { clock, log, env });
  // The API accepts without Redis, also from its first moment on; a worker has nothing to do without.
  const queues = await queuesOf(config, redis, clock, log, { patient: !parts.worker });
  observeDependencies(metrics, { ledger, queues, clock });
  const common = { config, lanes, ledger, queues, clock, log, metrics };
  if (parts.api)
    beginApi(
      metrics,
      lanes.map(({ account, operation }) => ({ account: account.name, operation: operation.name })),
    );
  const worker = parts.worker ? startWorker({ ...common, userAgent: `expunge/${version}` }) : undefined;
  const api = parts.api ? await openApi({ ...common, version }) : undefined;
  const unready = worker ? () => worker.unready() : whyNotAccepting(ledger, clock);
  const server = await startMetricsServer({
    ...{ ...config.metrics, metrics, log },
    ready: async () => readinessOf(await unready()),
  });
  const started = { version, lanes: lanes.length, metrics: server.port, ...(api && { api: api.port }) };
  log.info({ ...started, redis: redis.private ? 'private' : 'configured' }, startedAs(parts));
  terminal.event({ started: true, ...started });

  await new Promise<void>((resolve) => {
    if (stopped.aborted) resolve();
    else stopped.addEventListener('abort', () => resolve(), { once: true });
  });
  log.info({}, 'stopping: calls in flight are finished, lanes given up');
  await api?.close();
  await worker?.stop();
  await server.close();
  await queues.close();
  await ledger.close();
  await redis.stop();
  log.info({}, 'stopped');
}

const startedAs = ({ api, worker }: Parts): string =>
  api && worker ? 'worker and API started' : worker ? 'worker started' : 'API started';

const readinessOf = (reasons: readonly string[]): Readiness => ({ ready: reasons.length === 0, reasons });

async function openApi(api: Api) {
  const { host, keys } = api.config.api;
  const stored = await api.ledger.keys();
  const some = keys.length > 0 || stored.some(({ live }) => live);
  if (!some && !isLoopback(host))
    throw new Unusable(
      `the HTTP API would be open to the network at ${host}: nobody has an API key. ` +
        'Create one (expunge keys create NAME --scopes …), or set api.host to 127.0.0.1.',
      2,
    );
  const { startApi } = await import('./producers/http-api/server.ts');
  try {
    const running = await startApi(api);
    const fields = { host, port: running.port };
    if (some) api.log.info(fields, 'the HTTP API listens');
    else if (stored.length > 0)
      api.log.warn(
        fields,
        'the HTTP API listens, but every API key has ended: expunge keys create makes one',
      );
    else
      api.log.warn(
        fields,
        'the HTTP API listens on loopback, without API keys: whoever is on this machine may use it',
      );
    return running;
  } catch (error) {
    throw unlistenable(error, api.config);
  }
}

function unlistenable(error: unknown, { api: { host, port } }: Config): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new Unusable(
      `port ${port} of ${host} is taken: does another server run here? Stop it, or set api.port to another one.`,
      2,
    );
  if (code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND')
    return new Unusable(
      `the HTTP API can't listen on ${host}, port ${port} (${code}): correct api.host and api.port.`,
      2,
    );
  return error;
}
