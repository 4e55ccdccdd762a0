/** `/v1/deletions` */
import { askJson, path, type CallOptions, type Connection } from './exchange.ts';
import type { AcceptedDeletion, Answer, Deletion, DeletionSummary, Query, Target } from './shapes.ts';

export interface CreateOptions extends CallOptions {
  /**
   * Up to 255 visible ASCII characters; for 24 h the same key and body have one effect and one answer. Left out: one
   * made for this call. Give your own to be able to ask again after your process died.
   */
  readonly idempotencyKey?: string;
}

export interface Deletions {
  /** Accepts up to 1,000 ids, all of them or none. Sent again until it is answered, without doubling anything. */
  create(deletion: Deletion, options?: CreateOptions): Promise<AcceptedDeletion>;
  /** How a request stands, with its targets counted by settlement. */
  get(id: string, options?: CallOptions): Promise<DeletionSummary>;
  /** Each of its targets, as on record; pages are asked for as the iteration gets there. */
  targets(id: string, options?: CallOptions & { readonly pageSize?: number }): AsyncIterable<Target>;
  /** Calls off what has not been sent; what others asked for too goes on. */
  cancel(id: string, options?: CallOptions): Promise<Answer<'cancelDeletion'>>;
}

export function deletions(connection: Connection): Deletions {
  const page = (id: string, query: Query<'getDeletion'>, options?: CallOptions) =>
    askJson<Answer<'getDeletion'>>(connection, {
      ...options,
      ...{ method: 'GET', path: path`/v1/deletions/${id}`, query, repeatable: true },
    });
  return {
    create: (deletion, { idempotencyKey = connection.clock.id(), ...options } = {}) =>
      askJson(connection, {
        ...options,
        ...{ method: 'POST', path: '/v1/deletions', json: deletion, repeatable: true },
        headers: { 'idempotency-key': idempotencyKey },
      }),

    async get(id, options) {
      const { targets: _, next: __, ...summary } = await page(id, { limit: '1' }, options);
      return summary;
    },

    async *targets(id, { pageSize = 1_000, ...options } = {}) {
      const limit = String(pageSize);
      let { targets, next } = await page(id, { limit }, options);
      yield* targets;
      while (next !== null) {
        ({ targets, next } = await page(id, { limit, cursor: next }, options));
        yield* targets;
      }
    },

    cancel: (id, options) =>
      askJson(connection, {
        ...options,
        ...{ method: 'DELETE', path: path`/v1/deletions/${id}`, repeatable: true },
      }),
  };
}
