/**
 * The feeder: keeps each lane's queue some seconds of work long, from what waits in the ledger, packed into
 * full jobs. An offer that runs out unsettled is looked at again: where its job still exists only the stamp
 * moves, otherwise the target is offered under a new job. A Redis that lost everything is just that.
 */
import { atMost } from './at-most.ts';
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
/**
 * One round offers at most so many targets of a lane, so that lanes take turns; and no more at a time of all lanes
 * together, since claims of the same ledger wait for the commit: some 27 ms.
 */
const mostAtOnce = 5_000;
/** Lanes that are fed side by side: what they ask of the ledger and of Redis goes together. */
const lanesAtOnce = 16;
/** A lane whose queue was full is left alone for so long: a fifth of it is gone then, which makes full jobs. */
const restMs = 1_000;

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
  const { ledger, queues, clock, lanes, trouble } = means;
  const failed = (error: unknown): boolean => {
    trouble('feeding failed', error);
    return false;
  };
  const offering = atMost(mostAtOnce);
  let sure = true;
  /** Lanes that were full, and until when they rest, in monotonic ms. */
  const resting = new Map<string, number>();
  const feedOne = async (lane: FedLane, urgent: boolean): Promise<void> => {
    const { full } = await feedLane(means, lane, urgent, offering);
    if (full) resting.set(lane.name, clock.monotonic() + restMs);
  };
  /** In most rounds most lanes want nothing: they cost one question for all of them. */
  const round = async (): Promise<void> => {
    const owned = lanes();
    if (owned.length === 0) return;
    const now = clock.monotonic();
    for (const [name, until] of resting) if (until <= now) resting.delete(name);
    const { due, urgent, suspected } = await ledger.lanesToOffer(owned.map(({ name }) => name));
    const hungry = owned.filter(({ name }) => due.has(name) && (!resting.has(name) || urgent.has(name)));
    const accepting = async () => (sure ||= await queues.accepting().then(() => true, failed));
    for (let at = 0; at < hungry.length && !signal.aborted; at += lanesAtOnce) {
      if (!(await accepting())) return;
      const some = hungry.slice(at, at + lanesAtOnce);
      const fed = some.map((lane) => feedOne(lane, urgent.has(lane.name)).then(() => true, failed));
      sure = !(await Promise.all(fed)).includes(false);
    }
    // One after the other: there must not be two jobs of them.
    for (const lane of owned)
      if (suspected.has(lane.name) && (await accepting()))
        sure = await feedSuspects(means, lane).then(() => true, failed);
  };
  while (!signal.aborted) {
    await round().catch((error: unknown) => void (sure = failed(error)));
    await pause(clock, everyMs, signal);
  }
}

export interface Fed {
  /** Targets offered anew. */
  readonly offered: number;
  /** The lane's queue has no room for another full job. */
  readonly full: boolean;
}

/**
 * One round for one lane, without its suspects. What is `urgent` is offered whatever room there is, a job of it at a
 * time.
 */
export async function feedLane(
  means: FeedMeans,
  lane: FedLane,
  urgent = false,
  offering = atMost(mostAtOnce),
): Promise<Fed> {
  const { ledger } = means;
  const { name, operation } = lane;
  const { batchLimit } = operation;
  const window = queueWindow(operation, lane.rate);
  const room = window - (await ledger.offeredCount(name, window));
  const most = Math.max(Math.min(room - (room % batchLimit), mostAtOnce), urgent ? batchLimit : 0);
  const due = most > 0 ? await ledger.offerable(name, most) : [];
  const offered = await offering(due.length, () => offer(means, lane, due, Infinity));
  return { offered, full: room - due.length < batchLimit };
}

/**
 * The next job of suspects, if there is none; answers how many they are. Whatever room there is: they are one job,
 * and it must not wait for a day when nothing else does.
 */
export async function feedSuspects(means: FeedMeans, lane: FedLane): Promise<number> {
  const { name, operation } = lane;
  return offer(means, lane, await means.ledger.suspects(name, operation.batchLimit), 1);
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
