/**
 * Intake: what happens to a queue job. It is examined, and its targets looked up in the ledger; those that are open
 * and due join the lane's bins, and the job ends when each of its targets has met its fate. The same target in two
 * jobs is one item with two waiters, sent once.
 *
 * A job whose time is over is taken in only where the ledger holds all of its targets, and one as open: then it waited
 * in a stopped lane, or for its next attempt, and does what was asked for and no more. Else it may be an old one
 * that somebody put back.
 */
import type { Clock } from '../clock.ts';
import type { Target } from '../deletion.ts';
import type { JobEnd, Refused } from '../job.ts';
import type { Known } from '../ledger/claim.ts';
import { targetKey } from '../ledger/key.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Adopt } from './adopt.ts';
import { examine, type Examiner } from './examine.ts';
import type { Fate, Item } from './gather.ts';
import { together } from './together.ts';

export interface Intake extends Examiner {
  readonly account: string;
  /** The wall clock, in ms since 1970. */
  now(): number;
  monotonic(): number;
  readonly look: Ledger['look'];
  /** For the targets that the ledger doesn't know. */
  readonly adopt: Adopt;
  /** A job came with so many targets, and all of them have entered: they may ride together. */
  brought(targets: number): void;
  /** Items of the lane by key, waiting or being sent. */
  readonly items: Map<string, Item>;
  /** Puts a new item where it waits for its call. */
  enter(item: Item): void;
  /** An item at hand is asked for urgently. */
  hasten(item: Item): void;
  /** False: nothing may be sent now, jobs go back. */
  accepting(): boolean;
  /** A job is refused. */
  refused(why: Refused, job: string): void;
}

/** Fits `Queues.consume`. */
export async function takeIn(intake: Intake, data: unknown, job: string): Promise<JobEnd> {
  const refuse = (why: Refused): JobEnd => {
    intake.refused(why, job);
    return { refused: `${why.reason}: ${why.detail}` };
  };
  const examined = examine(intake, data, intake.now());
  if ('reason' in examined) return refuse(examined);
  const { data: parsed, targets, late } = examined;

  const keyed = targets.map((target) => {
    return { key: targetKey(intake.account, intake.operation.name, target), target, job };
  });
  const keys = keyed.map(({ key }) => key);
  const known = new Map<string, Known>();
  // Of this job's: one read answers several jobs.
  const learn = (read: ReadonlyMap<string, Known>) =>
    keys.forEach((key) => read.has(key) && known.set(key, read.get(key) as Known));
  learn(await intake.look(keys));
  const unknown = new Map(keyed.filter(({ key }) => !known.has(key)).map((entry) => [entry.key, entry]));
  const open = [...known.values()].some(({ settlement }) => settlement === null);
  if (late && (unknown.size > 0 || !open)) return refuse(late);
  if (unknown.size > 0) {
    const adopted = await intake.adopt(parsed, [...unknown.values()]);
    if ('reason' in adopted) {
      const at = keys.findIndex((key) => unknown.has(key));
      const detail = `targets/${at} is in no request that the ledger accepted, and ${adopted.detail}`;
      return refuse({ reason: adopted.reason, detail });
    }
    learn(adopted);
    // Somebody named the others meanwhile.
    if (!keys.every((key) => known.has(key))) learn(await intake.look(keys));
  }
  if (!intake.accepting()) return { back: true };

  const fates = targets.map((target, at) => fate(intake, target, known.get(keys[at] ?? '') as Known));
  intake.brought(targets.length);
  return end(parsed.targets, await Promise.all(fates));
}

async function fate(intake: Intake, target: Target, known: Known): Promise<Fate> {
  const { key, settlement, code, wait, waited, urgent, attempts, ambiguous } = known;
  if (settlement) return { is: 'settled', settlement, code, requestId: known.providerRequest };
  const present = intake.items.get(key);
  if (!present && known.withheld) return { is: 'withheld' };
  if (!present && wait > 0) return { is: 'later', ms: wait };
  return new Promise((resolve) => {
    if (present) {
      present.waiters.push(resolve);
      if (urgent) intake.hasten(present);
      return;
    }
    const since = intake.monotonic() - waited;
    const item: Item = { key, target, urgent, attempts, ambiguous, since, waiters: [resolve] };
    intake.items.set(key, item);
    intake.enter(item);
  });
}

/** A job is over when all of its targets are; until then it comes back when the first of the rest is due. */
function end(entries: readonly unknown[], fates: readonly Fate[]): JobEnd {
  if (fates.some(({ is }) => is === 'back')) return { back: true };
  const waits = fates.flatMap((fate) => (fate.is === 'later' ? [fate.ms] : []));
  if (waits.length > 0) return { laterMs: Math.min(...waits) };
  return {
    results: fates.map((fate, at) => {
      if (fate.is !== 'settled')
        return { target: entries[at], settlement: null, code: fate.is, requestId: '' };
      const { settlement, code, requestId } = fate;
      return { target: entries[at], settlement, code, requestId };
    }),
  };
}

/** One ledger read for all jobs that arrive while another read is under way. */
export function coalesce(clock: Clock, look: Ledger['look']): Ledger['look'] {
  return together(clock, async (asked: readonly (readonly string[])[]) => {
    const known = await look(asked.flat());
    return asked.map(() => known);
  });
}
