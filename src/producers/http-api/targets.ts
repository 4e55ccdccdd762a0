/** `/v1/targets/{key}`: everything on record of one id. */
import { z } from 'zod';
import { targetAnswer, targetSchema } from '../target-answer.ts';
import type { Routes } from './api.ts';
import { Refusal } from '../problem.ts';
import { refusals } from './responses.ts';

export const targetRoutes: Routes =
  ({ ledger }) =>
  async (app) => {
    app.get(
      '/v1/targets/:key',
      {
        config: { scope: 'read' },
        schema: {
          ...{
            operationId: 'getTarget',
            tags: ['Targets'],
            summary: 'Everything on record of an id, of any account',
          },
          params: z.strictObject({
            key: z
              .string()
              .max(4_096)
              .meta({ description: 'An id or URL as it was given, or a target’s key' }),
          }),
          response: { 200: z.strictObject({ targets: z.array(targetSchema) }), ...refusals(404) },
        },
      },
      async (request, reply) => {
        const found = await ledger.lookup(request.params.key);
        const own = found.filter(({ account, operation }) => request.person?.may('read', account, operation));
        if (own.length === 0)
          throw new Refusal(
            'not-found',
            'The ledger has never heard of this id in an account that this key may read.',
          );
        return reply.code(200).send({ targets: own.map(targetAnswer) });
      },
    );
  };
