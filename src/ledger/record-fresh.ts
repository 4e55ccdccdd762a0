/**
 * Record, for many small requests at once: where each job that another producer wrote is a request of its own, a set of
 * statements for each of them would take longer than the provider takes for their targets. Here one set is for all.
 */
import { sql } from 'kysely';
import type { Context } from './context.ts';
import { int, type Dialect } from './dialect.ts';
import { prepared } from './prepared.ts';
import type { KeyedTarget } from './record.ts';

/** Neither urgent, nor to delete again what is settled. */
export interface FreshRequest {
  /** Nobody else's. */
  readonly id: string;
  readonly requester: string;
  readonly reason: string;
  /** Milliseconds since 1970, or 0. */
  readonly notBefore: number;
  readonly targets: readonly KeyedTarget[];
}

export interface RecordingFresh {
  /**
   * Records the requests, with those of their targets that the ledger doesn't hold yet; answers the keys of these, each
   * with the request that opened it. The others, and what a second request names too, are to be given to `record`
   * under the request's own id.
   */
  recordFresh(
    lane: string,
    requests: readonly FreshRequest[],
    offeredForMs: number,
  ): Promise<ReadonlyMap<string, string>>;
}

export function recordingFresh({ database, dialect, laneId }: Context): RecordingFresh {
  const statements = freshStatements(dialect);
  return {
    async recordFresh(lane, requests, offeredForMs) {
      const named = requests.flatMap(({ id: request, notBefore: due, targets }) =>
        targets.map(({ key, target: { by, id, parent, options }, job }) => {
          return { request, due, key, by, id, parent, options, job };
        }),
      );
      /** The first to name a target opens it. */
      const openers = new Map(named.toReversed().map((each) => [each.key, each]));
      const objects = [...openers.values()];
      // Everybody who records the same targets just now waits for them in one order.
      objects.sort((one, other) => (one.key < other.key ? -1 : 1));
      const [, recorded = []] = await database.write(
        statements({
          ...{ lane: laneId(lane), offeredForMs, objects },
          asking: requests.map(({ id, requester, reason, notBefore }) => {
            return { id, requester, reason, due: notBefore };
          }),
          ids: requests.map(({ id }) => id),
          keys: objects.map(({ key }) => key),
        }),
      );
      return new Map(
        recorded.map((row) => {
          const key = String(row['key']);
          return [key, openers.get(key)?.request ?? ''];
        }),
      );
    },
  };
}

interface Asked {
  readonly lane: number;
  readonly offeredForMs: number;
  /** Of the requests, and of their targets, a field for each column of theirs. */
  readonly asking: readonly object[];
  readonly objects: readonly object[];
  readonly ids: readonly string[];
  readonly keys: readonly string[];
}

/** The second answers the keys. */
const freshStatements = (dialect: Dialect) =>
  prepared<Asked>(({ lane, offeredForMs, asking, objects, ids, keys }) => {
    const { query, among, rows, field, now } = dialect;
    const due = sql`cast(${field('due')} as bigint)`;
    const ours = sql`(select seq from requests where ${among('id', ids)})`;
    return [
      sql`insert into requests (id, lane, requester, reason, urgent, not_before, created, recorded)
          select ${field('id')}, ${int(lane)}, ${field('requester')}, ${field('reason')}, 0, ${due}, ${now}, ${now}
          from ${rows(asking)} where true on conflict (id) do nothing`.compile(query),
      sql`insert into targets (key, lane, kind, id, parent, options, job, urgent, due, offered_until, accepted, opened_by)
          select ${field('key')}, ${int(lane)}, ${sql.join(['by', 'id', 'parent', 'options', 'job'].map(field))},
            0, ${due}, case when ${field('job')} = '' then ${due} else ${now} + ${offeredForMs} end, ${now}, requests.seq
          from ${rows(objects)} join requests on requests.id = ${field('request')}
          where cancelled = 0 on conflict (key) do nothing returning key`.compile(query),
      sql`insert into request_targets (request, target)
          select opened_by, seq from targets where ${among('key', keys)} and opened_by in ${ours}
          on conflict do nothing`.compile(query),
      sql`update requests set accepted = (select count(*) from request_targets where request = requests.seq)
          where ${among('id', ids)}`.compile(query),
    ];
  });
