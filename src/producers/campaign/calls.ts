/** How many calls a plan needs. */
import type { Target } from '../../deletion.ts';
import type { Operation } from '../../providers/operation.ts';

/** Groups that are kept apart; where each target is a group of its own, they are as many as the plan is long. */
const mostGroups = 100_000;

/** Counts full calls for each batch key; with very many keys, those that come late count a call for each target. */
export function callCounter({ batchKey, batchLimit }: Operation) {
  const groups = new Map<string, number>();
  let beyond = 0;
  return {
    add(target: Target): void {
      const key = batchKey(target);
      const known = groups.get(key);
      if (known === undefined && groups.size >= mostGroups) beyond++;
      else groups.set(key, (known ?? 0) + 1);
    },
    count: (): number => [...groups.values()].reduce((sum, n) => sum + Math.ceil(n / batchLimit), beyond),
  };
}
