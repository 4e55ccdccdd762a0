/** `/v1/deletions`: ids are accepted, looked after and called off. */
import { z } from 'zod';
import type { OnceRow } from '../../ledger/once.ts';
import type { RequestSummary } from '../../ledger/requests.ts';
import { iso } from '../wording.ts';
import { enqueue } from '../enqueue.ts';
import type { Person } from '../person.ts';
import { scopeToCancel } from '../scopes.ts';
import { targetAnswer } from '../target-answer.ts';
import { acceptBody, allWrong } from '../accept-body.ts';
import type { Api, Routes } from './api.ts';
import { allowed } from './authenticate.ts';
import { cursorOf, pageQuery, seqOf } from './cursor.ts';
import {
  acceptedSchema,
  cancelledSchema,
  deletionBody,
  idParameter,
  requestSchema,
  type DeletionBody,
} from '../deletion-schema.ts';
import { rememberFull } from './fullness.ts';
import { onceOnly } from './once.ts';
import { problemType, Refusal } from '../problem.ts';
import { promptQueue } from './prompt-queue.ts';
import { refusals } from './responses.ts';

const tags = ['Deletions'];
/** As a URL carries it too. */
const onceHeader = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, {
      error: 'is malformed\nuse 1 to 255 visible ASCII characters, such as a UUID',
    })
    .optional()
    .meta({
      description: 'The first answer to this key and body is told again for 24 h; so it is safe to retry',
    }),
});

export const deletionRoutes: Routes = (api) => async (app) => {
  const { ledger, clock } = api;
  const once = onceOnly<Accepted>(api);
  const queueAtHand = promptQueue(api.queues, clock);
  const recorder = { ...ledger, offeredCount: rememberFull(ledger, clock) };

  app.post(
    '/v1/deletions',
    {
      config: { scope: 'enqueue' },
      attachValidation: true,
      schema: {
        ...{ operationId: 'createDeletion', tags, summary: 'Accept ids for deletion: all of them, or none' },
        ...{ headers: onceHeader, body: deletionBody },
        response: { 202: acceptedSchema, ...refusals(409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { body, validationError } = request;
      if (validationError instanceof Refusal)
        throw allWrong(api.lanes, body, validationError.errors, clock.now());
      const person = allowed(request, 'enqueue', body.account, body.operation);
      const key = request.headers['idempotency-key'];
      const entries = (body.ids ?? body.targets ?? []).length;
      const act = async (row?: OnceRow) => accepted(await record(api, person, body, row), entries);
      const tell = (recorded: RequestSummary) => accepted(recorded, entries);
      const asked = { owner: person.name, body, request: request.id, act, tell };
      const answer = key === undefined ? { told: await act() } : await once({ ...asked, key });
      if ('problem' in answer)
        // Of any status that a refusal may have; the document lists them all.
        return reply
          .code(answer.problem.status as 400)
          .header('content-type', problemType)
          .send(answer.problem);
      return reply.code(202).header('location', `/v1/deletions/${answer.told.id}`).send(answer.told);
    },
  );

  app.get(
    '/v1/deletions/:id',
    {
      config: { scope: 'read' },
      schema: {
        ...{ operationId: 'getDeletion', tags, summary: 'What became of a request, target by target' },
        ...{ params: idParameter, querystring: z.strictObject(pageQuery) },
        response: { 200: requestSchema, ...refusals(404) },
      },
    },
    async (request, reply) => {
      const { cursor, limit = 100 } = request.query;
      const after = seqOf(cursor);
      const found = await requestNamed(api, request.params.id);
      allowed(request, 'read', found.account, found.operation);
      const page = await ledger.requestTargets(found.id, after, limit);
      const { id, account, operation, state, requester, reason, urgent, notBefore, created } = found;
      return reply.code(200).send({
        ...{ id, account, operation, state, requester, reason, urgent },
        ...{ notBefore: notBefore > 0 ? iso(notBefore) : null, acceptedAt: iso(created) },
        ...{ accepted: found.accepted, duplicates: found.duplicates, alreadySettled: found.alreadySettled },
        settlements: found.tally,
        targets: page.targets.map(targetAnswer),
        next: page.next === undefined ? null : cursorOf(page.next),
      });
    },
  );

  app.delete(
    '/v1/deletions/:id',
    {
      config: { scope: ['enqueue', 'operate'] },
      schema: {
        ...{
          operationId: 'cancelDeletion',
          tags,
          summary: 'Cancel what has not been sent; others’ requests stand',
        },
        params: idParameter,
        response: { 200: cancelledSchema, ...refusals(404, 409) },
      },
    },
    async (request, reply) => {
      const found = await requestNamed(api, request.params.id);
      const { id, account, operation, requester } = found;
      const scope = scopeToCancel(request.person?.name ?? '', requester);
      const person = allowed(request, scope, account, operation);
      const done = await ledger.cancelRequest(id, person.name, '');
      if (!done) throw noRequest();
      if ('campaign' in done)
        throw new Refusal('conflict', `This is the request of the campaign ${done.campaign}: cancel that.`);
      const { cancelled, sending, settled, kept } = done;
      return reply.code(200).send({ id, cancelled, sending, settled, kept });
    },
  );

  async function requestNamed({ ledger: held }: Api, id: string): Promise<RequestSummary> {
    const found = await held.requestSummary(id);
    if (!found) throw noRequest();
    return found;
  }

  async function record(
    { lanes, metrics, log }: Api,
    person: Person,
    body: DeletionBody,
    once?: OnceRow,
  ): Promise<Counted> {
    const { account, operation } = body;
    const { lane, request, targets } = acceptBody(lanes, person, body, clock.now());
    const onQueueAway = (err: unknown) =>
      log.limited('api-queue').warn({ err }, 'the queue was not told: a feeder takes these from the ledger');
    const { request: id, ...counts } = await enqueue(
      { ledger: recorder, queues: queueAtHand(), clock, onQueueAway },
      lane.operation,
      lane.cap,
      request,
      targets,
      undefined,
      once,
    );
    metrics.targetsAccepted.add({ account, operation, source: 'api' }, counts.accepted);
    return { id, accepted: counts.accepted, alreadySettled: counts.alreadySettled };
  }
};

interface Counted {
  readonly id: string;
  readonly accepted: number;
  readonly alreadySettled: number;
}

type Accepted = z.infer<typeof acceptedSchema>;

/** Every entry that was neither opened nor settled before is one that somebody had named. */
function accepted({ id, accepted: opened, alreadySettled }: Counted, entries: number): Accepted {
  return { id, accepted: opened, duplicates: entries - opened - alreadySettled, alreadySettled };
}

const noRequest = (): Refusal => new Refusal('not-found', 'The ledger knows no request of this id.');
