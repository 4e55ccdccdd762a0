/** A BullMQ worker with BullMQ's own limiter, one id a call (docs.bullmq.io, "Rate limiting"). */
import { once } from 'node:events';
import { Worker } from 'bullmq';
import { peer, saidByQueue } from './peer.ts';

peer(async ({ action, cap }, work, { remove, stopped }) => {
  const worker = new Worker<{ id: string }>(action, async (job) => remove(action, [job.data.id]), {
    connection: { url: work.redisUrl },
    prefix: work.prefix,
    concurrency: cap,
    limiter: { max: cap, duration: 1_000 },
  });
  await once(stopped, 'abort');
  await worker.close();
  return saidByQueue(work, action);
});
