/** A date 15 minutes ahead of the server's clock stays acceptable for 30: a nonce has to be known as long. */
const remembered = 30 * 60_000;

/** Nonces by access key, each for 30 minutes of the emulator's wall clock. */
export class Nonces {
  readonly #known = new Map<string, Map<string, number>>();

  /** False if the key's nonce was used before; else it is used now. */
  use(keyId: string, nonce: string, now: number): boolean {
    const known = this.#known.get(keyId) ?? new Map<string, number>();
    this.#known.set(keyId, known);
    // A Map keeps the order of insertion, so the oldest come first.
    for (const [old, usedAt] of known) {
      if (now - usedAt <= remembered) break;
      known.delete(old);
    }
    if (known.has(nonce)) return false;
    known.set(nonce, now);
    return true;
  }

  clear(): void {
    this.#known.clear();
  }
}
