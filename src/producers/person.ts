/**
 * Who acts: a person is a named API key; without one it is whoever is logged in on this machine, who may plan and
 * pause but not approve. Scopes are `campaign`, `approve`, …, or of one account: `approve:media-prod`.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from '../config.ts';

export type Scope = 'enqueue' | 'campaign' | 'approve' | 'operate' | 'read';

export interface Person {
  readonly name: string;
  /** False: nothing proves the name. */
  readonly known: boolean;
  may(scope: Scope, account: string): boolean;
}

/** The person whose key this is; undefined if it is nobody's. All keys are compared, each in constant time. */
export function personWith(key: string, keys: readonly ApiKey[]): Person | undefined {
  const given = createHash('sha256').update(key).digest();
  const [found] = keys.filter(({ sha256 }) => timingSafeEqual(given, Buffer.from(sha256, 'hex')));
  if (!found) return undefined;
  const { name, scopes } = found;
  return {
    name,
    known: true,
    may: (scope, account) => scopes.some((each) => each === scope || each === `${scope}:${account}`),
  };
}

/** Somebody whom nothing but the machine vouches for. */
export const unprovenPerson = (name: string): Person => ({
  name,
  known: false,
  may: (scope) => scope !== 'approve',
});
