/** What the provider's record says of a drain: how fast, how full, and whether ever above the cap. */
import type { Call } from '../src/emulator/call-record.ts';
import type { Stall } from '../src/emulator/stalls.ts';

export interface Pace {
  readonly calls: number;
  readonly throttled: number;
  /** Ids a second, from the first call to the last. */
  readonly idsPerSecond: number;
  /** The same without the first second, in which a lane that was closed begins to move. */
  readonly steadyPerSecond: number;
  /** Ids that a call named. */
  readonly fill: number;
  /** Most arrivals in a rolling second, as stamped. */
  readonly fullest: number;
  /** The same, without what only a stall of the emulator has bunched. */
  readonly fullestSure: number;
  /** From the first call until the last job had ended. */
  readonly emptiedSeconds: number;
}

const secondMs = 1_000;

export function paceOf(calls: readonly Call[], stalls: readonly Stall[], ended: number): Pace {
  const at = calls.map((call) => call.at);
  const first = at[0] ?? NaN;
  const rateOf = (some: readonly Call[]) => {
    const lasted = (some.at(-1)?.at ?? NaN) - (some[0]?.at ?? NaN);
    // The last call of n ends no interval: n - 1 of them were made in this time.
    const seconds = (lasted * some.length) / (some.length - 1) / 1_000;
    return sum(some.map((call) => call.deleted.length)) / seconds;
  };
  const named = sum(calls.map(({ ids }) => ids.length));
  return {
    calls: calls.length,
    throttled: calls.filter(({ result }) => result === 'throttled').length,
    idsPerSecond: rateOf(calls),
    steadyPerSecond: rateOf(calls.filter((call) => call.at >= first + secondMs)),
    fill: named / calls.length,
    fullest: fullest(at.map((time) => [time, time] as const)),
    fullestSure: fullest(at.map((time) => [earliest(time, stalls), time] as const)),
    emptiedSeconds: (ended - first) / 1_000,
  };
}

/**
 * When a call that was stamped so may have arrived: a stall is noticed at most 10 ms late, and what piled up in it is
 * worked off in the 25 ms after it.
 */
function earliest(at: number, stalls: readonly Stall[]): number {
  const stall = stalls.find((each) => at >= each.at - 10 && at <= each.at + each.ms + 25);
  return stall ? Math.min(at, stall.at - 10) : at;
}

/** Most arrivals that surely lie in one rolling second; each lies between two times. */
function fullest(spans: readonly (readonly [earliest: number, latest: number])[]): number {
  const sorted = spans.toSorted(([a], [b]) => a - b);
  const counts = sorted.map(([start], n) => {
    let count = 0;
    for (let next = n; (sorted[next]?.[0] ?? Infinity) < start + secondMs; next++)
      if ((sorted[next]?.[1] ?? Infinity) < start + secondMs) count++;
    return count;
  });
  return Math.max(0, ...counts);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
