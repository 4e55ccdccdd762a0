/** What the emulator's record says of one lane's calls: times are its own, in monotonic milliseconds. */
import type { Call } from '../../src/emulator/call-record.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { fullestWindow } from './world.ts';

export interface Arrivals {
  readonly calls: readonly Call[];
  readonly at: readonly number[];
  /** Most calls in a rolling window, as stamped. */
  readonly fullest: number;
  /** The same as far as it is certain: a stamp made in a stall of the emulator may be too late by the stall. */
  readonly fullestSure: number;
}

export function arrivalsOf(emulator: Emulator, account: string, action: string, windowMs = 1_000): Arrivals {
  const calls = emulator
    .calls()
    .filter((call) => call.account === `key-of-${account}` && call.action === action);
  const at = calls.map((call) => call.at);
  return {
    ...{ calls, at, fullest: fullestWindow(at, windowMs) },
    get fullestSure() {
      return fullestSure(emulator, at, windowMs);
    },
  };
}

/** Most of these arrivals in a rolling window, as far as it is certain; times are the emulator's. */
export function fullestSure(emulator: Emulator, at: readonly number[], windowMs = 1_000): number {
  const { stalls } = emulator.stats();
  // A stall is noticed at most 10 ms late, and what piled up is worked off in the 25 ms after it.
  const spans = at.map((latest) => {
    const stall = stalls.find((each) => latest >= each.at - 10 && latest <= each.at + each.ms + 25);
    return { earliest: stall ? Math.min(latest, stall.at - 10) : latest, latest };
  });
  const surelyFrom = (start: number) =>
    spans.filter(({ earliest, latest }) => earliest >= start && latest < start + windowMs).length;
  return Math.max(0, ...spans.map(({ earliest }) => surelyFrom(earliest)));
}

/** The longest time without an arrival between `from` and `to`, both counted as arrivals. */
export function longestSilence(at: readonly number[], from: number, to: number): number {
  const marks = [from, ...at.filter((time) => time > from && time < to), to];
  return Math.max(...marks.slice(1).map((time, n) => time - (marks[n] ?? 0)));
}

/** Ids that stand in more than one call. */
export function repeatedIds(calls: readonly Call[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  // One that an emulator which stood still stamped late, and throttled, is rightly sent again.
  const sent = calls.filter(({ result }) => result !== 'throttled');
  for (const id of sent.flatMap(({ ids }) => ids)) (seen.has(id) ? repeated : seen).add(id);
  return repeated;
}
