/** What every server process says of what it needs: whether it answers, and whether it keeps what it is given. */
import type { Clock } from './clock.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Metrics } from './metrics.ts';
import type { Queues } from './queue.ts';
import { within } from './within.ts';

/**
 * What has not answered by then is away, as far as those who wait for it are concerned; within the time that a
 * scrape has for one collector, or the gauge would keep its last value.
 */
const answerMs = 1_000;

export function observeDependencies(
  metrics: Pick<Metrics, 'onScrape' | 'redisUp' | 'redisUnfit' | 'ledgerUp' | 'ledgerWritable'>,
  { ledger, queues, clock }: { readonly ledger: Ledger; readonly queues: Queues; readonly clock: Clock },
): void {
  const redis = answering(() => queues.ping(), clock);
  const readable = answering(() => ledger.ping(), clock);
  const writable = answering(() => ledger.accepting(), clock);
  metrics.onScrape(async () => metrics.redisUp.set(await redis()));
  metrics.onScrape(async () => {
    const keeps = await queues.keeps();
    for (const what of ['eviction', 'persistence'] as const)
      metrics.redisUnfit.set({ what }, Number(keeps[what]));
  });
  metrics.onScrape(async () => metrics.ledgerWritable.set(await writable()));
  metrics.onScrape(async () => metrics.ledgerUp.set(await readable()));
}

/** Whether it answers in time. While one question has no answer no other is asked. */
export function answering(ask: () => Promise<unknown>, clock: Pick<Clock, 'after'>): () => Promise<boolean> {
  let asked: Promise<boolean> | undefined;
  return async () => {
    asked ??= ask()
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        asked = undefined;
      });
    return within(clock, answerMs, asked, () => false);
  };
}
