/**
 * Record: makes a request durable before its caller hears "accepted". A target that stands in the ledger
 * already is attached to, not doubled; one that was settled as deleted or absent stays so (its answer is the
 * ledger's) unless its kind of id is reused or the request says `again`; one settled otherwise opens anew.
 */
import { sql } from 'kysely';
import type { DeletionRequest, Target } from '../deletion.ts';
import type { Context } from './context.ts';
import { int, sends, settledAlready, type Dialect } from './dialect.ts';
import { explainTaken, takeOnce, type OnceRow } from './once.ts';
import { prepared } from './prepared.ts';

/** A target with its key, and the queue job that will offer it at once ('' = the feeder will). */
export interface KeyedTarget {
  readonly key: string;
  readonly target: Target;
  readonly job: string;
}

export interface Recorded {
  /** Targets that this request opened. */
  readonly accepted: number;
  /** Targets that were open already: attached. */
  readonly duplicates: number;
  /** Targets that the ledger holds as deleted or absent: answered without a call. */
  readonly alreadySettled: number;
  /** Keys that this request opened and offered: whose jobs now belong into the queue. */
  readonly offered: ReadonlySet<string>;
  /** Keys that are open, whoever opened them. */
  readonly open: ReadonlySet<string>;
}

export interface Recording {
  /**
   * `targets` may be one part of a larger request: call again with the same id for the rest. Each key at most
   * once. `offeredForMs` is how long the offer of targets with a job holds before the feeder offers again.
   * `once` takes a person's idempotency key for the request: rejects with OnceTaken, and nothing has happened, if it is
   * taken. To a request that was cancelled nothing is added: none of the targets is open for it.
   */
  record(
    id: string,
    lane: string,
    request: Omit<DeletionRequest, 'targets' | 'account' | 'operation'>,
    targets: readonly KeyedTarget[],
    reusedKinds: readonly string[],
    offeredForMs: number,
    once?: OnceRow,
  ): Promise<Recorded>;
}

const rethrow = (error: unknown): never => {
  throw error;
};

export function recording({ database, dialect, laneId }: Context): Recording {
  const statements = recordStatements(dialect);
  return {
    async record(id, lane, request, targets, reusedKinds, offeredForMs, once) {
      const objects = targets.map(({ key, target: { by, id, parent, options }, job }) => {
        return { key, by, id, parent, options, job };
      });
      const { requester, reason, notBefore: due } = request;
      const [urgent, again] = [request.urgent ? 1 : 0, request.again ? 1 : 0];
      const asked = { id, lane: laneId(lane), requester, reason, urgent, due, again };
      const keys = targets.map(({ key }) => key);
      const answers = await database
        .write([
          ...(once ? takeOnce(dialect, once, id) : []),
          ...statements({ ...asked, keys, objects, reusedKinds, offeredForMs }),
        ])
        .catch(once ? explainTaken : rethrow);
      // What the ledger holds as settled is not touched, and so not returned.
      const [open = [], [asking] = []] = answers.slice(-3);
      const opened = open.filter((row) => row['opened_by'] === asking?.['seq']);
      const jobs = new Map(targets.map(({ key, job }) => [key, job]));
      const offered = opened.filter(({ key, job }) => job !== '' && jobs.get(String(key)) === job);
      return {
        accepted: opened.length,
        duplicates: open.length - opened.length,
        alreadySettled: asking?.['cancelled'] === 0 ? targets.length - open.length : 0,
        offered: new Set(offered.map(({ key }) => String(key))),
        open: new Set(open.map(({ key }) => String(key))),
      };
    },
  };
}

interface Asked {
  readonly id: string;
  readonly lane: number;
  readonly requester: string;
  readonly reason: string;
  readonly urgent: number;
  readonly due: number;
  readonly again: number;
  readonly keys: readonly string[];
  /** Of the targets, a field for each column of theirs. */
  readonly objects: readonly object[];
  readonly reusedKinds: readonly string[];
  readonly offeredForMs: number;
}

/** The last three answer: the open targets, the request, nothing. */
const recordStatements = (dialect: Dialect) =>
  prepared<Asked>((asked) => {
    const { query, among, rows, field, greater, lesser, now } = dialect;
    const { id, lane, requester, reason, urgent, due, again } = asked;
    const { keys, objects, reusedKinds, offeredForMs } = asked;
    const self = sql<number>`(select seq from requests where id = ${id} and cancelled = 0)`;
    const answered = sql<boolean>`(settlement in ('deleted', 'absent') and ${int(again)} = 0
      and not (${among('kind', reusedKinds)}))`;
    // A campaign's target that is asked for later than the campaign sends it stays the campaign's until that stops.
    const sending = sends(dialect, sql`targets.campaign`);
    const withheld = sql`targets.campaign <> 0 and not ${sending}`;
    const existing = query.selectFrom('targets').select('seq').where(among('key', keys)).orderBy('seq');
    return [
      // Whoever settles one of them just now comes first and is seen by all that follows, or waits.
      ...dialect.lock(existing),
      query
        .insertInto('requests')
        .values({ id, lane, requester, reason, urgent, not_before: due, created: now, recorded: now })
        // Whoever cancels it just now comes first and is seen by all that follows, or waits.
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ recorded: now }))
        .compile(),
      query
        .updateTable('targets')
        .set({
          settlement: null,
          ...{ code: '', message: '', provider_request: '', settled: 0, call: '', job: '' },
          ...{ attempts: 0, ambiguous: 0, crashes: 0, urgent, due, offered_until: due },
          accepted: now,
          opened_by: self,
          campaign: 0,
        })
        .where(among('key', keys))
        .where(settledAlready)
        .where((is) => is.not(answered))
        .where(sql<boolean>`exists ${self}`)
        .compile(),
      sql`insert into targets (key, lane, kind, id, parent, options, job, urgent, due, offered_until, accepted, opened_by)
          select ${field('key')}, ${int(lane)}, ${sql.join(['by', 'id', 'parent', 'options', 'job'].map(field))},
            ${int(urgent)}, ${int(due)},
            case when ${field('job')} = '' then ${int(due)} else ${now} + ${offeredForMs} end, ${now}, ${self}
          from ${rows(objects)} where exists ${self}
          on conflict (key) do update set urgent = ${greater(sql`targets.urgent`, sql`excluded.urgent`)},
            campaign = case when ${sending} and excluded.due > ${now} then targets.campaign else 0 end,
            due = case when ${withheld} then excluded.due
              else ${lesser(sql`targets.due`, sql`excluded.due`)} end,
            job = case when ${withheld} then '' else targets.job end,
            offered_until = case when ${withheld} then excluded.due when targets.job = ''
              then ${lesser(sql`targets.offered_until`, sql`excluded.due`)} else targets.offered_until end
          where targets.settlement is null
          returning key, job, opened_by`.compile(query),
      // Counted once, however often it is said: what the request names already was counted before.
      sql`update requests set accepted = requests.accepted + fresh.opened,
            duplicates = requests.duplicates + fresh.attached,
            already_settled = requests.already_settled + fresh.answered
          from (select count(case when settlement is null and opened_by = asking.seq then 1 end) as opened,
              count(case when settlement is null and opened_by <> asking.seq then 1 end) as attached,
              count(settlement) as answered
            from requests as asking cross join targets
            where asking.id = ${id} and asking.cancelled = 0 and ${among('key', keys)} and not exists
              (select 1 from request_targets where request = asking.seq and target = targets.seq)) as fresh
          where requests.id = ${id} returning seq, cancelled`.compile(query),
      sql`insert into request_targets (request, target)
          select requests.seq, targets.seq from requests cross join targets
          where requests.id = ${id} and requests.cancelled = 0 and ${among('key', keys)}
          on conflict do nothing`.compile(query),
    ];
  });
