/**
 * The same request once: an Idempotency-Key's first answer is told again for 24 h, errors included. The ledger keeps
 * it with the request, in one transaction, so that a server that dies before it answers has still answered.
 */
import { createHash } from 'node:crypto';
import { canonical } from '../../canonical.ts';
import type { Clock } from '../../clock.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { OnceTaken, type OnceRow } from '../../ledger/once.ts';
import type { RequestSummary } from '../../ledger/requests.ts';
import { inTime } from './in-time.ts';
import { Refusal, type ProblemBody } from '../problem.ts';

/** What is told of a request that is on record, or why there is none. */
export type Answer<Told> = { readonly told: Told } | { readonly problem: ProblemBody };

export interface Asked<Told> {
  /** Who asks: two persons' keys have nothing to do with each other. */
  readonly owner: string;
  readonly key: string;
  readonly body: unknown;
  /** The id of this HTTP request. */
  readonly request: string;
  /** Records a request together with this row. */
  act(row: OnceRow): Promise<Told>;
  /** What `act` answered, of a request that was recorded with such a row. */
  tell(recorded: RequestSummary): Told;
}

/** How long a second request waits for the first. */
const patienceMs = 10_000;

export function onceOnly<Told>({ ledger, clock }: { readonly ledger: Ledger; readonly clock: Clock }) {
  const underWay = new Map<string, { readonly hash: string; readonly answer: Promise<Answer<Told>> }>();

  return async (asked: Asked<Told>): Promise<Answer<Told>> => {
    const { owner, key, body } = asked;
    const hash = createHash('sha256').update(canonical(body)).digest('hex');
    const name = JSON.stringify([owner, key]);
    const first = underWay.get(name);
    if (first) {
      mustBeSame(first.hash, hash);
      return inTime(clock, patienceMs, first.answer, stillUnderWay);
    }
    const answer = answered({ owner, key, hash }, asked);
    underWay.set(name, { hash, answer });
    try {
      return await answer;
    } finally {
      underWay.delete(name);
    }
  };

  async function answered(row: OnceRow, asked: Asked<Told>): Promise<Answer<Told>> {
    try {
      // Most are new, and the ledger takes no key twice: to look first would cost each of them a read.
      return { told: await asked.act(row) };
    } catch (error) {
      // Asked before, or another server was faster by a moment.
      const theirs = error instanceof OnceTaken ? await remembered(row, asked) : undefined;
      if (theirs) return theirs;
      if (!(error instanceof Refusal) || error.status >= 500) throw error;
      const problem = error.body(asked.request);
      const first = await ledger.remember(row, problem.status, JSON.stringify(problem));
      return first ? { problem } : ((await remembered(row, asked)) ?? { problem });
    }
  }

  async function remembered(row: OnceRow, { tell }: Asked<Told>): Promise<Answer<Told> | undefined> {
    const found = await ledger.remembered(row.owner, row.key);
    if (!found) return undefined;
    mustBeSame(found.hash, row.hash);
    return found.request ? { told: tell(found.request) } : { problem: JSON.parse(found.body) as ProblemBody };
  }
}

function mustBeSame(before: string, now: string): void {
  if (before === now) return;
  throw new Refusal(
    'key-reused',
    'Another body was sent with this Idempotency-Key within the last 24 h. Nothing was done: use a new key for a new request.',
  );
}

const stillUnderWay = () =>
  new Refusal(
    'conflict',
    'The first request with this Idempotency-Key is still under way. Ask again: it will have its answer.',
    [],
    2,
  );
