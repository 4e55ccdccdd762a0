/** Things that exist, as an admin request or a test names them. Exactly one of `prefix`, `ids`, `any`. */
export interface Definition {
  /** With `count`: `<prefix>0` to `<prefix><count - 1>`. */
  readonly prefix?: string | undefined;
  readonly count?: number | undefined;
  readonly ids?: readonly string[] | undefined;
  /** Every id exists until it is deleted. */
  readonly any?: true | undefined;
  /** Thumbnails: the asset that these tasks belong to. Left out: whichever asset is asked for. */
  readonly asset?: string | undefined;
}

/** Numbered ids cost one bit each, and only once one of them was deleted. */
interface Numbered {
  readonly prefix: string;
  readonly count: number;
  readonly asset: string;
  gone: Uint8Array | undefined;
  left: number;
}

/**
 * The things that one delete action and its sibling read know of. Ids of every kind (ids, URLs, reference ids)
 * share it. Definitions add up; the same prefix or id defined again exists again.
 */
export class Inventory {
  readonly #numbered = new Map<string, Numbered>();
  readonly #listed = new Map<string, string>();
  /** What was deleted although every id exists; undefined unless every id does. */
  #exceptions: Set<string> | undefined;
  /** Things that are deleted piecemeal: id → parts that are gone. */
  readonly #parts = new Map<string, Set<string>>();
  #deleted = 0;

  define({ prefix, count = 0, ids, any, asset = '' }: Definition): void {
    if (prefix !== undefined) {
      const range = { prefix, count, asset, gone: undefined, left: count };
      this.#numbered.set(prefix, range);
      for (const id of this.#parts.keys()) if (numberIn(range, id) >= 0) this.#parts.delete(id);
    }
    for (const id of ids ?? []) {
      this.#listed.set(id, asset);
      this.#parts.delete(id);
    }
    if (any) {
      this.#exceptions = new Set();
      this.#parts.clear();
    }
  }

  has(id: string): boolean {
    return this.assetOf(id) !== undefined;
  }

  /** The asset it belongs to, '' if that is left open, undefined if there is no such thing. */
  assetOf(id: string): string | undefined {
    const listed = this.#listed.get(id);
    if (listed !== undefined) return listed;
    for (const range of this.#numbered.values()) {
      if (standing(range, numberIn(range, id))) return range.asset;
    }
    return this.#exceptions && !this.#exceptions.has(id) ? '' : undefined;
  }

  /** All that stands under one asset. */
  *under(asset: string): Generator<string> {
    for (const [id, owner] of this.#listed) if (owner === asset) yield id;
    for (const range of this.#numbered.values()) {
      if (range.asset !== asset) continue;
      for (let n = 0; n < range.count; n++) if (standing(range, n)) yield `${range.prefix}${n}`;
    }
  }

  /** Whether any of these parts of it still exists. */
  hasPart(id: string, parts: readonly string[]): boolean {
    return this.has(id) && parts.some((part) => !this.#parts.get(id)?.has(part));
  }

  /** Takes away these parts; with the last of `all` the thing itself goes. */
  removeParts(id: string, parts: readonly string[], all: readonly string[]): void {
    const gone = this.#parts.get(id) ?? new Set();
    for (const part of parts) gone.add(part);
    this.#parts.set(id, gone);
    if (all.every((part) => gone.has(part))) this.remove(id);
  }

  remove(id: string): void {
    if (!this.has(id)) return;
    this.#deleted++;
    this.#parts.delete(id);
    this.#listed.delete(id);
    this.#exceptions?.add(id);
    for (const range of this.#numbered.values()) {
      const n = numberIn(range, id);
      if (!standing(range, n)) continue;
      range.gone ??= new Uint8Array(Math.ceil(range.count / 8));
      range.gone[n >> 3] = (range.gone[n >> 3] ?? 0) | (1 << (n & 7));
      range.left--;
    }
  }

  /** `present` is null where every id exists. Ids that two definitions share count twice. */
  tally(): { readonly present: number | null; readonly deleted: number } {
    let present = this.#listed.size;
    for (const range of this.#numbered.values()) present += range.left;
    return { present: this.#exceptions ? null : present, deleted: this.#deleted };
  }
}

/** The id's number in the range, or -1: `a07` is not `a7`. */
function numberIn({ prefix, count }: Numbered, id: string): number {
  if (!id.startsWith(prefix)) return -1;
  const digits = id.slice(prefix.length);
  const n = /^(0|[1-9]\d{0,9})$/.test(digits) ? Number(digits) : -1;
  return n < count ? n : -1;
}

const standing = ({ gone }: Numbered, n: number): boolean =>
  n >= 0 && !((gone?.[n >> 3] ?? 0) & (1 << (n & 7)));
