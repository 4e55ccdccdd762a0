/**
 * `expunge/producer`: deletions straight into ledger and Redis, from a service that shares their configuration. What
 * `enqueue` resolves is on record and will be deleted; Redis may be away meanwhile, a worker's feeder tells it later.
 * It judges what it is given as the HTTP API does, and says no with the same problems.
 */
import { ledgerOf, Unusable } from '../app.ts';
import { systemClock } from '../clock.ts';
import { environment, formatProblems, loadConfig, type Config } from '../config.ts';
import { lanesOf } from '../lanes.ts';
import { LedgerAway } from '../ledger/database.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { operations } from '../providers/operations.ts';
import { ProblemError } from './client/problem-error.ts';
import { enqueue } from './enqueue.ts';
import { acceptBody } from './accept-body.ts';
import { bodyOfAtMost, type DeletionBody } from './deletion-schema.ts';
import { validated } from './fields.ts';
import { Refusal } from './problem.ts';
import { personWith, unprovenPerson, type Person } from './person.ts';
import { queueOf } from './producer-queue.ts';

export { ProblemError, type FieldProblem } from './client/problem-error.ts';

export interface ProducerOptions {
  /** The configuration file; left out: EXPUNGE_CONFIG, else `expunge.yaml` here, else defaults. */
  readonly config?: string;
  /** Who stands on record, where no EXPUNGE_API_KEY says so. */
  readonly requester?: string;
}

/** Ids or targets written out; all of them or none. */
export type Deletion = {
  /** A configured account. */
  readonly account: string;
  /** One of its operations, such as `alibaba.vod.delete-video`. */
  readonly operation: string;
  /** Why, for the record. */
  readonly reason: string;
  /** Before everything that is not. */
  readonly urgent?: boolean;
  /** Nothing is sent before, by the ledger's clock; a text is ISO 8601 with its zone. */
  readonly notBefore?: Date | string;
  /** Delete again what the ledger holds as deleted or absent. */
  readonly again?: boolean;
  /** Options of the operation; some widen what is deleted. */
  readonly options?: Readonly<Record<string, unknown>>;
} & (
  | { readonly ids: readonly string[]; readonly targets?: never }
  | { readonly targets: readonly (string | Readonly<Record<string, unknown>>)[]; readonly ids?: never }
);

/** What was done with the entries, each of which is counted once. */
export interface AcceptedDeletion {
  /** The request's id: `GET /v1/deletions/ID`. */
  readonly id: string;
  /** Opened by this request. */
  readonly accepted: number;
  /** Named more than once, or open already and attached to. */
  readonly duplicates: number;
  /** Deleted or absent already by the ledger: no call is made. */
  readonly alreadySettled: number;
}

export interface Producer {
  /** Rejects with a ProblemError; up to 5,000 targets nothing is on record then, of more perhaps a part. */
  enqueue(deletion: Deletion): Promise<AcceptedDeletion>;
  /** Lets go of ledger and Redis; what was accepted needs neither of them here. */
  close(): Promise<void>;
}

/** What a queue job may hold. */
const mostName = 256;

/** For more there are campaigns. */
const schema = bodyOfAtMost(100_000);

/** Rejects with an Error for people if the configuration is wrong, or the ledger can't be opened. */
export async function createProducer(options: ProducerOptions = {}): Promise<Producer> {
  const config = configured(options.config);
  mustKnowWho(config, options.requester);
  const clock = systemClock;
  const lanes = lanesOf(config);
  const ledger = await ledgerOf(config, lanes, { clock });
  const queue = await queueOf(config, clock);

  async function record(deletion: Deletion): Promise<AcceptedDeletion> {
    const given = {
      ...deletion,
      ...(deletion.notBefore instanceof Date && { notBefore: textOf(deletion.notBefore) }),
    };
    const read = validated(schema, given, 'body');
    if ('errors' in read)
      throw new Refusal('invalid', 'The deletion is not valid. Nothing was done.', read.errors);
    const body = read.value as DeletionBody;
    const { account, operation } = body;
    const person = await personOf(config, ledger, options.requester);
    if (!person.may('enqueue', account, operation))
      throw new Refusal('forbidden', `${person.name} would need the scope enqueue:${account}:${operation}.`);
    const { lane, request, targets } = acceptBody(lanes, person, body, clock.now());
    const means = { ledger, queues: await queue.atHand(), clock, onQueueAway: () => undefined };
    const done = await enqueue(means, lane.operation, lane.cap, request, targets);
    const entries = (body.ids ?? body.targets ?? []).length;
    const { request: id, accepted, alreadySettled } = done;
    return { id, accepted, duplicates: entries - accepted - alreadySettled, alreadySettled };
  }

  return {
    enqueue: (deletion) =>
      record(deletion).catch((error: unknown) => {
        throw toldAs(error as Error);
      }),
    async close() {
      await queue.close();
      await ledger.close();
    },
  };
}

function configured(file: string | undefined): Config {
  const loaded = loadConfig({ file, env: environment(), cwd: process.cwd(), operations });
  if ('config' in loaded) return loaded.config;
  throw new Unusable(formatProblems(loaded.problems), 2);
}

function mustKnowWho({ apiKey }: Config, requester: string | undefined): void {
  if (apiKey !== undefined && requester !== undefined)
    throw new Unusable(
      'requester stands beside EXPUNGE_API_KEY, whose name goes on record: leave one of them out',
      2,
    );
  if (apiKey === undefined && (requester === undefined || requester === ''))
    throw new Unusable('nobody is named to stand on record: give requester, or set EXPUNGE_API_KEY', 2);
  if (requester !== undefined && requester.length > mostName)
    throw new Unusable(`requester is longer than ${mostName} characters: shorten it`, 2);
}

/** Asked for each deletion: a key may be revoked at any time. */
async function personOf({ apiKey, api }: Config, ledger: Ledger, requester = ''): Promise<Person> {
  if (apiKey === undefined) return unprovenPerson(requester);
  const person = personWith(apiKey, [...api.keys, ...(await ledger.keys())]);
  if (person) return person;
  throw new Refusal(
    'unauthenticated',
    'EXPUNGE_API_KEY is no key that is known and has not expired (expunge keys create makes one).',
  );
}

/** A date that is none has no text; what the schema says of an empty one fits. */
const textOf = (date: Date): string => (Number.isNaN(date.getTime()) ? '' : date.toISOString());

function toldAs(error: Error): Error {
  const refusal =
    error instanceof LedgerAway
      ? new Refusal(
          'unavailable',
          'The ledger does not answer. Ask again: what is on record is not doubled.',
          [],
          5,
        )
      : error;
  if (!(refusal instanceof Refusal)) return error;
  return new ProblemError(refusal.status, refusal.body(''), refusal.retryAfter);
}
