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

/**
 * Feeds until `signal` is aborted. After a failure the queue has to take something small before work is packed and
 * stamped for it again: what it refuses would be unstamped at once, four times a second for as long as it lasts.
 */
export async function feed(means: FeedMeans, signal: AbortSignal): Promise<void> {
  const { queues, clock, lanes, trouble } = means;
  const failed = (error: unknown): boolean => {
    trouble('feeding failed', error);
    return false;
  };
  let sure = true;
  while (!signal.aborted) {
    for (const lane of lanes()) {
      sure ||= await queues.accepting().then(() => true, failed);
      if (!sure) break;
      sure = await feedLane(means, lane).then(() => true, failed);
    }
    await pause(clock, everyMs, signal);
  }
}

/** One round for one lane; answers how many targets were offered anew. */
export async function feedLane(means: FeedMeans, lane: FedLane): Promise<number> {
  const { ledger } = means;
  const { name, operation } = lane;
  const window = queueWindow(operation, lane.rate);
  const room = window - (await ledger.offeredCount(name, window));
  const due = room > 0 ? await ledger.offerable(name, Math.min(room, mostAtOnce)) : [];
  const offered = await offer(means, lane, due, Infinity);
  // Whatever room there is: they are one job, and it must not wait for a day when nothing else does.
  return offered + (await offer(means, lane, await ledger.suspects(name, operation.batchLimit), 1));
}

/** Those whose job still exists stay there; the others get new ones, at most so many jobs in all. */
async function offer(
  { ledger, queues, clock }: FeedMeans,
  { name, operation }: FedLane,
  due: readonly Offerable[],
  most: number,
): Promise<number> {
  if (due.length === 0) return 0;
  const jobs = new Set(due.map(({ job }) => job).filter((job) => job !== ''));
  const alive = await queues.alive(name, [...jobs], offerMs);
  const stillThere = due.filter(({ job }) => alive.has(job));
  const lost = due.filter(({ job }) => !alive.has(job));
  const asked = { request: 'feeder', requester: 'expunge', reason: 'open in the ledger' };
  const packed = pack(operation, lost.map(toTarget), asked, clock).slice(0, Math.max(0, most - alive.size));

  const stamps = new Map(stillThere.map(({ key, job }) => [key, job]));
  const anew = new Map(packed.flatMap(({ job, keys }) => keys.map((key) => [key, job.id] as const)));
  await ledger.offer(new Map([...stamps, ...anew]), offerMs);
  try {
    await queues.add(
      name,
      packed.map(({ job }) => job),
    );
  } catch (error) {
    await ledger.offer(anew, 0);
    throw error;
  }
  return anew.size;
}

/** What the ledger holds was accepted before it was recorded. */
function toTarget({ key, kind, id, parent, options, urgent }: Offerable) {
  return { key, urgent, target: { by: kind, id, parent, options } as Target };
}
