/** Lookup: what the ledger can tell afterwards, of an id or of a request. Reads only. */
import { sql } from 'kysely';
import type { Settlement } from '../deletion.ts';
import type { Context } from './context.ts';
import { targetRecords, type TargetRecord } from './target-record.ts';

/** How many of a request's targets ended how, archived ones included; `open` for the rest. */
export type Tally = Readonly<Partial<Record<Settlement | 'open', number>>>;

export interface Lookup {
  /** All targets with this id, of any account and kind, and the one whose key it is. At most 100. */
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
  /** Every call of the ledger whose id sorts after this one, in order, `limit` at a time. */
  callPage(after: string, limit: number): Promise<readonly PageCall[]>;
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

export interface PageCall {
  readonly id: string;
  readonly lane: string;
  readonly result: string;
  readonly providerRequest: string;
}

export function lookups(context: Context): Lookup {
  const { database, dialect } = context;
  const { query } = dialect;
  const records = targetRecords(context);

  return {
    async lookup(id) {
      const found = records
        .targets()
        .where((is) => is.or([is('targets.id', '=', id), is('key', '=', id)]))
        .orderBy('targets.seq')
        .limit(100);
      const [rows = []] = await database.read([found.compile()]);
      return records.complete(rows);
    },

    async tally(request) {
      const [live = [], archived = []] = await database.read([
        ofRequest(request)
          .select(sql<string>`coalesce(settlement, 'open')`.as('state'))
          .select((is) => is.fn.countAll().as('n'))
          .groupBy('settlement')
          .compile(),
        query
          .selectFrom('archived')
          .innerJoin('requests', 'requests.seq', 'archived.request')
          .select(['settlement as state', 'n'])
          .where('requests.id', '=', request)
          .compile(),
      ]);
      const tally: Partial<Record<Settlement | 'open', number>> = {};
      for (const row of [...live, ...archived]) {
        const state = row['state'] as keyof Tally;
        tally[state] = (tally[state] ?? 0) + Number(row['n']);
      }
      return tally;
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

    async callPage(after, limit) {
      const [rows = []] = await database.read([
        query
          .selectFrom('calls')
          .innerJoin('lanes', 'lanes.id', 'calls.lane')
          .select(['calls.id', 'lanes.name as lane', 'result', 'provider_request as providerRequest'])
          .where('calls.id', '>', after)
          .orderBy('calls.id')
          .limit(limit)
          .compile(),
      ]);
      return rows as unknown as readonly PageCall[];
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
