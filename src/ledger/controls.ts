/**
 * Controls: whether a lane may send, and who said so. States live here and nowhere else, so that nothing which
 * happens to Redis or to a process forgets a halt; each change is an event with its author and reason.
 */
import { sql } from 'kysely';
import type { Context } from './context.ts';
import { silenceMs } from './ownership.ts';
import type { LaneState } from './schema.ts';

export interface LaneStatus {
  readonly lane: string;
  readonly account: string;
  readonly operation: string;
  readonly unit: string;
  readonly state: LaneState;
  readonly reason: string;
  readonly by: string;
  readonly since: number;
  /** The owner's id, '' while nobody heard of lately owns it. */
  readonly owner: string;
  readonly open: number;
  readonly dead: number;
  /** Milliseconds since the oldest open target was accepted; undefined if none is open. */
  readonly oldestMs: number | undefined;
}

export interface Controls {
  /** `reason` is for people; `by` who or what decided. Setting the state it has already changes nothing. */
  setLane(lane: string, state: LaneState, reason: string, by: string): Promise<void>;
  /** Stops every lane at its next claim; undone only by `unhaltAll`. */
  haltAll(reason: string, by: string): Promise<void>;
  /** Ends the halt of everything, and the halts of single lanes with it; paused lanes stay paused. */
  unhaltAll(by: string): Promise<void>;
  halted(): Promise<{ readonly reason: string; readonly by: string; readonly since: number } | undefined>;
  /** All lanes ever registered, by name. Counting open targets costs time in proportion to their number. */
  lanes(): Promise<readonly LaneStatus[]>;
}

export function controls({ database, dialect, laneId }: Context): Controls {
  const { query } = dialect;
  const event = (lane: string, what: string, why: string, actor: string) =>
    query.insertInto('events').values({ at: dialect.now, lane, what, why, actor }).compile();

  return {
    async setLane(lane, state, reason, by) {
      await database.write([
        query
          .updateTable('lanes')
          .set({ state, reason, by, since: dialect.now })
          .where('id', '=', laneId(lane))
          .where((is) => is.or([is('state', '<>', state), is('reason', '<>', reason)]))
          .compile(),
        event(lane, `lane ${state}`, reason, by),
      ]);
    },

    async haltAll(reason, by) {
      const since = dialect.now;
      await database.write([
        query
          .insertInto('switches')
          .values({ name: 'halt', reason, by, since })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ reason, by, since }))
          .compile(),
        event('', 'halt', reason, by),
      ]);
    },

    async unhaltAll(by) {
      await database.write([
        query.deleteFrom('switches').where('name', '=', 'halt').compile(),
        query
          .updateTable('lanes')
          .set({ state: 'open', reason: '', by, since: dialect.now })
          .where('state', '=', 'halted')
          .compile(),
        event('', 'unhalt', '', by),
      ]);
    },

    async halted() {
      const [rows] = await database.read([
        query.selectFrom('switches').select(['reason', 'by', 'since']).where('name', '=', 'halt').compile(),
      ]);
      return rows?.[0] as Awaited<ReturnType<Controls['halted']>>;
    },

    async lanes() {
      const ofLane = query.selectFrom('targets').where('targets.lane', '=', sql.ref<number>('lanes.id'));
      const open = ofLane.where('settlement', 'is', null);
      const [rows = []] = await database.read([
        query
          .selectFrom('lanes')
          .innerJoin('units', 'units.name', 'lanes.unit')
          .select(['lanes.name as lane', 'account', 'operation', 'unit', 'state', 'reason', 'by', 'since'])
          .select(
            sql<string>`case when units.heartbeat >= ${dialect.now} - ${silenceMs} then units.owner else '' end`.as(
              'owner',
            ),
          )
          .select((is) => [
            open.select(is.fn.countAll().as('n')).as('open'),
            ofLane
              .select(is.fn.countAll().as('n'))
              .where('settlement', 'in', [sql.lit('refused' as const), sql.lit('exhausted' as const)])
              .as('dead'),
            open
              .select(sql<number>`${dialect.now} - accepted`.as('age'))
              .orderBy('accepted')
              .limit(1)
              .as('oldestMs'),
          ])
          .orderBy('lanes.name')
          .compile(),
      ]);
      return rows.map((row) => ({
        ...(row as unknown as LaneStatus),
        oldestMs: (row['oldestMs'] as number | null) ?? undefined,
      }));
    },
  };
}
