import { RollingWindow } from './rolling-window.ts';

/** One call as it arrived, and what was made of it. */
export interface Call {
  /** Monotonic milliseconds since the emulator's start, when the request head was read. */
  readonly at: number;
  /** The key id, as claimed. */
  readonly account: string;
  /** As claimed. */
  readonly action: string;
  /** The parameter that named the ids. */
  readonly by: string;
  readonly ids: readonly string[];
  /** Parameters that decided what went with them: `ImageType=All`. */
  readonly options: string;
  /** `refused` at the gate (who, when, signature, permission), `throttled`, or `accepted`, whatever came of it. */
  readonly result: 'accepted' | 'throttled' | 'refused';
  /** HTTP status; 0 if no answer was sent. */
  readonly status: number;
  /** '' for a plain success; the kind of fault where that is what the client met. */
  readonly code: string;
  readonly requestId: string;
  readonly deleted: readonly string[];
}

export interface Tally {
  readonly calls: number;
  readonly accepted: number;
  readonly throttled: number;
  readonly refused: number;
  readonly idsDeleted: number;
  /** All attempts in the fullest rolling window of the cap's length. */
  readonly maxPerWindow: number;
  readonly maxAcceptedPerWindow: number;
}

/** By owner (a key id or a quota group), then by action. */
export type Tallies = Record<string, Record<string, Tally>>;

/** Who a key id's calls are counted for, besides itself, and over which window (milliseconds). */
export interface Counted {
  windowOf(keyId: string, action: string): number;
  groupOf(keyId: string): string | undefined;
}

/** Every call since the start or the last reset, with its statistics. */
export class CallRecord {
  readonly #counted: Counted;
  readonly #calls: Call[] = [];
  readonly #accounts = new Map<string, Map<string, Counting>>();
  readonly #groups = new Map<string, Map<string, Counting>>();

  constructor(counted: Counted) {
    this.#counted = counted;
  }

  add(call: Call): void {
    this.#calls.push(call);
    const length = this.#counted.windowOf(call.account, call.action);
    counting(this.#accounts, call.account, call.action, length).add(call);
    const group = this.#counted.groupOf(call.account);
    if (group !== undefined) counting(this.#groups, group, call.action, length).add(call);
  }

  calls(): readonly Call[] {
    return this.#calls;
  }

  accounts(): Tallies {
    return tallies(this.#accounts);
  }

  groups(): Tallies {
    return tallies(this.#groups);
  }
}

class Counting {
  readonly #attempts: RollingWindow;
  readonly #admitted: RollingWindow;
  readonly #by = { accepted: 0, throttled: 0, refused: 0 };
  #calls = 0;
  #idsDeleted = 0;

  constructor(length: number) {
    this.#attempts = new RollingWindow(length);
    this.#admitted = new RollingWindow(length);
  }

  add({ at, result, deleted }: Call): void {
    this.#calls++;
    this.#by[result]++;
    this.#idsDeleted += deleted.length;
    this.#attempts.add(at);
    if (result === 'accepted') this.#admitted.add(at);
  }

  tally(): Tally {
    return {
      calls: this.#calls,
      ...this.#by,
      idsDeleted: this.#idsDeleted,
      maxPerWindow: this.#attempts.fullest,
      maxAcceptedPerWindow: this.#admitted.fullest,
    };
  }
}

function counting(
  of: Map<string, Map<string, Counting>>,
  owner: string,
  action: string,
  length: number,
): Counting {
  const actions = of.get(owner) ?? new Map<string, Counting>();
  of.set(owner, actions);
  const found = actions.get(action) ?? new Counting(length);
  actions.set(action, found);
  return found;
}

const tallies = (of: ReadonlyMap<string, ReadonlyMap<string, Counting>>): Tallies =>
  Object.fromEntries(
    [...of].map(([owner, actions]) => [
      owner,
      Object.fromEntries([...actions].map(([action, count]) => [action, count.tally()])),
    ]),
  );
