/**
 * Archive: settled targets leave the ledger once they are old and stand in a file. What is read here is removed
 * only if nobody asked for it since, so that a line is complete; requests, events and tallies stay for ever.
 *
 * A call leaves with the last of its targets. Calls so old are far outside every cap's window, whose successor
 * would count them.
 */
import { sql } from 'kysely';
import { longestValidMs } from '../job.ts';
import type { Context } from './context.ts';
import { targetRecords, type TargetRecord } from './target-record.ts';

/**
 * Nothing younger may be archived. A job that somebody kept and puts back into the queue is told from a new one by
 * its target's row, as long as it is valid: the row stays until no such job can be. The day is for clocks that
 * differ. (A minute's window counts its calls, too, and queues may still hold its jobs.)
 */
export const leastArchivedMs = longestValidMs + 86_400_000;

/** No transaction removes more targets than this: workers wait for it. */
const mostAtOnce = 1_000;

export interface ArchivePart {
  readonly targets: readonly TargetRecord[];
  /** What must still be true of each for it to go. */
  readonly asRead: { readonly before: number; readonly entries: readonly Entry[] };
}

/** A target's number, and how many requests named it. */
interface Entry {
  readonly seq: number;
  readonly requests: number;
}

export interface Archiving {
  /** The moment that is `ms` before now by the database's clock, in ms since 1970; `ms` at least `leastArchivedMs`. */
  momentBefore(ms: number): Promise<number>;
  /** Some of the targets that were settled before that moment, the oldest first; none is the end. */
  archivable(before: number): Promise<ArchivePart>;
  /**
   * Removes what has reached the archive; answers how many targets. One that was opened anew or asked for once
   * more meanwhile stays, and is archivable again once it is settled and old.
   */
  removeArchived(part: ArchivePart): Promise<number>;
}

export function archiving(context: Context): Archiving {
  const { database, dialect } = context;
  const { query, among, rows, field } = dialect;
  const records = targetRecords(context);

  return {
    async momentBefore(ms) {
      if (ms < leastArchivedMs) throw new Error(`${ms} ms: too young to be archived`);
      const [answer] = await database.read([
        query.selectNoFrom(sql<number>`${dialect.now} - ${ms}`.as('moment')).compile(),
      ]);
      return Number(answer?.[0]?.['moment']);
    },

    async archivable(before) {
      const old = records
        .targets()
        .where('settlement', 'is not', null)
        .where('settled', '<', before)
        .orderBy('settled')
        .limit(mostAtOnce);
      const [found = []] = await database.read([old.compile()]);
      const targets = await records.complete(found);
      const entries = found.map(({ seq }, at) => {
        return { seq: Number(seq), requests: targets[at]?.requests.length ?? 0 };
      });
      return { targets, asRead: { before, entries } };
    },

    async removeArchived({ targets, asRead: { before, entries } }) {
      const seq = sql<number>`cast(${field('seq')} as bigint)`;
      const given = sql<number>`(select ${seq} from ${rows(entries)})`;
      const old = query
        .selectFrom('targets')
        .select('seq')
        .where('seq', 'in', given)
        .where('settlement', 'is not', null)
        .where('settled', '<', before);
      const removable = sql<number>`(select seq from targets, ${rows(entries)}
        where seq = ${seq} and settlement is not null and settled < ${before}
          and cast(${field('requests')} as bigint) = (select count(*) from request_targets where target = seq))`;
      const gone = (target: string) =>
        sql<boolean>`not exists (select 1 from targets where targets.seq = ${sql.ref(target)})`;
      const calls = targets.flatMap((target) => target.calls.map(({ id }) => id));
      const left = (
        await database.write([
          // A request for one of them comes first and is counted below, or waits and finds it gone.
          dialect.locked(old, 'update').compile(),
          sql`insert into archived (request, settlement, n)
              select request, settlement, count(*) from targets join request_targets on target = seq
              where seq in ${removable} group by request, settlement
              on conflict (request, settlement) do update set n = archived.n + excluded.n`.compile(query),
          sql`delete from targets where seq in ${removable}`.compile(query),
          query
            .deleteFrom('request_targets')
            .where('target', 'in', given)
            .where(gone('request_targets.target'))
            .compile(),
          query
            .deleteFrom('calls')
            .where(among('id', calls))
            .where(
              sql<boolean>`not exists
                (select 1 from ${dialect.numbers('calls.targets')} join targets on targets.seq = number)`,
            )
            .compile(),
          query
            .selectFrom('targets')
            .select((is) => is.fn.countAll().as('n'))
            .where('seq', 'in', given)
            .compile(),
        ])
      ).at(-1);
      return entries.length - Number(left?.[0]?.['n']);
    },
  };
}
