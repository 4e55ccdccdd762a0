/**
 * The feeder: keeps each lane's queue some seconds of work long, from what waits in the ledger, packed into
 * full jobs. An offer that runs out unsettled is looked at again: where its job still exists only the stamp
 * moves, otherwise the target is offered under a new job. A Redis that lost everything is just that.
 */
import { pause, type Clock } from '../clock.ts';
import type { Target } from '../deletion.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Offerable } from '../ledger/offer.ts';
import type { Operation } from '../providers/operation.ts';
import type { Queues } from '../queue.ts';
import { pack } from './pack.ts';

/** How long an offer holds. */
export const offerMs = 45_000;
const everyMs = 250;
/** The queue holds so many seconds of work at the cap. */
const windowSeconds = 5;
/** Producers add to it themselves only while it holds less than this: twice what passes between two feedings. */
const directSeconds = 0.5;
/** One round offers at most so many targets of a lane, so that lanes take turns. */
const mostAtOnce = 5_000;

/** A lane's cap: what decides how much work a second is. */
export interface FeedRate {
  readonly calls: number;
  readonly per: 'second' | 'minute';
}

/** Targets that may stand in a lane's queue. */
export const queueWindow = (operation: Operation, rate: FeedRate): number =>
  Math.max(10 * operation.batchLimit, work(operation, rate, windowSeconds));

/**
 * Targets that may stand in it for a producer to add a small request at once: half a second's work, so that an id
 * which could be sent now is. Beyond that the feeder packs them into full jobs, each a twentieth of the work for all.
 */
export const directWindow = (operation: Operation, rate: FeedRate): number =>
  Math.max(operation.batchLimit, work(operation, rate, directSeconds));

function work({ batchLimit }: Operation, { calls, per }: FeedRate, seconds: number): number {
  const perSecond = per === 'second' ? calls : calls / 60;
  return Math.ceil(perSecond * batchLimit * seconds);
}

export interface FedLane {
  readonly name: string;
  readonly operation: Operation;
  readonly rate: FeedRate;
}

export interface FeedMeans {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly clock: Clock;
  /** The lanes to feed now. */
  readonly lanes: () => readonly FedLane[];
  readonly trouble: (what: string, error: unknown) => void;
}

/** Feeds until `signal` is aborted. */
export async function feed(means: FeedMeans, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const lane of means.lanes())
      await feedLane(means, lane).catch((error: unknown) => means.trouble('feeding failed', error));
    await pause(means.clock, everyMs, signal);
  }
}

/** One round for one lane; answers how many targets were offered anew. */
export async function feedLane({ ledger, queues, clock }: FeedMeans, lane: FedLane): Promise<number> {
  const { name, operation } = lane;
  const window = queueWindow(operation, lane.rate);
  const room = window - (await ledger.offeredCount(name, window));
  if (room <= 0) return 0;
  const due = await ledger.offerable(name, Math.min(room, mostAtOnce));
  if (due.length === 0) return 0;

  const jobs = new Set(due.map(({ job }) => job).filter((job) => job !== ''));
  const alive = await queues.alive(name, [...jobs]);
  const stillThere = due.filter(({ job }) => alive.has(job));
  const anew = due.filter(({ job }) => !alive.has(job));
  const asked = { request: 'feeder', requester: 'expunge', reason: 'open in the ledger' };
  const packed = pack(operation, anew.map(toTarget), asked, clock);

  const stamps = new Map(stillThere.map(({ key, job }) => [key, job]));
  for (const { job, keys } of packed) for (const key of keys) stamps.set(key, job.id);
  await ledger.offer(stamps, offerMs);
  try {
    await queues.add(
      name,
      packed.map(({ job }) => job),
    );
  } catch (error) {
    await ledger.offer(new Map(anew.map(({ key }) => [key, stamps.get(key) ?? ''])), 0);
    throw error;
  }
  return anew.length;
}

/** What the ledger holds was accepted before it was recorded. */
function toTarget({ key, kind, id, parent, options, urgent }: Offerable) {
  return { key, urgent, target: { by: kind, id, parent, options } as Target };
}
