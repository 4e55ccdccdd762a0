/** What deletes more than the ids that somebody looked at takes scopes of its own. */
import type { Target } from '../deletion.ts';
import type { Operation } from '../providers/operation.ts';
import type { Person } from './person.ts';
import { wideningScopes, type Widening } from './scopes.ts';

/** To be asked about each target: the first scope that this person lacks for it, if any. */
export function wideningJudge(
  person: Person,
  account: string,
  operation: Operation,
): (target: Pick<Target, 'by' | 'options'>) => Widening | undefined {
  // Of millions of targets few differ in this.
  const judged = new Map<string, Widening | undefined>();
  return (target) => {
    const shape = `${target.by} ${target.options}`;
    if (judged.has(shape)) return judged.get(shape);
    const missing = wideningScopes(operation, target).find(
      (scope) => !person.may(scope, account, operation.name),
    );
    judged.set(shape, missing);
    return missing;
  };
}
