/**
 * The retry budget of a lane: while first attempts wait, one retried call for ten of theirs. What a brown-out
 * fails must not crowd out what was never tried, nor double the calls of a provider that is in trouble.
 *
 * It limits nothing while nothing fresh waits: a retry then takes a slot that nobody else wants, when its backoff
 * is over, and the circuit stands behind both.
 */

/** Retried calls that may go before first attempts have earned any. */
const burst = 10;
const earned = 0.1;

export class Budget {
  #calls = burst;

  /** A first attempt was sent. */
  earn(): void {
    this.#calls = Math.min(burst, this.#calls + earned);
  }

  /** Leave for one retried call; false: it has to wait. */
  spend(): boolean {
    // Ten tenths are a little less than one.
    if (this.#calls < 1 - 1e-9) return false;
    this.#calls -= 1;
    return true;
  }
}
