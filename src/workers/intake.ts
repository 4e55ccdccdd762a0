/**
 * Intake: what happens to a queue job. Its data is parsed, its targets accepted by the operation and looked up
 * in the ledger; those that are open and due join the lane's bins, and the job ends when each of its targets
 * has met its fate. The same target in two jobs is one item with two waiters, sent once.
 */
import type { Target } from '../deletion.ts';
import { parseJob, type JobData, type JobEnd } from '../job.ts';
import type { Known } from '../ledger/claim.ts';
import { targetKey } from '../ledger/key.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { KeyedTarget } from '../ledger/record.ts';
import type { Operation } from '../providers/operation.ts';
import type { Fate, Item } from './gather.ts';

export interface Intake {
  readonly account: string;
  readonly operation: Operation;
  readonly look: Ledger['look'];
  /** Records a foreign job's targets, if such jobs are allowed; false: they are not. */
  adopt(job: JobData, targets: readonly KeyedTarget[]): Promise<boolean>;
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
  /** A job is refused for this reason: a closed set, for the metric. */
  refused(reason: 'malformed' | 'unsigned', job: string, detail: string): void;
}

/** Fits `Queues.consume`. */
export async function takeIn(intake: Intake, data: unknown, job: string): Promise<JobEnd> {
  const refuse = (reason: 'malformed' | 'unsigned', detail: string): JobEnd => {
    intake.refused(reason, job, detail);
    return { refused: `${reason}: ${detail}` };
  };
  const parsed = parseJob(data);
  if ('problem' in parsed) return refuse('malformed', parsed.problem);
  const targets: Target[] = [];
  for (const [at, entry] of parsed.targets.entries()) {
    const accepted = intake.operation.accept(entry, parsed.options);
    if ('problems' in accepted) {
      const [first] = accepted.problems;
      return refuse('malformed', `targets/${at}${first?.pointer ?? ''} ${first?.problem ?? ''}`);
    }
    targets.push(accepted);
  }

  const keyed = targets.map((target) => {
    return { key: targetKey(intake.account, intake.operation.name, target), target, job };
  });
  const keys = keyed.map(({ key }) => key);
  let known = await intake.look(keys);
  const unknown = keys.findIndex((key) => !known.has(key));
  if (unknown >= 0) {
    const foreign = new Map(keyed.filter(({ key }) => !known.has(key)).map((entry) => [entry.key, entry]));
    if (!(await intake.adopt(parsed, [...foreign.values()])))
      return refuse('unsigned', `targets/${unknown} is in no request that the ledger accepted`);
    known = await intake.look(keys);
  }
  if (!intake.accepting()) return { back: true };

  const fates = targets.map((target, at) => fate(intake, target, known.get(keys[at] ?? '') as Known));
  intake.brought(targets.length);
  return end(parsed.targets, await Promise.all(fates));
}

async function fate(intake: Intake, target: Target, known: Known): Promise<Fate> {
  const { key, settlement, code, wait, urgent, attempts, ambiguous } = known;
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
    const item: Item = { key, target, urgent, attempts, ambiguous, waiters: [resolve] };
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
export function coalesce(look: Ledger['look']): Ledger['look'] {
  let waiting: {
    keys: readonly string[];
    resolve: (known: ReadonlyMap<string, Known>) => void;
    reject: (e: unknown) => void;
  }[] = [];
  let reading = false;
  const read = async (): Promise<void> => {
    reading = true;
    while (waiting.length > 0) {
      const asked = waiting;
      waiting = [];
      try {
        const known = await look(asked.flatMap(({ keys }) => keys));
        for (const { resolve } of asked) resolve(known);
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
    }
    reading = false;
  };
  return (keys) =>
    new Promise((resolve, reject) => {
      waiting.push({ keys, resolve, reject });
      if (!reading) void read();
    });
}
