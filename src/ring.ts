/**
 * The send times of one lane, by the monotonic clock, and the one question that keeps the cap: when was the
 * cap-th last call? Call n is allowed once call n − cap is older than the window and the headroom, so no
 * window holds more than `cap` calls, and at the provider none does while delays vary by less than the headroom.
 *
 * Pure: every method is handed the time. History outlives a change of cap, also to the longest window.
 */
const longestWindow = 60_000;
/** Forgotten stamps are cut off in one go when there are this many, so that stamping stays O(1). */
const cutAt = 4_096;

export class Ring {
  /** Ascending, though not by arrival: a predecessor's calls may be stamped ahead of now. */
  #times: number[] = [];
  #fullest = 0;
  #cap: number;
  #window: number;
  readonly #headroom: number;

  /** `window` and `headroom` in milliseconds. */
  constructor(cap: number, window: number, headroom: number) {
    this.#cap = cap;
    this.#window = window;
    this.#headroom = headroom;
  }

  /** How long a stamp counts, in milliseconds. */
  get span(): number {
    return this.#window + this.#headroom;
  }

  setCap(cap: number, window: number): void {
    this.#cap = cap;
    this.#window = window;
  }

  /**
   * When a call may be written that has `ahead` admitted but unwritten calls before it. `Infinity`: not
   * before one of those is written, since their stamps lie in the future.
   */
  due(ahead: number): number {
    const index = this.#times.length + ahead - this.#cap;
    if (index < 0) return -Infinity;
    return (this.#times[index] ?? Infinity) + this.span;
  }

  /** A call is being written: stamps it, or refuses it because the window is full. */
  stamp(at: number): boolean {
    if (this.due(0) > at) return false;
    this.add(at);
    this.#fullest = Math.max(this.#fullest, this.#within(at));
    return true;
  }

  /** Counts a call that nobody can refuse: one that may arrive late, or that a former owner sent. */
  add(at: number): void {
    const times = this.#times;
    let place = times.length;
    while (place > 0 && (times[place - 1] ?? 0) > at) place -= 1;
    if (place === times.length) times.push(at);
    else times.splice(place, 0, at);
    if ((times[cutAt] ?? Infinity) <= at - longestWindow - this.#headroom) times.splice(0, cutAt);
  }

  /** Calls in the fullest window that ended since the last asking. */
  takeFullest(at: number): number {
    const fullest = this.#fullest;
    this.#fullest = this.#within(at);
    return fullest;
  }

  #within(at: number): number {
    return this.#after(at) - this.#after(at - this.#window);
  }

  /** The index of the first stamp later than `at`, by bisection. */
  #after(at: number): number {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
