/** Accept: untrusted entries become targets with keys, or everything that is wrong with them is told. */
import type { Problem } from '../deletion.ts';
import { targetKey } from '../ledger/key.ts';
import type { KeyedTarget } from '../ledger/record.ts';
import type { Operation } from '../providers/operation.ts';

export interface Accepted {
  /** Each key once; none stands in a job yet. */
  readonly targets: readonly KeyedTarget[];
  /** Entries that named a target once more. */
  readonly duplicates: number;
}

/** All or nothing: one bad entry and nothing is accepted. Pointers begin with the entry's index. */
export function acceptAll(
  account: string,
  operation: Operation,
  entries: readonly unknown[],
  options?: unknown,
): Accepted | { readonly problems: readonly Problem[] } {
  const targets = new Map<string, KeyedTarget>();
  const problems: Problem[] = [];
  for (const [at, entry] of entries.entries()) {
    const target = operation.accept(entry, options);
    if ('problems' in target) {
      // What is wrong with the options is wrong once, not for each entry.
      const own = target.problems.filter(({ pointer }) => !pointer.startsWith('/options') || at === 0);
      problems.push(
        ...own.map((problem) =>
          problem.pointer.startsWith('/options')
            ? problem
            : { ...problem, pointer: `/targets/${at}${problem.pointer}` },
        ),
      );
      continue;
    }
    const key = targetKey(account, operation.name, target);
    targets.set(key, { key, target, job: '' });
  }
  if (problems.length > 0) return { problems };
  return { targets: [...targets.values()], duplicates: entries.length - targets.size };
}
