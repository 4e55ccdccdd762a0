/**
 * A BullMQ worker with clustered Bottleneck, one id a call: as people write it who run several workers (Bottleneck's
 * README, "Clustering"), so that all of them share the limiter's state in Redis.
 */
import { once } from 'node:events';
import Bottleneck from 'bottleneck';
import { Worker } from 'bullmq';
import { peer, saidByQueue } from './peer.ts';

peer(async ({ action, cap }, work, { remove, stopped }) => {
  const { hostname: host, port } = new URL(work.redisUrl);
  const limiter = new Bottleneck({
    id: `${work.prefix}-${action}`,
    datastore: 'ioredis',
    clientOptions: { host, port: Number(port) },
    minTime: Math.ceil(1_000 / cap),
    maxConcurrent: cap,
  });
  const worker = new Worker<{ id: string }>(
    action,
    (job) => limiter.schedule(() => remove(action, [job.data.id])),
    { connection: { url: work.redisUrl }, prefix: work.prefix, concurrency: cap },
  );
  await once(stopped, 'abort');
  await worker.close();
  await limiter.disconnect();
  return saidByQueue(work, action);
});
