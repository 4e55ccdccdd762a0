/**
 * Offer: which open targets should stand in the queue now. An offer holds until `offered_until`; when that
 * passes unsettled, the target is due for another look, whatever has become of its job. So a queue that lost
 * everything is refilled by the same query that fills it.
 *
 * Targets that dead workers had at hand again and again are suspects: one of them may be what kills. They are
 * offered one job at a time, those that were there most often alone, so that whoever is innocent passes and
 * whoever is not dies by itself, ten times at most.
 */
import { sql } from 'kysely';
import type { Row } from './database.ts';
import type { Context } from './context.ts';
import { campaignOutcomes } from './campaign/outcomes.ts';
import { stillOpen, wanted } from './dialect.ts';

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

/** Deaths of workers that had it at hand: from here on a target is offered apart from those of no suspicion. */
const suspectFrom = 3;
/** From here on it is offered by itself. */
const aloneFrom = 4;
/** So many it does not survive itself: more than chance brings, where workers are killed every few seconds. */
const mostCrashes = 10;
/** The code of those that did not. */
export const workerCrashed = 'WorkerCrashed';
/** A stamp older than this is not looked for: a job whose worker died before is counted at its next death. */
const stampedWithinMs = 3_600_000;

/** Lanes by name. */
export interface LanesToOffer {
  readonly due: ReadonlySet<string>;
  /** Of those, the ones with an urgent target to offer. */
  readonly urgent: ReadonlySet<string>;
  readonly suspected: ReadonlySet<string>;
}

export interface Offering {
  /**
   * Due, unsettled targets of the lane whose offer has run out or never was, without suspects; urgent ones first,
   * then campaigns' and others' by halves, the oldest of each.
   */
  offerable(lane: string, limit: number): Promise<readonly Offerable[]>;
  /**
   * Which of the lanes have something to offer, suspects or not, and which have suspects at all. It says so of what is
   * not wanted just now, too.
   */
  lanesToOffer(lanes: readonly string[]): Promise<LanesToOffer>;
  /** Targets whose offer still holds, counted up to `limit`: what the queue is busy with. */
  offeredCount(lane: string, limit: number): Promise<number>;
  /** Stamps an offer: these keys stand in these jobs for `forMs` from now. */
  offer(jobOfKey: ReadonlyMap<string, string>, forMs: number): Promise<void>;
  /**
   * Suspects of the lane to offer now, in one job: those with most crashes, oldest first, or the first of them by
   * itself. None while any suspect is offered and unsettled, in whichever lane: a worker may have several.
   */
  suspects(lane: string, limit: number): Promise<readonly Offerable[]>;
  /**
   * Forgets the offers in these jobs, which a dead worker had at hand: their open targets are offerable at once
   * and have one crash more; those with ten are settled as exhausted. Answers which of the jobs it knew.
   */
  withdraw(lane: string, jobs: readonly string[]): Promise<readonly string[]>;
}

export function offering({ database, dialect, laneId, told }: Context): Offering {
  const { query, rows, field } = dialect;
  const waiting = (lane: string) =>
    query.selectFrom('targets').where('lane', '=', laneId(lane)).where('settlement', 'is', null);
  const dueNow = (lane: string) =>
    waiting(lane)
      .select(['key', 'kind', 'id', 'parent', 'options', 'urgent', 'job'])
      .where('offered_until', '<=', dialect.now)
      .where('due', '<=', dialect.now)
      .where(wanted(dialect));
  return {
    async offerable(lane, limit) {
      const due = dueNow(lane)
        .where('crashes', '<', sql.lit(suspectFrom))
        .orderBy('offered_until')
        .orderBy('seq')
        .limit(limit);
      const [urgent = [], asked = [], released = []] = await database.read([
        due.where('urgent', '=', sql.lit(1)).compile(),
        due.where('campaign', '=', sql.lit(0)).compile(),
        due.where('campaign', '<>', sql.lit(0)).compile(),
      ]);
      // Campaigns release their lines late and little by little: behind what was asked for at once they would stand still.
      const half = Math.max(Math.ceil(limit / 2), limit - asked.length);
      const all = [...urgent, ...released.slice(0, half), ...asked];
      const found = new Map(all.map((row) => [row['key'], offerable(row)]));
      return [...found.values()].slice(0, limit);
    },

    async lanesToOffer(lanes) {
      // A step into an index for each lane, however many of its targets wait.
      const open = sql`select seq from targets where targets.lane = lanes.id and settlement is null`;
      const due = sql`(${open} and offered_until <= ${dialect.now} order by offered_until, seq limit 1)`;
      const urgent = sql`(${open} and urgent = 1 and offered_until <= ${dialect.now} order by offered_until, seq limit 1)`;
      const suspected = sql`(${open} and crashes >= ${sql.lit(suspectFrom)} order by crashes limit 1)`;
      const [found = []] = await database.read([
        sql`select name, ${due} as due, ${urgent} as urgent, ${suspected} as suspected from lanes
            where ${dialect.among('name', lanes)}`.compile(query),
      ]);
      const having = (what: 'due' | 'urgent' | 'suspected') =>
        new Set(found.flatMap((row) => (row[what] === null ? [] : [String(row['name'])])));
      return { due: having('due'), urgent: having('urgent'), suspected: having('suspected') };
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

    async suspects(lane, limit) {
      const offered = query
        .selectFrom('targets')
        .select('seq')
        .where('settlement', 'is', null)
        .where('crashes', '>=', sql.lit(suspectFrom))
        .where('offered_until', '>', dialect.now)
        .where('job', '<>', '')
        // In the order of the index of suspects, or all open targets are read.
        .orderBy('lane')
        .orderBy('crashes')
        .limit(1);
      const due = dueNow(lane)
        .select('crashes')
        .where('crashes', '>=', sql.lit(suspectFrom))
        .orderBy('crashes', 'desc')
        .orderBy('seq')
        .limit(limit);
      const [busy = [], rows = []] = await database.read([offered.compile(), due.compile()]);
      const crashes = Number(rows[0]?.['crashes']);
      if (busy.length > 0) return [];
      const alike = rows.filter((row) => row['crashes'] === crashes);
      return alike.slice(0, crashes >= aloneFrom ? 1 : limit).map(offerable);
    },

    async withdraw(lane, jobs) {
      const { now } = dialect;
      const atHand = query
        .selectFrom('targets')
        .select('seq')
        .where('lane', '=', laneId(lane))
        .where('settlement', 'is', null)
        .where('offered_until', '>', sql<number>`${now} - ${stampedWithinMs}`)
        .where(dialect.among('job', jobs));
      /** Those that end here, and earlier ones, whose campaigns have heard of it. */
      const died = sql`select seq from targets
        where lane = ${laneId(lane)} and settlement in ('refused', 'exhausted') and code = ${sql.lit(workerCrashed)}`;
      const message =
        `${mostCrashes} workers died while they had this at hand: a person should look at it, and at what ` +
        'those workers said last, before it is asked for again';
      const crashed = query
        .updateTable('targets')
        .set({ crashes: sql<number>`crashes + 1`, job: '', offered_until: sql<number>`due` })
        .where('seq', 'in', atHand)
        .where(stillOpen);
      const [known = [], exhausted] = await database.write([
        atHand.clearSelect().select('job').distinct().compile(),
        crashed
          .set({ settlement: 'exhausted', settled: now, code: workerCrashed, message })
          .where('crashes', '>=', sql.lit(mostCrashes - 1))
          .returning(['lane', 'settlement'])
          .compile(),
        crashed.compile(),
        ...campaignOutcomes(dialect, died),
      ]);
      told.settled(exhausted);
      return known.map(({ job }) => String(job));
    },

    async offer(jobOfKey, forMs) {
      const objects = [...jobOfKey].map(([key, job]) => ({ key, job }));
      await database.write([
        sql`update targets set job = ${field('job')}, offered_until = ${dialect.now} + ${forMs}
            from ${rows(objects)} where targets.key = ${field('key')} and ${stillOpen}`.compile(query),
      ]);
    },
  };
}

function offerable(row: Row): Offerable {
  const { key, kind, id, parent, options, job } = row as unknown as Offerable;
  return { key, kind, id, parent, options, job, urgent: row['urgent'] === 1 };
}
