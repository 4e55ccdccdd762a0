/**
 * Counts events in the window that ends now, and keeps the fullest window there ever was. Two events exactly one
 * length apart are in different windows. An event that comes with an older time than the last (its body took
 * longer than its head) leaves the window together with that one.
 */
export class RollingWindow {
  readonly #length: number;
  #times: number[] = [];
  #first = 0;
  #fullest = 0;

  /** Length in milliseconds. */
  constructor(length: number) {
    this.#length = length;
  }

  get fullest(): number {
    return this.#fullest;
  }

  /** Events in the window that ends at `at`. */
  count(at: number): number {
    while ((this.#times[this.#first] ?? Infinity) <= at - this.#length) this.#first++;
    // Forget what left the window once it is the larger part: each event is moved once, on average.
    if (this.#first > 64 && this.#first * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#first);
      this.#first = 0;
    }
    return this.#times.length - this.#first;
  }

  add(at: number): void {
    this.#times.push(at);
    this.#fullest = Math.max(this.#fullest, this.count(at));
  }
}
