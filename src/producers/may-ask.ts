/**
 * Whether somebody may ask for these targets, by name alone: for jobs that another producer signed, who vouches for
 * the name. Somebody who shows a key is a Person.
 */
import type { Target } from '../deletion.ts';
import type { Operation } from '../providers/operation.ts';
import type { KnownKey } from './person.ts';
import { grants, wideningScopes, type Scope } from './scopes.ts';

/** What keeps them from it, in one line; undefined: nothing. */
export function lacking(
  keys: readonly KnownKey[],
  requester: string,
  { account, operation }: { readonly account: string; readonly operation: Operation },
  targets: readonly Target[],
): string | undefined {
  // Also where the last one was revoked: that must not open what it closed.
  if (keys.length === 0) return undefined;
  const own = keys.filter(({ name, live = true }) => live && name === requester);
  if (own.length === 0) return 'requester is not the name of an API key that is live';
  const needed = new Set<Scope>([
    'enqueue',
    ...targets.flatMap((target) => wideningScopes(operation, target)),
  ]);
  const missing = own.map(({ scopes }) =>
    [...needed].find((scope) => !scopes.some((each) => grants(each, scope, account, operation.name))),
  );
  if (missing.includes(undefined)) return undefined;
  return `requester has no key with the scope ${missing[0]}:${account}:${operation.name}`;
}
