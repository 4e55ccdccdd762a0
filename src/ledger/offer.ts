/**
 * Offer: which open targets should stand in the queue now. An offer holds until `offered_until`; when that
 * passes unsettled, the target is due for another look, whatever has become of its job. So a queue that lost
 * everything is refilled by the same query that fills it.
 */
import { sql } from 'kysely';
import type { Row } from './database.ts';
import type { Context } from './context.ts';

/** A target to offer, as the ledger holds it; `job` is that of the offer that ran out, '' if there was none. */
export interface Offerable {
  readonly key: string;
  readonly kind: string;
  readonly id: string;
  readonly parent: string;
  readonly options: string;
  readonly urgent: boolean;
  readonly job: string;
}

export interface Offering {
  /** Due, unsettled targets of the lane whose offer has run out or never was; urgent ones first, then oldest. */
  offerable(lane: string, limit: number): Promise<readonly Offerable[]>;
  /** Targets whose offer still holds, counted up to `limit`: what the queue is busy with. */
  offeredCount(lane: string, limit: number): Promise<number>;
  /** Stamps an offer: these keys stand in these jobs for `forMs` from now. */
  offer(jobOfKey: ReadonlyMap<string, string>, forMs: number): Promise<void>;
  /** Forgets the offers in these jobs: their open targets are offerable at once. */
  withdraw(lane: string, jobs: readonly string[]): Promise<void>;
}

export function offering({ database, dialect, laneId }: Context): Offering {
  const { query, rows, field } = dialect;
  const waiting = (lane: string) =>
    query.selectFrom('targets').where('lane', '=', laneId(lane)).where('settlement', 'is', null);
  return {
    async offerable(lane, limit) {
      const due = waiting(lane)
        .select(['key', 'kind', 'id', 'parent', 'options', 'urgent', 'job'])
        .where('offered_until', '<=', dialect.now)
        .where('due', '<=', dialect.now)
        .orderBy('offered_until')
        .orderBy('seq')
        .limit(limit);
      const [urgent = [], all = []] = await database.read([
        due.where('urgent', '=', sql.lit(1)).compile(),
        due.compile(),
      ]);
      const found = new Map([...urgent, ...all].map((row) => [row['key'], offerable(row)]));
      return [...found.values()].slice(0, limit);
    },

    async offeredCount(lane, limit) {
      const offered = waiting(lane)
        .select('seq')
        .where('offered_until', '>', dialect.now)
        .where('job', '<>', '')
        .limit(limit);
      const [counted] = await database.read([
        query
          .selectFrom(offered.as('offered'))
          .select((is) => is.fn.countAll().as('n'))
          .compile(),
      ]);
      return Number(counted?.[0]?.['n']);
    },

    async withdraw(lane, jobs) {
      await database.write([
        query
          .updateTable('targets')
          .set((is) => ({ job: '', offered_until: is.ref('due') }))
          .where('lane', '=', laneId(lane))
          .where('settlement', 'is', null)
          .where('offered_until', '>', dialect.now)
          .where('job', 'in', dialect.list(jobs))
          .compile(),
      ]);
    },

    async offer(jobOfKey, forMs) {
      const objects = [...jobOfKey].map(([key, job]) => ({ key, job }));
      await database.write([
        sql`update targets set job = ${field('job')}, offered_until = ${dialect.now} + ${forMs}
            from ${rows(objects)} where targets.key = ${field('key')} and settlement is null`.compile(query),
      ]);
    },
  };
}

function offerable(row: Row): Offerable {
  return { ...(row as unknown as Omit<Offerable, 'urgent'>), urgent: row['urgent'] === 1 };
}
