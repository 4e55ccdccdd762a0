/**
 * The lane's brake. A wrong region or the wrong kind of id looks like success: everything is "already gone".
 * When too many of the last settlements are absent or refused, the lane pauses and says why; a person who
 * finds that right resumes it, and the count begins anew.
 */
import type { Settlement } from '../deletion.ts';

export interface BrakePolicy {
  /** How many of the last settlements are looked at. */
  readonly window: number;
  /** No verdict before so many. */
  readonly minimum: number;
  /** Shares, 0 to 1, above which the lane pauses. */
  readonly absentShare: number;
  readonly refusedShare: number;
}

export class Brake {
  readonly #policy: BrakePolicy | false;
  #last: Settlement[] = [];

  constructor(policy: BrakePolicy | false) {
    this.#policy = policy;
  }

  /** Counts settlements; answers the reason to pause, if they are one. */
  count(settlements: readonly Settlement[]): string | undefined {
    if (!this.#policy) return undefined;
    const { window, minimum, absentShare, refusedShare } = this.#policy;
    this.#last.push(...settlements);
    this.#last.splice(0, this.#last.length - window);
    const size = this.#last.length;
    if (size < minimum) return undefined;
    const absent = this.#last.filter((settlement) => settlement === 'absent').length;
    const refused = this.#last.filter((settlement) => settlement === 'refused').length;
    if (absent > absentShare * size)
      return (
        `brake: ${absent} of the last ${size} ids were absent at the provider; a wrong region or the wrong ` +
        `kind of id looks like this`
      );
    if (refused > refusedShare * size)
      return `brake: ${refused} of the last ${size} ids were refused; see their codes in the dead letters`;
    return undefined;
  }

  reset(): void {
    this.#last = [];
  }
}
