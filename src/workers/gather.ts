/**
 * Gather: the waiting targets of a lane, packed into full calls. One bin for each batch key, and one more for those
 * of them that were tried before; a call takes what
 * is waiting in one bin, urgent first, up to the batch limit. Under backlog calls are full; a lone id goes at
 * once, since the lane's next slot is all the linger there is.
 */
import type { NonEmpty, Target } from '../deletion.ts';

/** A target on its way through a lane, and everybody who waits for its fate. */
export interface Item {
  readonly key: string;
  readonly target: Target;
  urgent: boolean;
  /** Attempts spent before, as the ledger counts them. */
  attempts: number;
  /** An earlier attempt may have deleted it unseen. */
  ambiguous: boolean;
  /** Monotonic ms at which it might first have been sent; before this process began, if need be. */
  readonly since: number;
  readonly waiters: ((fate: Fate) => void)[];
}

/** What a job hears of each of its targets. */
export type Fate =
  | { readonly is: 'settled'; readonly settlement: string; readonly code: string; readonly requestId: string }
  | { readonly is: 'later'; readonly ms: number }
  /** Nobody wants it sent now: the feeder offers it again when somebody does. */
  | { readonly is: 'withheld' }
  | { readonly is: 'back' };

/** What goes into one call. A `pack` was split off on purpose and is never mixed with others. */
export interface Gathered {
  readonly items: NonEmpty<Item>;
  readonly pack: boolean;
}

/** It was tried before: a call of retries is the budget's to allow. They share calls only with each other. */
export const isRetried = ({ items }: Gathered): boolean => items.some(({ attempts }) => attempts > 0);

interface Bin {
  readonly retried: boolean;
  readonly urgent: Item[];
  readonly bulk: Item[];
  /** Monotonic ms since which somebody waits in it. */
  since: number;
}

/** A part-filled bin goes before full ones once it has waited so long: small groups must not starve. */
const patienceMs = 1_000;

export class Bins {
  readonly #batchKey: (target: Target) => string;
  readonly #limit: number;
  readonly #bins = new Map<string, Bin>();
  #packs: NonEmpty<Item>[] = [];
  #waiting = 0;

  constructor(batchKey: (target: Target) => string, limit: number) {
    this.#batchKey = batchKey;
    this.#limit = limit;
  }

  /** Targets that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** No two of those that wait may share a call. */
  get strangers(): boolean {
    return this.#bins.size + this.#packs.length === this.#waiting;
  }

  add(item: Item, now: number): void {
    this.#waiting++;
    const bin = this.#bin(item, now);
    (item.urgent ? bin.urgent : bin.bulk).push(item);
  }

  /** Back to where it came from: before all others of its kind. */
  putBack({ items, pack }: Gathered, now: number): void {
    if (pack) return this.putPack(items);
    this.#waiting += items.length;
    for (const item of items.toReversed()) {
      const bin = this.#bin(item, now);
      (item.urgent ? bin.urgent : bin.bulk).unshift(item);
    }
  }

  /** A group that shall make up a call of its own. */
  putPack(items: NonEmpty<Item>): void {
    this.#waiting += items.length;
    this.#packs.push(items);
  }

  /** An item that waits in a bin became urgent. */
  hasten(item: Item, now: number): void {
    if (item.urgent) return;
    item.urgent = true;
    const bin = this.#bins.get(this.#keyOf(item));
    const at = bin?.bulk.indexOf(item) ?? -1;
    if (!bin || at < 0) return;
    bin.bulk.splice(at, 1);
    bin.urgent.push(item);
    bin.since = Math.min(bin.since, now);
  }

  /** Targets wait that were never tried. */
  hasFresh(): boolean {
    for (const { retried, urgent, bulk } of this.#bins.values())
      if (!retried && urgent.length + bulk.length > 0) return true;
    return this.#packs.some((items) => !isRetried({ items, pack: true }));
  }

  /** A whole call's worth waits: one may be taken ahead of its slot without losing fill. */
  hasFull(): boolean {
    if (this.#packs.length > 0) return true;
    for (const bin of this.#bins.values())
      if (bin.urgent.length + bin.bulk.length >= this.#limit) return true;
    return false;
  }

  /** So many calls wait, full or not. */
  hasCalls(least: number): boolean {
    let calls = this.#packs.length;
    for (const { urgent, bulk } of this.#bins.values()) {
      if (calls >= least) return true;
      calls += Math.ceil((urgent.length + bulk.length) / this.#limit);
    }
    return calls >= least;
  }

  /** The next call: what is urgent, then what was split, then full bins, then whoever waits longest. */
  take(now: number): Gathered | undefined {
    const chosen = this.#first(now);
    const pack = chosen?.[1].urgent.length ? undefined : this.#packs.shift();
    if (pack) {
      this.#waiting -= pack.length;
      return { items: pack, pack: true };
    }
    if (!chosen) return undefined;
    const [key, bin] = chosen;
    const items = bin.urgent.splice(0, this.#limit);
    items.push(...bin.bulk.splice(0, this.#limit - items.length));
    this.#bins.delete(key);
    if (bin.urgent.length + bin.bulk.length > 0) this.#bins.set(key, { ...bin, since: now });
    this.#waiting -= items.length;
    const [head, ...rest] = items;
    return head && { items: [head, ...rest], pack: false };
  }

  /** Everything that waits, out of the bins. */
  empty(): readonly Item[] {
    const all = [
      ...this.#packs.flat(),
      ...[...this.#bins.values()].flatMap(({ urgent, bulk }) => [...urgent, ...bulk]),
    ];
    this.#packs = [];
    this.#bins.clear();
    this.#waiting = 0;
    return all;
  }

  #keyOf({ attempts, target }: Item): string {
    return `${attempts > 0 ? 'retried' : 'fresh'} ${this.#batchKey(target)}`;
  }

  #bin(item: Item, now: number): Bin {
    const key = this.#keyOf(item);
    const known = this.#bins.get(key);
    if (known) return known;
    const bin: Bin = { retried: item.attempts > 0, urgent: [], bulk: [], since: now };
    this.#bins.set(key, bin);
    return bin;
  }

  #first(now: number): [string, Bin] | undefined {
    const rank = ({ urgent, bulk, since }: Bin): number => {
      if (urgent.length > 0) return 0;
      if (now - since > patienceMs) return 1;
      return urgent.length + bulk.length >= this.#limit ? 2 : 3;
    };
    let best: [string, Bin] | undefined;
    for (const entry of this.#bins) if (!best || rank(entry[1]) < rank(best[1])) best = entry;
    return best;
  }
}

/** A rejected batch in four parts, then each part in single targets. */
export function split(items: NonEmpty<Item>, limit: number): readonly NonEmpty<Item>[] {
  const size = items.length > Math.ceil(limit / 4) ? Math.ceil(items.length / 4) : 1;
  const parts: NonEmpty<Item>[] = [];
  for (let at = 0; at < items.length; at += size) {
    const [head, ...rest] = items.slice(at, at + size);
    if (head) parts.push([head, ...rest]);
  }
  return parts;
}
