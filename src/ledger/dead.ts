/**
 * Dead letters: targets that ended refused or exhausted, for a person to look at. Reads only; asking for one again
 * is an ordinary request, which opens it anew.
 */
import { sql } from 'kysely';
import type { Settlement, Target } from '../deletion.ts';
import type { Context } from './context.ts';
import type { Row } from './database.ts';
import { int } from './dialect.ts';

/** Which of them: all that is named must be so. */
export interface DeadFilter {
  /** The provider's code, or one of ours. */
  readonly code?: string;
  /** The number of a campaign that names the target, and whose line ended so too. */
  readonly campaign?: number;
  /** Settled then or before, in ms since 1970. */
  readonly until?: number;
}

export interface DeadLetter {
  readonly seq: number;
  readonly key: string;
  readonly account: string;
  readonly operation: string;
  readonly target: Target;
  readonly settlement: Settlement;
  readonly code: string;
  readonly message: string;
  readonly providerRequest: string;
  readonly attempts: number;
  /** An unanswered attempt may have deleted it. */
  readonly ambiguous: boolean;
  /** In ms since 1970. */
  readonly settled: number;
  /** Of the latest request that opened it. */
  readonly requester: string;
  readonly reason: string;
  /** The campaign that this request is; '' if it is none. */
  readonly campaign: string;
}

/** Those that are alike. */
export interface DeadGroup {
  readonly account: string;
  readonly operation: string;
  readonly options: string;
  readonly settlement: Settlement;
  readonly code: string;
  readonly n: number;
  /** When the latest of them was settled, in ms since 1970. */
  readonly newest: number;
  /** One of them. */
  readonly kind: string;
  readonly id: string;
  readonly message: string;
}

export interface DeadReading {
  /** Of these lanes, by lane and options, the most frequent first. */
  deadGroups(lanes: readonly string[], filter: DeadFilter): Promise<readonly DeadGroup[]>;
  /** Of one lane, oldest first, after this one if one is given, `limit` at a time. */
  deadLetters(
    lane: string,
    filter: DeadFilter,
    after: Pick<DeadLetter, 'settled' | 'seq'> | undefined,
    limit: number,
  ): Promise<readonly DeadLetter[]>;
  /** Of one lane, the latest first, at most `limit`. */
  newestDead(lane: string, filter: DeadFilter, limit: number): Promise<readonly DeadLetter[]>;
}

/** Spelt as the index of dead letters spells it: with bound values SQLite would not see that it may use it. */
const dead = (column: string) => sql<boolean>`${sql.ref(column)} in ('refused', 'exhausted')`;

export function deadReading({ database, dialect, laneId }: Context): DeadReading {
  const { query } = dialect;

  const chosen = ({ code, campaign, until }: DeadFilter) =>
    query
      .selectFrom('targets')
      .where(dead('targets.settlement'))
      .$if(code !== undefined, (is) => is.where('targets.code', '=', code ?? ''))
      .$if(until !== undefined, (is) => is.where('targets.settled', '<=', until ?? 0))
      .$if(campaign !== undefined, (is) =>
        // The plus keeps the planner on the index of targets: a campaign has millions of lines.
        is.where(sql<boolean>`exists (select 1 from campaign_targets as line where line.target = targets.seq
          and +line.campaign = ${int(campaign ?? 0)} and ${dead('line.settlement')})`),
      );
  const complete = (lane: string, filter: DeadFilter, limit: number) =>
    chosen(filter)
      .innerJoin('lanes', 'lanes.id', 'targets.lane')
      .innerJoin('requests', 'requests.seq', 'targets.opened_by')
      .select(['targets.seq', 'key', 'account', 'operation', 'kind', 'targets.id', 'parent', 'options'])
      .select(['targets.settlement', 'code', 'message', 'provider_request as providerRequest'])
      .select(['attempts', 'ambiguous', 'settled', 'requester', 'requests.reason'])
      .select(
        sql<string>`coalesce((select min(name) from campaigns where request = targets.opened_by), '')`.as(
          'campaign',
        ),
      )
      .where('targets.lane', '=', laneId(lane))
      .limit(limit);

  return {
    async deadGroups(lanes, filter) {
      const groups = chosen(filter)
        .where('targets.lane', 'in', [0, ...lanes.map(laneId)])
        .select(['targets.lane', 'targets.options', 'targets.settlement', 'targets.code'])
        .select(sql<number>`count(*)`.as('n'))
        .select(sql<number>`max(targets.settled)`.as('newest'))
        .select(sql<number>`max(targets.seq)`.as('example'))
        .groupBy(['targets.lane', 'targets.options', 'targets.settlement', 'targets.code']);
      const [rows = []] = await database.read([
        query
          .selectFrom(groups.as('alike'))
          .innerJoin('lanes', 'lanes.id', 'alike.lane')
          .innerJoin('targets', 'targets.seq', 'alike.example')
          .select(['account', 'operation', 'alike.options', 'alike.settlement', 'alike.code', 'n', 'newest'])
          .select(['targets.kind', 'targets.id', 'targets.message'])
          .orderBy('lanes.name')
          .orderBy('alike.options')
          .orderBy('n', 'desc')
          .orderBy('alike.code')
          .compile(),
      ]);
      return rows as unknown as readonly DeadGroup[];
    },

    async deadLetters(lane, filter, after, limit) {
      const { settled = 0, seq = 0 } = after ?? {};
      const page = complete(lane, filter, limit)
        .where('targets.settled', '>=', settled)
        .where((is) => is.or([is('targets.settled', '>', settled), is('targets.seq', '>', seq)]))
        .orderBy('targets.settled')
        .orderBy('targets.seq');
      const [rows = []] = await database.read([page.compile()]);
      return rows.map(letter);
    },

    async newestDead(lane, filter, limit) {
      const latest = complete(lane, filter, limit)
        .orderBy('targets.settled', 'desc')
        .orderBy('targets.seq', 'desc');
      const [rows = []] = await database.read([latest.compile()]);
      return rows.map(letter);
    },
  };
}

/** What the ledger holds was accepted before it was recorded. */
function letter({ kind, id, parent, options, ambiguous, ...told }: Row): DeadLetter {
  const target = { by: kind, id, parent, options };
  return { ...told, target, ambiguous: ambiguous === 1 } as unknown as DeadLetter;
}
