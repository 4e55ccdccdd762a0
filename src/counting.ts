/**
 * Counting what waits takes time in proportion to it, a scrape must not: it waits for the count a moment, and tells the
 * one before where that is not enough. A small backlog is told as it is; of a large one the count is as old as the
 * last scrape, or ten times what counting takes, whichever is more.
 */
import type { Clock } from './clock.ts';
import type { BacklogReading, LaneBacklog } from './ledger/backlog.ts';
import { within } from './within.ts';

/** How long a scrape waits for the count. */
const patienceMs = 20;
/** At most one part in so many of the time is spent on counting. */
const rests = 10;
/** What was counted before is not told beyond this age, unless counting takes so long: nobody scraped for a while. */
const stalestMs = 60_000;

export type Count = (lanes: readonly string[]) => Promise<ReadonlyMap<string, LaneBacklog>>;

/** Counts these lanes: rejects where the ledger is away, waits where there is nothing to tell yet. */
export function counting(ledger: BacklogReading, clock: Clock): Count {
  let last: {
    readonly at: number;
    readonly tookMs: number;
    readonly of: ReadonlyMap<string, LaneBacklog>;
  } = { at: -Infinity, tookMs: 0, of: new Map() };
  let under: Promise<void> | undefined;

  const count = async (lanes: readonly string[]) => {
    const at = clock.monotonic();
    const of = await ledger.backlog(lanes);
    last = { at, tookMs: clock.monotonic() - at, of };
  };
  return async (lanes) => {
    const { at, tookMs, of } = last;
    const age = clock.monotonic() - at;
    const known = lanes.every((lane) => of.has(lane));
    // What is new here is told after its first count: the others are not kept waiting for it.
    const some = lanes.some((lane) => of.has(lane));
    if (!known || age >= tookMs * rests)
      under ??= count(lanes).finally(() => {
        under = undefined;
      });
    if (under)
      await (some && age < Math.max(stalestMs, 2 * rests * tookMs)
        ? within(clock, patienceMs, under, () => undefined)
        : under);
    return last.of;
  };
}
