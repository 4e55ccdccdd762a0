/** Requests, as whoever made one sees it: what it was told, how it stands, target by target. Reads only. */
import { sql } from 'kysely';
import type { Context } from './context.ts';
import type { Row } from './database.ts';
import { lookups, type Tally } from './lookup.ts';
import { targetRecords, type TargetRecord } from './target-record.ts';

/** Times in ms since 1970 by the database's clock; 0 where it has not happened. */
export interface RequestSummary {
  readonly id: string;
  readonly account: string;
  readonly operation: string;
  readonly lane: string;
  readonly requester: string;
  readonly reason: string;
  readonly urgent: boolean;
  readonly notBefore: number;
  readonly created: number;
  /**
   * When it was recorded: targets that it opened, that were open, that were deleted or absent. All 0 in requests of
   * before the ledger's version 3.
   */
  readonly accepted: number;
  readonly duplicates: number;
  readonly alreadySettled: number;
  /** How its targets stand now. */
  readonly tally: Tally;
  readonly state: 'open' | 'settled';
  /** When it was taken back. */
  readonly cancelled: number;
  /** The campaign that it is; '' if it is none. */
  readonly campaign: string;
  /** When this was read. */
  readonly now: number;
}

export interface RequestPage {
  readonly targets: readonly TargetRecord[];
  /** After which to go on; undefined on the last page. */
  readonly next: number | undefined;
}

export interface RequestReading {
  requestSummary(id: string): Promise<RequestSummary | undefined>;
  /** Its targets after number `after` (0: from the first), `limit` at a time. Archived ones stand in their archive. */
  requestTargets(id: string, after: number, limit: number): Promise<RequestPage>;
}

export function requestReading(context: Context): RequestReading {
  const { database, dialect } = context;
  const { query } = dialect;
  const records = targetRecords(context);
  const { tally } = lookups(context);

  return {
    async requestSummary(id) {
      const found = query
        .selectFrom('requests')
        .innerJoin('lanes', 'lanes.id', 'requests.lane')
        .select(['requests.id', 'account', 'operation', 'lanes.name as lane', 'requester'])
        .select(['requests.reason', 'urgent', 'not_before as notBefore', 'created', 'accepted', 'duplicates'])
        .select(['already_settled as alreadySettled', 'cancelled', dialect.now.as('now')])
        .select(campaignOf.as('campaign'))
        .where('requests.id', '=', id);
      const [[row] = []] = await database.read([found.compile()]);
      return row && summary(row, await tally(id));
    },

    async requestTargets(id, after, limit) {
      const page = records
        .targets()
        .innerJoin('request_targets', 'request_targets.target', 'targets.seq')
        .where(
          'request_targets.request',
          '=',
          query.selectFrom('requests').select('seq').where('id', '=', id),
        )
        .where('request_targets.target', '>', after)
        .orderBy('request_targets.target')
        .limit(limit + 1);
      const [rows = []] = await database.read([page.compile()]);
      const these = rows.slice(0, limit);
      return {
        targets: await records.complete(these),
        next: rows.length > limit ? Number(these.at(-1)?.['seq']) : undefined,
      };
    },
  };
}

/** The name of the campaign that a request is, '' if it is none. */
export const campaignOf = sql<string>`coalesce(
  (select min(campaigns.name) from campaigns where campaigns.request = requests.seq), '')`;

function summary(row: Row, tally: Tally): RequestSummary {
  const state = (tally.open ?? 0) > 0 ? 'open' : 'settled';
  return { ...row, urgent: row['urgent'] === 1, tally, state } as unknown as RequestSummary;
}
