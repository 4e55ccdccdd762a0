/** The queue, where a Redis is at hand; nothing is started for it, since accepting needs the ledger alone. */
import type { Config } from '../../config.ts';
import { signerWith } from '../../job-signature.ts';
import type { Queues } from '../../queue.ts';
import { redisAtHand } from '../redis-at-hand.ts';
import type { Context } from './program.ts';

/** How long a Redis may take to connect before the ids are left to the feeder. */
const patienceMs = 2_000;

/** Calls `use` with the queue, or without one and with the reason in one line. */
export async function withQueue<T>(
  { clock }: Pick<Context, 'clock'>,
  config: Config,
  use: (queues: Queues | undefined, reason: string) => Promise<T>,
): Promise<T> {
  const url = await redisAtHand(config, clock);
  if (url === undefined) return use(undefined, 'no Redis runs here');
  const { openQueues } = await import('../../queue.ts');
  const sign = signerWith(config.signingKeys);
  const queues = openQueues({ ...config.redis, url, clock, sign, onError: () => undefined });
  try {
    const reason = await queues
      .connected(patienceMs)
      .then(() => queues.unfit())
      .catch((error: unknown) => `it does not answer: ${(error as Error).message}`);
    if (reason === undefined) return await use(queues, '');
    return await use(undefined, `Redis at ${new URL(url).host} is not used, ${reason}`);
  } finally {
    await queues.close();
  }
}
