/**
 * The learned rate: the calls per second that the provider is believed to take now. The documented cap is only
 * where it starts, since other programs spend the same cap and the enforced limit prevails.
 *
 * Down by the throttled share of the latest answers, at most once a window, because all calls in flight tell
 * of the same congestion; then up again, slowly at first and ever faster the longer no cut was needed. Throttles
 * at a rate that the last cut should have made safe cast doubt on it: they may not depend on our rate at all.
 * Each doubt halves the cut, and after some the rate climbs through them until it is time for a new trial;
 * or a few per cent of stray throttles would starve the lane.
 *
 * Pure: every method is handed the monotonic time in milliseconds. The figures were chosen by simulation
 * (test/limiter/pace.test.ts).
 */

/** Share of the rate given up beyond what was throttled, so that the next window is clean. */
const margin = 0.05;
/** One cut takes no more: the first window after a surprise says little about how much is left. */
const deepest = 0.4;
/** A throttled share this large is due to our rate, whatever is doubted. */
const blatant = 0.25;
/** Share of the cap regained in the first doubling time after a cut; in each further one, twice as much. */
const regain = 0.1;
/** Share of the cap that is always tried. */
const floor = 0.05;
/** Doubts after which throttles that are not blatant are ignored, until the trial is over. */
const mostDoubts = 3;
/** Answers that make a share worth believing. */
const enough = 20;

export class Pace {
  #cap: number;
  #window: number;
  /** The rate at the last cut, and when that was. */
  #base: number;
  #cutAt = -Infinity;
  /** What the trial takes for the provider's limit, and when it began. */
  #limit = 0;
  #triedAt = -Infinity;
  #doubts = 0;
  #share = new Share();

  /** `cap` in calls per second, `window` in milliseconds. */
  constructor(cap: number, window: number) {
    this.#cap = cap;
    this.#window = window;
    this.#base = cap;
  }

  /** Calls per second, never above the cap. */
  rate(at: number): number {
    const doublings = (at - this.#cutAt) / Math.max(15_000, 5 * this.#window);
    return Math.min(this.#cap, this.#base + this.#cap * regain * (2 ** doublings - 1));
  }

  /** What was learned stays; where nothing was, the rate is the new cap. */
  setCap(cap: number, window: number, at: number): void {
    const rate = this.rate(at);
    this.#base = rate < this.#cap ? Math.min(rate, cap) : cap;
    this.#cap = cap;
    this.#window = window;
  }

  accepted(at: number): void {
    this.#share.count(at, this.#window, false);
  }

  /** True if this throttle began a trial of a lower rate; the others tell of congestion that was cut for, or are doubted. */
  throttled(at: number): boolean {
    this.#share.count(at, this.#window, true);
    if (at - this.#cutAt < this.#window) return false;
    const rate = this.rate(at);
    const share = this.#share.value();
    const onTrial = share < blatant && at - this.#triedAt < Math.max(60_000, 12 * this.#window);
    if (onTrial && this.#doubts === mostDoubts) return false;
    if (onTrial && rate < this.#limit * (1 - margin / 2)) {
      this.#doubts += 1;
    } else {
      this.#doubts = 0;
      this.#limit = rate * (1 - share);
      this.#triedAt = at;
    }
    const cut = Math.min(deepest, share + margin) / 2 ** this.#doubts;
    this.#base = Math.min(this.#cap, Math.max(rate * (1 - cut), this.#cap * floor, 1_000 / this.#window));
    this.#cutAt = at;
    this.#share = new Share();
    return this.#doubts === 0;
  }
}

/** The throttled share of the answers of the last one to two windows, or of more until there are enough. */
class Share {
  #from = -Infinity;
  #before = { throttled: 0, all: 0 };
  #now = { throttled: 0, all: 0 };

  count(at: number, window: number, throttled: boolean): void {
    if (at - this.#from >= window && this.#now.all >= enough / 2) {
      this.#before = this.#now;
      this.#now = { throttled: 0, all: 0 };
      this.#from = at;
    }
    this.#now.all += 1;
    if (throttled) this.#now.throttled += 1;
  }

  value(): number {
    return (
      (this.#before.throttled + this.#now.throttled) / Math.max(enough, this.#before.all + this.#now.all)
    );
  }
}
