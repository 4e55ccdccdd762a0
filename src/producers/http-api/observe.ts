/** A line in the log and a count for every request; the route as it is declared, never what was asked for. */
import type { FastifyInstance } from 'fastify';
import type { Api } from './api.ts';

export function observe(app: FastifyInstance, { log, metrics }: Api): void {
  const routes = new Set<string>();
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) if (each !== 'HEAD') routes.add(`${each} ${url}`);
  });
  // Prometheus sees an error only if its series was there before.
  app.addHook('onListen', (done) => {
    for (const route of routes)
      for (const status of ['500', '503']) metrics.httpRequests.add({ route, status }, 0);
    done();
  });
  app.addHook('onResponse', async (request, reply) => {
    const { url, config } = request.routeOptions;
    const route = url === undefined ? 'none' : `${request.method} ${url}`;
    const seconds = reply.elapsedTime / 1_000;
    metrics.httpRequests.add({ route, status: String(reply.statusCode) });
    metrics.httpDuration.observe({ route }, seconds);
    // Probes come every few seconds, and pages are read: what may change something is told.
    const level = config.scope === 'public' || request.method === 'GET' ? 'debug' : 'info';
    // Whoever shows no key may knock as often as they like: one line a second tells it.
    const stranger = config.scope !== 'public' && !request.person;
    (stranger ? log.limited('api-stranger') : log)[level](
      {
        ...{ request: request.id, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
        ...(request.person && { by: request.person.name }),
      },
      'http request',
    );
  });
}
