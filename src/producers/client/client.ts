/**
 * `expunge/client`: the HTTP API in methods, typed by its OpenAPI document. It needs nothing but Node's own fetch. What
 * is safe to send again is sent again, over broken connections, 429 and 503; what is refused is a ProblemError.
 */
import { systemClock, type Clock } from '../../clock.ts';
import { campaigns, type Campaigns } from './campaigns.ts';
import { deletions, type Deletions } from './deletions.ts';
import { askJson, path, type CallOptions, type Connection } from './exchange.ts';
import { lanes, type Lanes } from './lanes.ts';
import type { Answer } from './shapes.ts';

export type * from './campaigns.ts';
export type * from './deletions.ts';
export type { CallOptions } from './exchange.ts';
export type * from './lanes.ts';
export { ProblemError, Unreachable, type FieldProblem } from './problem-error.ts';
export type * from './shapes.ts';

export interface ClientOptions {
  /** Where the API listens: `http://127.0.0.1:8080`. */
  readonly url: string | URL;
  /** `expunge_…`; left out where the server has no keys. */
  readonly apiKey?: string;
  /** Longest time to one answer, in milliseconds; default 30,000. Bodies and answers that are streams have none. */
  readonly timeoutMs?: number;
  /** Most attempts of one call; default 5. */
  readonly attempts?: number;
  /** Default: Node's own. */
  readonly fetch?: typeof globalThis.fetch;
  /** Time and chance; default: the machine's. */
  readonly clock?: Clock;
}

export class ExpungeClient {
  readonly deletions: Deletions;
  readonly campaigns: Campaigns;
  readonly lanes: Lanes;
  readonly #connection: Connection;

  constructor({ url, apiKey, timeoutMs = 30_000, attempts = 5, fetch, clock = systemClock }: ClientOptions) {
    this.#connection = {
      ...{ apiKey, timeoutMs, attempts, clock },
      base: String(url).replace(/\/+$/, ''),
      // Asked for at each call: whoever replaces the global one means ours too.
      fetch: fetch ?? ((...asked) => globalThis.fetch(...asked)),
    };
    this.deletions = deletions(this.#connection);
    this.campaigns = campaigns(this.#connection);
    this.lanes = lanes(this.#connection);
  }

  /** Everything on record of an id, in all accounts that the key may read; a ProblemError of 404 if nothing is. */
  lookup(id: string, options?: CallOptions): Promise<Answer<'getTarget'>> {
    return askJson(this.#connection, {
      ...options,
      ...{ method: 'GET', path: path`/v1/targets/${id}`, repeatable: true },
    });
  }
}
