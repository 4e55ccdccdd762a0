/** What the routes work with. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Clock } from '../../clock.ts';
import type { Config } from '../../config.ts';
import type { ConfiguredLane } from '../../lanes.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Log } from '../../log.ts';
import type { Metrics } from '../../metrics.ts';
import type { Queues } from '../../queue.ts';

export interface Api {
  readonly config: Config;
  readonly lanes: readonly ConfiguredLane[];
  readonly ledger: Ledger;
  readonly queues: Pick<Queues, 'add'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'httpRequests' | 'httpDuration' | 'targetsAccepted'>;
  readonly version: string;
}

/** One file of routes. */
export type Routes = (api: Api) => FastifyPluginAsyncZod;
