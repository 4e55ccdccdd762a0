/**
 * An even sample of a stream of unknown length, in the memory of the sample alone: each item has the same chance to
 * be in it (reservoir sampling, algorithm R; Vitter, "Random Sampling with a Reservoir", 1985).
 */
export class Sample<T> {
  readonly #size: number;
  readonly #random: () => number;
  readonly #kept: { readonly at: number; readonly item: T }[] = [];
  #seen = 0;

  /** `random` is uniform in [0, 1): a Clock's. */
  constructor(size: number, random: () => number) {
    this.#size = size;
    this.#random = random;
  }

  offer(item: T): void {
    const at = this.#seen++;
    if (at < this.#size) {
      this.#kept.push({ at, item });
      return;
    }
    const place = Math.floor(this.#random() * (at + 1));
    if (place < this.#size) this.#kept[place] = { at, item };
  }

  /** What was kept, in the order in which it came. */
  items(): readonly T[] {
    return this.#kept.toSorted((one, other) => one.at - other.at).map(({ item }) => item);
  }
}
