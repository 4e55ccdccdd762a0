/**
 * One lane's limiter: Bottleneck hands out turns, the ring decides when a turn may be taken, the pace how far
 * apart turns lie while the provider throttles.
 *
 * Guaranteed: no window, by the monotonic clock and at our socket, holds more written calls than the cap,
 * whatever the process, the wall clock or the connections do; after a stall nothing is caught up in a burst.
 * Not guaranteed: fairness among callers beyond first come, first served, and anything between processes.
 * Traded: 4 % of a one-second cap (the headroom) for exactness at the provider under 40 ms of jitter.
 */
import type { Clock } from './clock.ts';
import { Pace } from './pace.ts';
import { Ring } from './ring.ts';
import { createTurns } from './turns.ts';

/** A documented limit: so many calls in any rolling second or minute. */
export interface Cap {
  readonly calls: number;
  readonly per: 'second' | 'minute';
}

/** A call is admitted, then ends in exactly one of `write` or `unwritten`. */
export interface Limiter {
  /**
   * Waits for the turn, then runs `start` in the very tick in which the turn is taken. One turn is one provider
   * call. Never rejects; resolves to false, without `start`, when the limiter is stopped. Above 100 calls/s the
   * turns of some 10 ms come together: whoever wants them all keeps that many calls waiting.
   */
  admit(start: () => void): Promise<boolean>;
  /**
   * To be asked at the moment when the request is written to the socket. True: counted, go. False: this write
   * would break the window; nothing was counted and the call must not be sent.
   */
  write(): boolean;
  /** An admitted call that will never be written frees its place. */
  unwritten(): void;
  /** A written call that timed out may still arrive: it counts once more, from now. */
  late(): void;
  /** The provider throttled a call: pauses for `retryAfter` milliseconds (at most 5 minutes) and lowers the rate. */
  throttled(retryAfter?: number): void;
  /** A call was answered and not throttled. */
  accepted(): void;
  /**
   * Milliseconds until the k-th slot from now, 0 for now; `dueIn(0)` is the next. Counts slots, not calls: those
   * that wait in `admit` take the first ones. An estimate.
   */
  dueIn(k: number): number;
  /** Counts calls that a former owner wrote so many milliseconds ago; negative for those yet to be expected. */
  restore(ages: readonly number[]): void;
  /** Nothing is admitted or written for so many milliseconds from now. */
  holdFor(ms: number): void;
  /** In force at once, over calls that were already written too. */
  setCap(cap: Cap): void;
  readonly cap: Cap;
  /** The learned rate, calls per second: the cap's unless the provider throttled. */
  readonly rate: number;
  /** Calls in the fullest window since the last asking. */
  takeWindowMax(): number;
  /** Ends all waiting; admitted calls still end in `write` or `unwritten`. */
  stop(): void;
}

export interface LimiterOptions {
  /** Milliseconds by which delays to the provider may vary; added to the window, so it costs its share of the cap. Default 40. */
  readonly headroomMs?: number;
}

/** Milliseconds of the cap's period. */
export const windowOf = (cap: Cap): number => (cap.per === 'second' ? 1_000 : 60_000);
/**
 * Turns may come closer than evenly, so that a stall is made up for within the window; hardly closer where
 * windows are long, or a minute's calls would be gone in 48 s.
 */
const closeness = (cap: Cap): number => (cap.per === 'second' ? 0.8 : 0.98);
/** Bottleneck spends some 4 ms on a turn: above 100 calls/s a turn admits several calls. */
const shortestTurn = 10;
const longestPause = 300_000;
const unhintedPause = 250;

/** Milliseconds between turns for Bottleneck. */
const minTime = (cap: Cap): number => Math.max(windowOf(cap) / cap.calls, shortestTurn) * closeness(cap);

export function createLimiter(initial: Cap, clock: Clock, { headroomMs = 40 }: LimiterOptions = {}): Limiter {
  let cap = initial;
  const ring = new Ring(cap.calls, windowOf(cap), headroomMs);
  const pace = new Pace((cap.calls / windowOf(cap)) * 1_000, windowOf(cap));
  const turns = createTurns(clock, minTime(cap), take, () => waiting.length > 0);
  const waiting: { start: () => void; resolve: (admitted: boolean) => void }[] = [];
  /** Admitted and not yet written: stamps to come. */
  let unstamped = 0;
  let nextTurn = -Infinity;
  let pausedUntil = -Infinity;
  let heldUntil = -Infinity;
  let stopped = false;
  let cancelTimer = (): void => {};

  /** Calls of a turn taken now, and milliseconds until the next. */
  function turn(now: number): { calls: number; gap: number } {
    const rate = pace.rate(now) / 1_000;
    const calls = Math.max(1, Math.ceil(rate * shortestTurn));
    const learned = rate < cap.calls / windowOf(cap);
    return { calls, gap: (calls / rate) * (learned ? 1 : closeness(cap)) };
  }

  /** Takes the turn that Bottleneck gave as soon as it is due; asked again whenever that may have changed. */
  function take(): void {
    cancelTimer();
    if (!turns.ours()) return;
    const now = clock.monotonic();
    const due = Math.max(nextTurn, pausedUntil, heldUntil, ring.due(unstamped));
    if (due > now) {
      if (due < Infinity) cancelTimer = clock.after(Math.ceil(due - now), take);
      return;
    }
    const { calls, gap } = turn(now);
    nextTurn = now + gap;
    turns.end();
    for (let call = 0; call < calls && ring.due(unstamped) <= now; call += 1) {
      const first = waiting.shift();
      if (first === undefined) return;
      unstamped += 1;
      first.start();
      first.resolve(true);
    }
  }

  /** The call that was admitted becomes a stamp, or nothing. */
  function leave(): void {
    if (unstamped === 0) throw new Error('a call ended that was not admitted');
    unstamped -= 1;
  }

  return {
    admit(start) {
      if (stopped) return Promise.resolve(false);
      return new Promise((resolve) => {
        waiting.push({ start, resolve });
        turns.ask();
      });
    },
    write() {
      leave();
      const now = clock.monotonic();
      const stamped = now >= heldUntil && ring.stamp(now);
      take();
      return stamped;
    },
    unwritten() {
      leave();
      take();
    },
    late() {
      ring.add(clock.monotonic());
      take();
    },
    throttled(retryAfter) {
      const now = clock.monotonic();
      const cut = pace.throttled(now);
      const ms = retryAfter === undefined ? (cut ? unhintedPause : 0) : Math.min(retryAfter, longestPause);
      pausedUntil = Math.max(pausedUntil, now + ms);
      take();
    },
    accepted: () => pace.accepted(clock.monotonic()),
    dueIn(k) {
      const now = clock.monotonic();
      const { calls, gap } = turn(now);
      const first = Math.max(now, nextTurn, pausedUntil, heldUntil);
      const slot = (n: number): number => {
        const free =
          unstamped + n < cap.calls
            ? ring.due(unstamped + n)
            : (n < cap.calls ? now : slot(n - cap.calls)) + ring.span;
        return Math.max(first + Math.floor(n / calls) * gap, free);
      };
      return slot(k) - now;
    },
    restore(ages) {
      const now = clock.monotonic();
      for (const age of ages) ring.add(now - age);
      take();
    },
    holdFor(ms) {
      heldUntil = Math.max(heldUntil, clock.monotonic() + ms);
      take();
    },
    setCap(next) {
      const now = clock.monotonic();
      cap = next;
      ring.setCap(cap.calls, windowOf(cap));
      pace.setCap((cap.calls / windowOf(cap)) * 1_000, windowOf(cap), now);
      nextTurn = Math.min(nextTurn, now + turn(now).gap);
      turns.setMinTime(minTime(cap));
      take();
    },
    get cap() {
      return cap;
    },
    get rate() {
      return pace.rate(clock.monotonic());
    },
    takeWindowMax: () => ring.takeFullest(clock.monotonic()),
    stop() {
      stopped = true;
      cancelTimer();
      turns.stop();
      for (const call of waiting.splice(0)) call.resolve(false);
    },
  };
}
