/**
 * The language of the product: what is to be deleted, what a call established about it, what became of it.
 * Every other file speaks in these words; this one imports nothing.
 */

declare const accepted: unique symbol;

/**
 * One thing to delete, validated by its operation. Only an operation's `accept` makes one, so that a raw
 * string can't stand where a Target belongs.
 */
export interface Target {
  /** The kind of id, one of the operation's kinds: `imageId`, `imageUrl`, `videoId`, … */
  readonly by: string;
  /** The id or URL exactly as the provider knows it. */
  readonly id: string;
  /** What the id belongs to, where the provider wants that named too (Huawei: the asset); else ''. */
  readonly parent: string;
  /** Canonical text of the options that decide what is deleted (`imageType=All`); '' where there are none. */
  readonly options: string;
  readonly [accepted]: true;
}

/** A list that can't be empty: an empty list is never sent. */
export type NonEmpty<T> = readonly [T, ...T[]];

/** The targets of one provider call; they share a batch key and none stands in it twice. */
export type Batch = NonEmpty<Target>;

/** What a caller asks: these targets of this account and operation, for this reason, in this person's name. */
export interface DeletionRequest {
  readonly account: string;
  readonly operation: string;
  readonly targets: NonEmpty<Target>;
  readonly requester: string;
  readonly reason: string;
  readonly urgent: boolean;
  /** Milliseconds since the epoch by the ledger's clock; nothing is sent before it. 0 is at once. */
  readonly notBefore: number;
  /** Delete again what the ledger holds as deleted or absent. */
  readonly again: boolean;
}

/** Why a call, or one target of it, did not end in a deletion. What follows is `workers/verdict.ts` alone. */
export type FailureClass = 'throttled' | 'transient' | 'missing' | 'rejected' | 'unauthorized';

/** A call that was not answered per target. */
export interface Failure {
  readonly class: FailureClass;
  /** The provider's code, or one of ours in lower case (`timeout`, `reset`, `unreadable`, …). */
  readonly code: string;
  readonly message: string;
  /** The provider's RequestId; '' where no answer was read. */
  readonly requestId: string;
  /** The provider may have carried the deletion out although we hold no answer that says so. */
  readonly ambiguous: boolean;
  /** False for a code that no table names: it is treated as transient and counted. */
  readonly known: boolean;
  /** Milliseconds the provider asks us to wait; only with `throttled`. */
  readonly retryAfter?: number;
}

/** What a call established for one target. */
export type Outcome =
  | { readonly is: 'deleted' }
  | { readonly is: 'absent'; readonly code: string }
  | { readonly is: 'refused'; readonly code: string; readonly message: string }
  /** `doubt`: the provider answered but left open whether the target still exists; a read can tell. */
  | { readonly is: 'unresolved'; readonly code: string; readonly message: string; readonly doubt: boolean };

/** The final states of a target. `spared` is a dry run's. */
export const settlements = ['deleted', 'absent', 'refused', 'exhausted', 'cancelled', 'spared'] as const;
export type Settlement = (typeof settlements)[number];

/** Settlements that a person has to look at: the dead letters. */
export const deadLetters: readonly Settlement[] = ['refused', 'exhausted'];

/** What is wrong with one field of an input: where (JSON pointer), what, and what to do about it. */
export interface Problem {
  readonly pointer: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Lane names stand in queue names, metrics and the ledger: `<account>~<operation>`. */
export const laneName = (account: string, operation: string): string => `${account}~${operation}`;
