/** The queue of a process that only produces: used whenever Redis answers and is fit, never waited for again. */
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { signerWith } from '../job-signature.ts';
import type { Queues } from '../queue.ts';
import { redisAtHand } from './redis-at-hand.ts';

export interface ProducerQueue {
  /** Undefined while Redis is away or would evict jobs: what is accepted meanwhile waits for the feeder. */
  atHand(): Promise<Pick<Queues, 'add'> | undefined>;
  close(): Promise<void>;
}

/** How long a Redis may take to connect at start. */
const patienceMs = 2_000;
/** Whether it is fit is asked so often at most: where it is cut off silently, asking takes as long as a command may. */
const everyMs = 5_000;

/** Of the configured Redis, or of the private one that runs here; none is started. */
export async function queueOf(config: Config, clock: Clock): Promise<ProducerQueue> {
  const url = await redisAtHand(config, clock);
  if (url === undefined) return { atHand: async () => undefined, close: async () => undefined };
  const { openQueues } = await import('../queue.ts');
  const queues = openQueues({
    ...{ ...config.redis, url, clock, sign: signerWith(config.signingKeys) },
    // Errors of a connection that is being made anew; what could not be added is heard of by whoever adds.
    onError: () => undefined,
  });
  await queues.connected(patienceMs).catch(() => undefined);
  let asked = { at: -Infinity, fit: Promise.resolve(false) };
  return {
    async atHand() {
      if (clock.monotonic() - asked.at >= everyMs) {
        const fit = queues.unfit().then(
          (reason) => reason === undefined,
          () => false,
        );
        asked = { at: clock.monotonic(), fit };
      }
      return (await asked.fit) ? queues : undefined;
    },
    close: () => queues.close(),
  };
}
