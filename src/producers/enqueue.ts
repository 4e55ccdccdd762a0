/**
 * Enqueue: record, then queue. "Accepted" means the ledger has it; whether Redis could be told at once only
 * decides who does it: this process now, or the feeder a moment later.
 */
import type { Clock } from '../clock.ts';
import type { DeletionRequest } from '../deletion.ts';
import { laneName } from '../deletion.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OnceRow } from '../ledger/once.ts';
import type { KeyedTarget, Recorded } from '../ledger/record.ts';
import type { Operation } from '../providers/operation.ts';
import { reusedKinds } from '../providers/operations.ts';
import type { Queues } from '../queue.ts';
import { directWindow, offerMs, queueWindow, type FeedRate } from './feed.ts';
import { pack } from './pack.ts';

export interface Enqueuing {
  readonly ledger: Ledger;
  /** Undefined where no Redis is at hand: then all of it waits for the feeder. */
  readonly queues: Pick<Queues, 'add'> | undefined;
  readonly clock: Clock;
  /** Told when the queue could not be told: the feeder will. */
  readonly onQueueAway: (error: unknown) => void;
}

export interface Enqueued extends Omit<Recorded, 'offered' | 'open'> {
  readonly request: string;
}

/** Targets recorded per transaction: a commit of some tens of ms, other writers wait no longer. */
const chunk = 5_000;

export async function enqueue(
  means: Enqueuing,
  operation: Operation,
  rate: FeedRate,
  request: Omit<DeletionRequest, 'targets'>,
  targets: readonly KeyedTarget[],
  onProgress: (recorded: number) => void = () => undefined,
  once?: OnceRow,
): Promise<Enqueued> {
  const { ledger, clock } = means;
  const lane = laneName(request.account, request.operation);
  const id = clock.id();
  // A request that fills jobs of its own may fill the queue; small ones are better packed by the feeder.
  const fills = targets.length >= operation.batchLimit;
  const window = fills ? queueWindow(operation, rate) : directWindow(operation, rate);
  const total = { accepted: 0, duplicates: 0, alreadySettled: 0 };
  const now = request.notBefore === 0;
  // A queue that did not answer to one part of a large request is not waited for at each of the others.
  let { queues } = means;
  const onQueueAway = (error: unknown) => {
    queues = undefined;
    means.onQueueAway(error);
  };
  const counts = queues && now && !request.urgent;
  let room = counts ? window - (await ledger.offeredCount(lane, window)) : 0;
  for (let at = 0; at < targets.length; at += chunk) {
    const part = targets.slice(at, at + chunk);
    // Urgent targets are offered whatever waits before them, uncounted; the rest while the queue is short.
    const most = request.urgent ? part.length : Math.max(0, room);
    const offered = queues && now ? part.slice(0, most) : [];
    room -= offered.length;
    const present = { ...means, queues, onQueueAway };
    const recorded = await recordAndQueue(
      present,
      operation,
      lane,
      id,
      request,
      part,
      offered,
      at === 0 ? once : undefined,
    );
    total.accepted += recorded.accepted;
    total.duplicates += recorded.duplicates;
    total.alreadySettled += recorded.alreadySettled;
    onProgress(at + part.length);
  }
  return { request: id, ...total };
}

async function recordAndQueue(
  { ledger, queues, clock, onQueueAway }: Enqueuing,
  operation: Operation,
  lane: string,
  id: string,
  request: Omit<DeletionRequest, 'targets'>,
  part: readonly KeyedTarget[],
  offered: readonly KeyedTarget[],
  once: OnceRow | undefined,
): Promise<Recorded> {
  const { urgent, requester, reason } = request;
  const asked = { request: id, requester, reason };
  const packed = pack(
    operation,
    offered.map(({ key, target }) => ({ key, target, urgent })),
    asked,
    clock,
  );
  const jobOf = new Map(packed.flatMap(({ job, keys }) => keys.map((key) => [key, job.id] as const)));
  const targets = part.map((entry) => ({ ...entry, job: jobOf.get(entry.key) ?? '' }));
  const recorded = await ledger.record(id, lane, request, targets, reusedKinds(operation), offerMs, once);
  // An urgent job is queued for what is open already too: it overtakes the job that others wait for.
  const wanted = urgent ? recorded.open : recorded.offered;
  const jobs = packed.filter(({ keys }) => keys.some((key) => wanted.has(key)));
  try {
    if (queues && jobs.length > 0)
      await queues.add(
        lane,
        jobs.map(({ job }) => job),
      );
  } catch (error) {
    onQueueAway(error);
    // It is on record, whatever comes of this: unless taken back now, the offer ends by itself.
    const back = new Map([...recorded.offered].map((key) => [key, jobOf.get(key) ?? '']));
    await ledger.offer(back, 0).catch(onQueueAway);
  }
  return recorded;
}
