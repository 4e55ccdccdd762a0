/** Accept: untrusted entries become targets with keys, or everything that is wrong with them is told. */
import type { Problem } from '../deletion.ts';
import { targetKey } from '../ledger/key.ts';
import type { KeyedTarget } from '../ledger/record.ts';
import { protectionOf, type Protection } from '../protection.ts';
import type { Operation } from '../providers/operation.ts';

export interface Accepted {
  /** Each key once; none stands in a job yet. */
  readonly targets: readonly KeyedTarget[];
  /** Entries that named a target once more. */
  readonly duplicates: number;
}

/** `guarded`: nothing is wrong with the entries but that these may not be deleted. */
export interface Unaccepted {
  readonly problems: readonly Problem[];
  readonly guarded: boolean;
}

/** All or nothing: one bad entry and nothing is accepted. Pointers begin with the entry's index. */
export function acceptAll(
  account: string,
  operation: Operation,
  entries: readonly unknown[],
  options?: unknown,
  protection: Protection = protectionOf(),
): Accepted | Unaccepted {
  const targets = new Map<string, KeyedTarget>();
  const problems: Problem[] = [];
  const guarded: Problem[] = [];
  const told = new Set<string>();
  for (const [at, entry] of entries.entries()) {
    const target = operation.accept(entry, options);
    if ('problems' in target) {
      for (const problem of target.problems) {
        if (!problem.pointer.startsWith('/options')) {
          problems.push({ ...problem, pointer: `/targets/${at}${problem.pointer}` });
          continue;
        }
        // What is wrong with the options is told once, not for each entry that they don't fit.
        const name = `${problem.pointer} ${problem.problem}`;
        if (!told.has(name)) problems.push(problem);
        told.add(name);
      }
      continue;
    }
    const why = protection.why(target.id, target.parent);
    if (why !== undefined)
      guarded.push({ pointer: `/targets/${at}`, problem: `is protected by ${why}`, remedy: guardRemedy });
    const key = targetKey(account, operation.name, target);
    targets.set(key, { key, target, job: '' });
  }
  if (problems.length > 0) return { problems, guarded: false };
  if (guarded.length > 0) return { problems: guarded, guarded: true };
  return { targets: [...targets.values()], duplicates: entries.length - targets.size };
}

const guardRemedy = 'Take it out, or, if it may go, take it out of protected in the configuration.';
