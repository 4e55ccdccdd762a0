import type { EmulatorAccount } from './account.ts';
import type { Action } from './action.ts';
import type { Dialect } from './answer.ts';
import type { Refusal } from './refusal.ts';
import type { Pairs } from './request.ts';

/** What a gate makes of a request: what it claims, and either who may go on or why not. */
export interface Examined {
  /** As claimed: it may belong to nobody. */
  readonly keyId: string;
  /** As claimed; `action` is undefined if there is no such thing. */
  readonly actionName: string;
  readonly action: Action | undefined;
  readonly parameters: Pairs;
  readonly dialect: Dialect;
  /** The nonce that this call used up; '' if it did not. */
  readonly nonce: string;
  readonly verdict: { readonly account: EmulatorAccount; readonly action: Action } | Refusal;
}

/** How far a date may be from the emulator's clock, in either direction, to the millisecond. */
export const clockWindow = 15 * 60_000;
