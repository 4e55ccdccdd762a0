/**
 * The port that machines watch: `/metrics`, `/livez` (the process runs) and `/readyz` (it can do its work, or why not).
 * It says nothing of targets or secrets, has no login, and listens on loopback unless configured otherwise.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

export interface Readiness {
  readonly ready: boolean;
  /** Why not; empty when ready. */
  readonly reasons: readonly string[];
}

/** How many ports are tried, the configured one included. */
const tries = 20;

/** Rejects if no port was free or the host is not ours to listen on. `port` is the one taken. */
export async function startMetricsServer(options: {
  readonly host: string;
  readonly port: number;
  readonly metrics: Pick<Metrics, 'render' | 'contentType'>;
  readonly ready: () => Promise<Readiness>;
  readonly log: Log;
}): Promise<{ readonly port: number; close(): Promise<void> }> {
  const { host, metrics, ready, log } = options;

  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    if (path === '/metrics') return send(response, 200, metrics.contentType, await metrics.render());
    if (path === '/livez') return send(response, 200, 'text/plain; charset=utf-8', 'ok\n');
    if (path !== '/readyz') return send(response, 404, 'text/plain; charset=utf-8', 'not found\n');
    const readiness = await ready();
    send(response, readiness.ready ? 200 : 503, 'application/json', `${JSON.stringify(readiness)}\n`);
  };

  const server = createServer(
    {
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 30_000,
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => {
      request.resume();
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.setHeader('allow', 'GET, HEAD');
        return send(response, 405, 'text/plain; charset=utf-8', 'GET or HEAD only\n');
      }
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      answer(path, response).catch((err: unknown) => {
        log.limited('metrics-server').error({ err, path }, 'metrics request failed');
        // The reason stays in the log: it may name hosts and users.
        const reasons = ['the check itself failed: see the log'];
        const readiness = `${JSON.stringify({ ready: false, reasons })}\n`;
        if (path === '/readyz') send(response, 503, 'application/json', readiness);
        else send(response, 500, 'text/plain; charset=utf-8', 'failed: see the log\n');
      });
    },
  );

  const port = await listenNear(server, host, options.port);
  const fields = { host, port, configured: options.port };
  if (options.port !== 0 && port !== options.port)
    log.warn(fields, 'metrics port is taken, listening on the next free one');
  else log.info(fields, 'metrics are served');

  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Takes `wanted` or the next free port above it. */
async function listenNear(server: Server, host: string, wanted: number): Promise<number> {
  for (let port = wanted; ; port++) {
    const fault = await listen(server, host, port);
    if (!fault) return (server.address() as AddressInfo).port;
    const last = port - wanted === tries - 1 || port >= 65_535 || wanted === 0;
    if (fault.code !== 'EADDRINUSE' || last) throw fault;
  }
}

function listen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const failed = (fault: NodeJS.ErrnoException) => resolve(fault);
    server.once('error', failed);
    server.listen(port, host, () => {
      server.removeListener('error', failed);
      resolve(undefined);
    });
  });
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
