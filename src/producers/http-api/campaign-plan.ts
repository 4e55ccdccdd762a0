/** `POST /v1/campaigns`: a list becomes a plan that a person can look at; nothing is deleted. */
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { nearest } from '../../config/problems.ts';
import type { Kind, Operation } from '../../providers/operation.ts';
import { planFields } from '../campaign/plan-fields.ts';
import { mostChecked, planList, type PlannedList } from '../campaign/plan-list.ts';
import { readPlanRules, readWhole } from '../campaign/rule-texts.ts';
import type { BadEntry } from '../entries/entry.ts';
import { isSwitch } from '../option-name.ts';
import { optionSpecs } from '../widening-words.ts';
import type { Routes } from './api.ts';
import { allowed } from './authenticate.ts';
import { http, planRefusalOf } from './campaign-refusals.ts';
import { planQuery, planSchema } from './campaign-schema.ts';
import { acceptStreams, badLines, listOf, mediaTypes } from './campaign-upload.ts';
import { inQuery, laneNamed } from '../lane-named.ts';
import { invalid, Refusal, type FieldProblem } from '../problem.ts';
import { refusals } from './responses.ts';

type Query = z.infer<typeof planQuery>;

/** So many bad lines are in the answer. */
const mostListed = 1_000;

export const planRoute: Routes = (api) => async (app) => {
  const { config, lanes, ledger, clock, version } = api;
  const { above } = config.approval;
  acceptStreams(app);

  app.post(
    '/v1/campaigns',
    {
      config: { scope: 'campaign', streamed: true },
      schema: {
        ...{ operationId: 'planCampaign', tags: ['Campaigns'] },
        summary: 'Make a plan of a list of any length, and show what would be deleted; deletes nothing',
        description:
          'The body is the list: one id a line, CSV with a header line, or NDJSON; also with Content-Encoding: gzip. ' +
          'Bad lines are left out and told. A body that breaks off, or that is damaged, plans nothing.',
        consumes: [...mediaTypes],
        querystring: planQuery,
        body: z.any().meta({ type: 'string', description: 'The list' }),
        response: { 201: planSchema, ...refusals(409, 415, 422) },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const { name, account, operation, reason = '' } = query;
      const person = allowed(request, 'campaign', account, operation);
      const lane = laneNamed(lanes, account, operation, inQuery);
      const read = readQuery(query, lane.operation, clock.now());
      const bad = badLines(mostListed);
      try {
        const list = await planList(
          {
            ...{ ledger, clock, version, onBad: bad.add },
            ...{ onProgress: () => undefined, onCheck: () => undefined },
          },
          { name, lane, person, reason, source: '', anyway: query.anyway === 'true', ...read },
          await listOf(request, query.column),
        );
        const needsApproval = above !== 'off' && list.planned.valid > above;
        void reply.header('location', `/v1/campaigns/${name}`);
        return await reply.code(201).send({
          ...planFields(list.planned, lane, name),
          warnings: [...lane.operation.warnings],
          ...listed(bad.first),
          ...checked(list),
          needsApproval,
          next: nextOf(list, name, needsApproval),
        } as z.infer<typeof planSchema>);
      } catch (error) {
        // What is left of the body is not read any more, and must not stand in the way of the answer.
        const body = request.body as Readable | undefined;
        body?.resume();
        if (body?.destroyed && !body.readableEnded)
          throw new Refusal('invalid', 'Nothing was planned: the body broke off.');
        throw planRefusalOf(error, lane, name, bad.first);
      }
    },
  );
};

const listed = (first: readonly BadEntry[]) => ({
  invalidListed: first.length,
  invalidLines: first.map(({ at, text, problem, remedy }) => ({ line: at, value: text, problem, remedy })),
});

const checked = ({ check }: PlannedList) => (check === undefined ? {} : { checked: check });

function nextOf({ planned: { hash } }: PlannedList, name: string, needsApproval: boolean): string[] {
  const approve = needsApproval ? [http.step('approve', name, { plan: hash })] : [];
  return [...approve, http.step('run', name, { plan: hash, confirm: 'COUNT' })];
}

/** What the query says of the plan, or a Refusal with everything that is wrong with it. */
function readQuery(query: Query, operation: Operation, now: number) {
  const choices = { canary: query.canary !== 'false', again: query.again === 'true' };
  const { rules, faults } = readPlanRules(query, choices, now);
  const errors: FieldProblem[] = faults.map(({ field, problem, remedy }) => ({
    parameter: field,
    problem,
    remedy,
  }));
  const kind = kindNamed(operation, query.kind, errors);
  const size = query.checkExists === undefined ? 0 : readWhole(query.checkExists);
  if (typeof size !== 'number') errors.push({ parameter: 'checkExists', ...size });
  else if (size > mostChecked)
    errors.push({ parameter: 'checkExists', problem: 'is too many', remedy: `give ${mostChecked} at most` });
  if (errors.length > 0 || typeof size !== 'number') throw invalid(errors);
  return { rules, kind, checked: size, options: optionsOf(query) };
}

function kindNamed({ kinds }: Operation, name: string | undefined, errors: FieldProblem[]): Kind | undefined {
  const found = kinds.find((kind) => kind.name === name);
  if (found || name === undefined) return found;
  const names = kinds.map((kind) => kind.name);
  const meant = nearest(name, names);
  const remedy = meant === undefined ? `name one of: ${names.join(', ')}` : `did you mean ${meant}?`;
  errors.push({ parameter: 'kind', problem: 'is no kind of this operation', remedy });
  return undefined;
}

/** The options that were given, as a request's `options`; undefined where none was. */
function optionsOf(query: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const given = optionSpecs.filter(({ name }) => query[name] !== undefined);
  if (given.length === 0) return undefined;
  return Object.fromEntries(
    given.map((spec) => [spec.name, isSwitch(spec) ? query[spec.name] === 'true' : query[spec.name]]),
  );
}
