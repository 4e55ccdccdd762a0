/** What every server process says of what it needs: whether it answers, and whether it keeps what it is given. */
import type { Ledger } from './ledger/ledger.ts';
import type { Metrics } from './metrics.ts';
import type { Queues } from './queue.ts';

export function observeDependencies(
  metrics: Pick<Metrics, 'onScrape' | 'redisUp' | 'redisUnfit' | 'ledgerUp' | 'ledgerWritable'>,
  { ledger, queues }: { readonly ledger: Ledger; readonly queues: Queues },
): void {
  const answers = (asked: Promise<unknown>) =>
    asked.then(
      () => true,
      () => false,
    );
  metrics.onScrape(async () => metrics.redisUp.set(await answers(queues.ping())));
  metrics.onScrape(async () => {
    const keeps = await queues.keeps();
    for (const what of ['eviction', 'persistence'] as const)
      metrics.redisUnfit.set({ what }, Number(keeps[what]));
  });
  metrics.onScrape(async () => metrics.ledgerWritable.set(await answers(ledger.accepting())));
  metrics.onScrape(async () => metrics.ledgerUp.set(await answers(ledger.ping())));
}
