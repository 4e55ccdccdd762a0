/** `/v1/lanes`, `/v1/halt`: how each lane is, and whether it may send. */
import { z } from 'zod';
import { say } from '../../config/problems.ts';
import { lanesAnswer, lanesSchema, laneSchema } from '../lanes-answer.ts';
import type { Api, Routes } from './api.ts';
import { allowed } from './authenticate.ts';
import { body, text } from '../fields.ts';
import { Refusal } from '../problem.ts';
import { refusals } from './responses.ts';

const tags = ['Lanes'];
const why = text(1_024, 'say why: somebody will ask why nothing moves').meta({
  description: 'Why, for whoever wonders',
});
const reasonBody = body({ reason: why });
const optionalReason = body({ reason: why.optional() }).optional();
const laneParameters = z.strictObject({ account: z.string().max(100), operation: z.string().max(100) });

export const laneRoutes: Routes = (api) => async (app) => {
  const { ledger } = api;

  app.get(
    '/v1/lanes',
    {
      config: { scope: 'read' },
      schema: {
        ...{ operationId: 'getLanes', tags, summary: 'Each account and operation: state, cap, what is open' },
        response: { 200: lanesSchema, ...refusals() },
      },
    },
    async (request, reply) => {
      const all = await lanesAnswer(ledger, api.config);
      const lanes = all.lanes.filter(({ account, operation }) =>
        request.person?.may('read', account, operation),
      );
      return reply.code(200).send({ ...all, lanes });
    },
  );

  for (const [verb, state, summary] of [
    ['pause', 'paused', 'Send nothing more in this lane; what is accepted waits'],
    ['resume', 'open', 'Let a paused lane send again'],
  ] as const)
    app.post(
      `/v1/lanes/:account/:operation/${verb}`,
      {
        config: { scope: 'operate' },
        schema: {
          ...{ operationId: `${verb}Lane`, tags, summary },
          ...{ params: laneParameters, body: optionalReason },
          response: { 200: laneSchema, ...refusals(404, 409, 413, 415) },
        },
      },
      async (request, reply) => {
        const { account, operation } = request.params;
        const { name } = allowed(request, 'operate', account, operation);
        const reason = request.body?.reason ?? (verb === 'pause' ? 'no reason given' : '');
        const { lane } = await laneOf(api, account, operation);
        await ledger.setLane(lane, state, reason, name, state === 'open' ? 'paused' : undefined);
        const now = await answerOf(api, account, operation);
        if (now.state === 'halted')
          throw new Refusal('conflict', 'The lane is halted. Once its cause is repaired: POST /v1/unhalt.');
        return reply.code(200).send(now);
      },
    );

  app.post(
    '/v1/halt',
    {
      config: { scope: 'operate' },
      schema: {
        ...{ operationId: 'halt', tags, summary: 'Stop everything, in every process, at its next call' },
        body: reasonBody,
        response: { 200: lanesSchema, ...refusals(413, 415) },
      },
    },
    async (request, reply) => {
      const { name } = allowed(request, 'operate', '*');
      await ledger.haltAll(request.body.reason, name);
      return reply.code(200).send(await lanesAnswer(ledger, api.config));
    },
  );

  app.post(
    '/v1/unhalt',
    {
      config: { scope: 'operate' },
      schema: {
        ...{
          operationId: 'unhalt',
          tags,
          summary: 'End the halt of everything and of single lanes, or of one lane',
        },
        body: body({
          account: text(63, 'name the account of the lane').optional(),
          operation: text(100, 'name the operation of the lane').optional(),
          reason: why.optional().meta({ description: 'What was repaired, for the record' }),
        })
          .refine(({ account, operation }) => (account === undefined) === (operation === undefined), {
            path: ['operation'],
            error: say('goes with account', 'name both, or neither to end every halt'),
          })
          .optional(),
        response: { 200: lanesSchema, ...refusals(404, 413, 415) },
      },
    },
    async (request, reply) => {
      const { account, operation, reason = '' } = request.body ?? {};
      const { name } = allowed(request, 'operate', account ?? '*', operation);
      if (account === undefined || operation === undefined) await ledger.unhaltAll(name, reason);
      else await ledger.setLane((await laneOf(api, account, operation)).lane, 'open', reason, name);
      const all = await lanesAnswer(ledger, api.config);
      const lanes = all.lanes.filter((lane) => request.person?.may('operate', lane.account, lane.operation));
      return reply.code(200).send({ ...all, lanes });
    },
  );
};

/** A configured lane as the ledger has it. */
async function laneOf({ ledger, lanes }: Api, account: string, operation: string) {
  const known = lanes.some((lane) => lane.account.name === account && lane.operation.name === operation);
  const all = known ? await ledger.laneRows() : [];
  const found = all.find((lane) => lane.account === account && lane.operation === operation);
  if (found) return found;
  throw new Refusal('not-found', 'There is no such lane: see GET /v1/lanes.');
}

async function answerOf({ ledger, config }: Api, account: string, operation: string) {
  const { lanes } = await lanesAnswer(ledger, config);
  const found = lanes.find((lane) => lane.account === account && lane.operation === operation);
  if (found) return found;
  throw new Refusal('not-found', 'There is no such lane: see GET /v1/lanes.');
}
