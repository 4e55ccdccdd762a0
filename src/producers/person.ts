/**
 * Who acts: a person is a named API key, of the file or of the ledger; without one it is whoever is logged in on this
 * machine, who may do everything but approve and give keys away that are more than that.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { grants, type Scope } from './scopes.ts';

export interface Person {
  readonly name: string;
  /** False: nothing proves the name. */
  readonly known: boolean;
  /** `*` is all accounts; without an operation all of the account's. */
  may(scope: Scope, account: string, operation?: string): boolean;
}

/** Of the file, or of the ledger: there only live ones are keys. */
export interface KnownKey {
  readonly name: string;
  /** Of the key's text, 64 hexadecimal digits. */
  readonly sha256: string;
  readonly scopes: readonly string[];
  readonly live?: boolean;
}

/** A key's text: 256 random bits. */
export const newKey = (clock: Pick<Clock, 'nonce'>): string =>
  `expunge_${Buffer.from(clock.nonce() + clock.nonce(), 'hex').toString('base64url')}`;

export const sha256Of = (key: string): string => createHash('sha256').update(key).digest('hex');

/** The person whose key this is; undefined if it is nobody's. All keys are compared, each in constant time. */
export function personWith(key: string, keys: readonly KnownKey[]): Person | undefined {
  const given = createHash('sha256').update(key).digest();
  const same = keys.filter(({ sha256 }) => timingSafeEqual(given, Buffer.from(sha256, 'hex')));
  const found = same.find(({ live = true }) => live);
  if (!found) return undefined;
  const { name, scopes } = found;
  return {
    name,
    known: true,
    may: (scope, account, operation) => scopes.some((each) => grants(each, scope, account, operation)),
  };
}

/** Somebody whom nothing but the machine vouches for. */
export const unprovenPerson = (name: string): Person => ({
  name,
  known: false,
  may: (scope) => scope !== 'approve' && scope !== 'keys',
});
