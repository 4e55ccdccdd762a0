/** What every server process says of what it needs: whether it answers. */
import type { Ledger } from './ledger/ledger.ts';
import type { Metrics } from './metrics.ts';
import type { Queues } from './queue.ts';

export function observeDependencies(
  metrics: Pick<Metrics, 'onScrape' | 'redisUp' | 'ledgerUp'>,
  { ledger, queues }: { readonly ledger: Ledger; readonly queues: Queues },
): void {
  const answers = (asked: Promise<unknown>) =>
    asked.then(
      () => true,
      () => false,
    );
  metrics.onScrape(async () => metrics.redisUp.set(await answers(queues.ping())));
  metrics.onScrape(async () => metrics.ledgerUp.set(await answers(ledger.ping())));
}
