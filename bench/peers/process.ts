/** Runs one of the peers, in a process of its own, over jobs that wait or ids that it is given. */
import { Queue } from 'bullmq';
import { keyOf, type Contest, type Drained, type Work } from '../contest.ts';
import { each, idsOf, lanes, type Action } from '../lanes.ts';
import { Measured } from '../process.ts';
import { queueJob, type Told, type Work as Given } from './peer.ts';

export interface Peer {
  readonly program: string;
  /** Its ids wait in BullMQ. */
  readonly queued: boolean;
}

export async function peerDrains(
  contest: Contest,
  account: string,
  { program, queued }: Peer,
  { from, count, seconds }: Work,
): Promise<Drained> {
  const given: Given = {
    ...{ redisUrl: contest.redis.url, prefix: account, endpoint: contest.emulator.url },
    ...keyOf(account),
    ids: { from, count },
  };
  if (queued) for (const { action } of lanes) await putJobs(given, action);
  const process = await Measured.start([`peers/${program}`, JSON.stringify(given)]);
  process.watch();
  const ended: Record<Action, number> = each(() => Infinity);
  process.on('emptied', ({ emptied }: { emptied: Action }) => (ended[emptied] = contest.now()));
  const told = process.ask<Told>('go', 'said');
  const stop = seconds === Infinity ? undefined : setTimeout(() => process.say('stop'), seconds * 1_000);
  const { said } = await told;
  clearTimeout(stop);
  const { cpuMs } = await process.since();
  await process.stop();
  return { account, said, ended: stop ? each(() => Infinity) : ended, cpuMs };
}

async function putJobs({ redisUrl, prefix, ids: { from, count } }: Given, action: Action): Promise<void> {
  const queue = new Queue(action, { connection: { url: redisUrl }, prefix });
  await queue.addBulk(idsOf(action, from, count).map(queueJob));
  await queue.close();
}
