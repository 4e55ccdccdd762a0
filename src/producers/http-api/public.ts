/** What no key is asked for: `/livez` (the process runs), `/readyz` (it can accept, or why not), `/openapi.json`. */
import { z } from 'zod';
import type { Routes } from './api.ts';
import { whyNotAccepting } from './why-not-accepting.ts';

const tags = ['Public'];
const readiness = z.strictObject({ ready: z.boolean(), reasons: z.array(z.string()) });

export const publicRoutes: Routes =
  ({ ledger, clock }) =>
  async (app) => {
    const notAccepting = whyNotAccepting(ledger, clock);
    app.get(
      '/livez',
      {
        config: { scope: 'public', rateLimit: false },
        schema: {
          ...{ operationId: 'livez', tags, security: [], summary: 'The process runs' },
          response: { 200: { description: 'ok', content: { 'text/plain': { schema: z.string() } } } },
        },
      },
      async (_request, reply) => reply.code(200).type('text/plain; charset=utf-8').send('ok\n'),
    );
    app.get(
      '/readyz',
      {
        config: { scope: 'public', rateLimit: false },
        schema: {
          ...{ operationId: 'readyz', tags, security: [], summary: 'It can accept, or why not' },
          response: { 200: readiness, 503: readiness },
        },
      },
      async (_request, reply) => {
        const reasons = await notAccepting();
        return reply
          .code(reasons.length === 0 ? 200 : 503)
          .send({ ready: reasons.length === 0, reasons: [...reasons] });
      },
    );
    app.get(
      '/openapi.json',
      {
        config: { scope: 'public' },
        schema: {
          ...{ operationId: 'openapi', tags, security: [], summary: 'This document' },
          response: { 200: z.record(z.string(), z.unknown()) },
        },
      },
      async (_request, reply) => reply.code(200).send({ ...app.swagger() }),
    );
  };
