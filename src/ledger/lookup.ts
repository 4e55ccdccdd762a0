/** Lookup: what the ledger can tell afterwards, of an id or of a request. Reads only. */
import { sql } from 'kysely';
import type { Settlement } from '../deletion.ts';
import type { Row } from './database.ts';
import type { Context } from './context.ts';

/** One attempt to delete a target. */
export interface CallRecord {
  readonly id: string;
  readonly claimed: number;
  readonly ended: number | null;
  readonly result: string;
  readonly code: string;
  readonly providerRequest: string;
}

/** Everything known of one target; times in ms since 1970, 0 where it has not happened. */
export interface TargetRecord {
  readonly key: string;
  readonly account: string;
  readonly operation: string;
  readonly kind: string;
  readonly id: string;
  readonly parent: string;
  readonly options: string;
  /** Only one of the two: how it was settled, or why it is still open. */
  readonly settlement: Settlement | null;
  readonly state: 'waiting' | 'offered' | 'sending' | null;
  readonly code: string;
  readonly message: string;
  readonly providerRequest: string;
  readonly attempts: number;
  /** An unanswered attempt may have deleted it: "absent" may be our own doing. */
  readonly ambiguous: boolean;
  readonly accepted: number;
  readonly due: number;
  readonly settled: number;
  readonly requests: readonly {
    readonly id: string;
    readonly requester: string;
    readonly reason: string;
    readonly created: number;
  }[];
  readonly calls: readonly CallRecord[];
}

/** How many of a request's targets ended how; `open` for the rest. */
export type Tally = Readonly<Partial<Record<Settlement | 'open', number>>>;

export interface Lookup {
  /** All targets with this id, of any account and kind. At most 100. */
  lookup(id: string): Promise<readonly TargetRecord[]>;
  tally(request: string): Promise<Tally>;
  /** A request's targets that ended so, for messages: at most `limit`. */
  settledAs(
    request: string,
    settlements: readonly Settlement[],
    limit: number,
  ): Promise<readonly Pick<TargetRecord, 'id' | 'kind' | 'settlement' | 'code' | 'message'>[]>;
  /** Every target of the ledger after `seq`, in order, `limit` at a time: for reports and comparisons. */
  page(seq: number, limit: number): Promise<readonly (PageRow & { readonly seq: number })[]>;
}

export interface PageRow {
  readonly lane: string;
  readonly kind: string;
  readonly id: string;
  readonly parent: string;
  readonly settlement: Settlement | null;
  readonly ambiguous: number;
  readonly attempts: number;
  readonly code: string;
}

export function lookups({ database, dialect }: Context): Lookup {
  const { query, list } = dialect;

  async function complete(target: Row): Promise<TargetRecord> {
    const [requests = [], calls = []] = await database.read([
      query
        .selectFrom('request_targets')
        .innerJoin('requests', 'requests.seq', 'request_targets.request')
        .select(['requests.id', 'requester', 'reason', 'created'])
        .where('target', '=', Number(target['seq']))
        .orderBy('requests.seq')
        .compile(),
      query
        .selectFrom('calls')
        .select(['id', 'claimed', 'ended', 'result', 'code', 'provider_request as providerRequest'])
        .where('id', 'in', list(String(target['history']).split(' ')))
        .orderBy('claimed')
        .compile(),
    ]);
    const { seq: _seq, history: _history, ...told } = target;
    return { ...told, ambiguous: target['ambiguous'] === 1, requests, calls } as unknown as TargetRecord;
  }

  return {
    async lookup(id) {
      const [rows = []] = await database.read([
        query
          .selectFrom('targets')
          .innerJoin('lanes', 'lanes.id', 'targets.lane')
          .select(['targets.seq', 'history', 'key', 'account', 'operation', 'kind', 'targets.id', 'parent'])
          .select(['options', 'settlement', 'code', 'message', 'provider_request as providerRequest'])
          .select(['attempts', 'ambiguous', 'accepted', 'due', 'settled'])
          .select(
            sql`case when settlement is not null then null when call <> '' then 'sending'
                when offered_until > ${dialect.now} and job <> '' then 'offered' else 'waiting' end`.as(
              'state',
            ),
          )
          .where('targets.id', '=', id)
          .orderBy('targets.seq')
          .limit(100)
          .compile(),
      ]);
      return Promise.all(rows.map(complete));
    },

    async tally(request) {
      const [rows = []] = await database.read([
        ofRequest(request)
          .select(sql<string>`coalesce(settlement, 'open')`.as('state'))
          .select((is) => is.fn.countAll().as('n'))
          .groupBy('settlement')
          .compile(),
      ]);
      return Object.fromEntries(rows.map((row) => [String(row['state']), Number(row['n'])]));
    },

    async settledAs(request, settlements, limit) {
      const [rows = []] = await database.read([
        ofRequest(request)
          .select(['targets.id', 'kind', 'settlement', 'code', 'message'])
          .where('settlement', 'in', settlements)
          .orderBy('targets.seq')
          .limit(limit)
          .compile(),
      ]);
      return rows as unknown as Awaited<ReturnType<Lookup['settledAs']>>;
    },

    async page(seq, limit) {
      const [rows = []] = await database.read([
        query
          .selectFrom('targets')
          .innerJoin('lanes', 'lanes.id', 'targets.lane')
          .select(['targets.seq', 'lanes.name as lane', 'kind', 'targets.id', 'parent', 'settlement'])
          .select(['ambiguous', 'attempts', 'code'])
          .where('targets.seq', '>', seq)
          .orderBy('targets.seq')
          .limit(limit)
          .compile(),
      ]);
      return rows as unknown as Awaited<ReturnType<Lookup['page']>>;
    },
  };

  function ofRequest(request: string) {
    return query
      .selectFrom('requests')
      .innerJoin('request_targets', 'request_targets.request', 'requests.seq')
      .innerJoin('targets', 'targets.seq', 'request_targets.target')
      .where('requests.id', '=', request);
  }
}
