import type { EmulatorAccount } from './account.ts';

/**
 * What a fault does to the call that it hits. `reset-before`, `error-5xx`, `unknown-code`, `throttle` and
 * `unauthorized` delete nothing; all others delete first, which is the harsher case.
 */
export const faultKinds = [
  'throttle',
  'error-5xx',
  'reset-before',
  'reset-after',
  'timeout-after',
  'slow',
  'malformed',
  'truncated',
  'html',
  'empty',
  'wrong-type',
  'huge',
  'stranger',
  'unnamed',
  'forbid-ids',
  'unknown-code',
  'unauthorized',
] as const;

export interface Fault {
  readonly kind: (typeof faultKinds)[number];
  /** Only calls of this action. */
  readonly action?: string | undefined;
  /** Only calls of this account, by name or by key id. */
  readonly account?: string | undefined;
  /** Only calls that name one of these; `forbid-ids`: the ids that can't be deleted, all of them if left out. */
  readonly ids?: readonly string[] | undefined;
  /** The share of matching calls that it hits, by the seeded generator; 1 if left out. */
  readonly share?: number | undefined;
  /** How many calls it hits at most. */
  readonly count?: number | undefined;
  /** `slow`: by how much (1,000). `timeout-after`: how long the answer is held (for ever). `throttle`: the hint. */
  readonly ms?: number | undefined;
  /** The code to answer with, where the kind answers with one. */
  readonly code?: string | undefined;
}

/** A call as faults look at it. */
export interface Candidate {
  readonly account: EmulatorAccount;
  readonly action: string;
  readonly ids: readonly string[];
}

interface Armed {
  readonly fault: Fault;
  readonly ids: ReadonlySet<string> | undefined;
  left: number;
}

/** The faults in force, in their order: the first that hits a call is the only one, but for `forbid-ids`. */
export class Faults {
  readonly #random: () => number;
  #armed: Armed[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Replaces all former ones. */
  set(faults: readonly Fault[]): void {
    this.#armed = faults.map((fault) => ({
      fault,
      ids: fault.ids && new Set(fault.ids),
      left: fault.count ?? Infinity,
    }));
  }

  pick(call: Candidate): Fault | undefined {
    return this.#armed.find((armed) => armed.fault.kind !== 'forbid-ids' && this.#hits(armed, call))?.fault;
  }

  forbids(call: Candidate): (id: string) => boolean {
    const hitting = this.#armed.filter(
      (armed) => armed.fault.kind === 'forbid-ids' && this.#hits(armed, call),
    );
    return (id) => hitting.some(({ ids }) => !ids || ids.has(id));
  }

  #hits(armed: Armed, { account, action, ids }: Candidate): boolean {
    const { fault } = armed;
    if (armed.left <= 0) return false;
    if (fault.action !== undefined && fault.action !== action) return false;
    if (
      fault.account !== undefined &&
      fault.account !== account.name &&
      fault.account !== account.accessKeyId
    ) {
      return false;
    }
    const { ids: named } = armed;
    if (named && !ids.some((id) => named.has(id))) return false;
    if (fault.share !== undefined && this.#random() >= fault.share) return false;
    armed.left--;
    return true;
  }
}
