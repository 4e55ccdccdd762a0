/**
 * Controls: whether a lane may send and how fast, and who said so. States live here and nowhere else, so that
 * nothing which happens to Redis or to a process forgets a halt; each change is an event with its author and reason.
 */
import { sql } from 'kysely';
import type { Cap } from '../limiter.ts';
import { backlogReading, type LaneBacklog } from './backlog.ts';
import { lowestCaps, type UnitCaps } from './caps.ts';
import type { Context } from './context.ts';
import type { Row } from './database.ts';
import { eventReading, eventWriting, type Events } from './events.ts';
import { silenceMs } from './ownership.ts';
import type { LaneState } from './schema.ts';

export interface LaneRow {
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
  /** The lowest cap among the workers that could own it; undefined while there are none. */
  readonly configured: Cap | undefined;
  /** What a person set, which goes before it. */
  readonly capSet: CapSet | undefined;
}

export type LaneStatus = LaneRow & LaneBacklog;

/** Calls in any rolling window of the configured length; `since` in ms since 1970. */
export interface CapSet {
  readonly calls: number;
  readonly by: string;
  readonly reason: string;
  readonly since: number;
}

export interface Controls extends Events {
  /**
   * Stops an open lane, or opens a stopped one; `reason` is for people, `by` who or what decided. A stop changes
   * nothing where the lane is stopped already: whoever mends the first cause must not undo a second one unseen. So
   * whoever ends a pause names it with `from`: a halt that came meanwhile stays.
   */
  setLane(lane: string, state: LaneState, reason: string, by: string, from?: LaneState): Promise<void>;
  /**
   * The cap of the lane, and of all that share its unit, until it is set anew; undefined: the configured one. In
   * force at the owner's next heartbeat.
   */
  setCap(lane: string, calls: number | undefined, reason: string, by: string): Promise<void>;
  /** Stops every lane at its next claim; undone only by `unhaltAll`. */
  haltAll(reason: string, by: string): Promise<void>;
  /** Ends the halt of everything, and the halts of single lanes with it; paused lanes stay paused. */
  unhaltAll(by: string, reason?: string): Promise<void>;
  halted(): Promise<{ readonly reason: string; readonly by: string; readonly since: number } | undefined>;
  /** All lanes ever registered, by name. */
  laneRows(): Promise<readonly LaneRow[]>;
  /** The same with what waits in them: counting it costs time in proportion to its number. */
  lanes(): Promise<readonly LaneStatus[]>;
}

export function controls(context: Context): Controls {
  const { database, dialect, laneId } = context;
  const { query } = dialect;
  const event = eventWriting(dialect);
  const allLanes = query.selectFrom('lanes');
  const { backlog } = backlogReading(context);
  const latestCaps = query
    .selectFrom('events')
    .select((is) => is.fn.max('seq').as('seq'))
    .where('what', 'like', 'cap %')
    .groupBy('lane');

  return {
    ...eventReading(context),
    laneRows,

    async setLane(lane, state, reason, by, from) {
      const changes = state === 'open' && from === undefined ? '<>' : '=';
      const before = state === 'open' ? (from ?? 'open') : 'open';
      await database.write([
        event.ofEach(
          allLanes.where('id', '=', laneId(lane)).where('state', changes, before),
          `lane ${state}`,
          reason,
          by,
        ),
        query
          .updateTable('lanes')
          .set({ state, reason, by, since: dialect.now })
          .where('id', '=', laneId(lane))
          .where('state', changes, before)
          .compile(),
      ]);
    },

    async setCap(lane, calls, reason, by) {
      const unit = allLanes.select('unit').where('id', '=', laneId(lane));
      await database.write([
        query
          .updateTable('units')
          .set({ cap: calls ?? null })
          .where('name', '=', unit)
          .compile(),
        event.ofEach(allLanes.where('unit', '=', unit), `cap ${calls ?? 'default'}`, reason, by),
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
        event.ofAll('halt', reason, by),
      ]);
    },

    async unhaltAll(by, reason = '') {
      await database.write([
        query.deleteFrom('switches').where('name', '=', 'halt').compile(),
        query
          .updateTable('lanes')
          .set({ state: 'open', reason: '', by, since: dialect.now })
          .where('state', '=', 'halted')
          .compile(),
        event.ofAll('unhalt', reason, by),
      ]);
    },

    async halted() {
      const [rows] = await database.read([
        query.selectFrom('switches').select(['reason', 'by', 'since']).where('name', '=', 'halt').compile(),
      ]);
      return rows?.[0] as Awaited<ReturnType<Controls['halted']>>;
    },

    async lanes() {
      const rows = await laneRows();
      const backlogs = await backlog(rows.map(({ lane }) => lane));
      return rows.map((row) => ({ ...row, ...(backlogs.get(row.lane) ?? none) }));
    },
  };

  async function laneRows(): Promise<readonly LaneRow[]> {
    const [rows = [], workers = [], caps = []] = await database.read([
      query
        .selectFrom('lanes')
        .innerJoin('units', 'units.name', 'lanes.unit')
        .select([
          'lanes.name as lane',
          'account',
          'operation',
          'unit',
          'state',
          'reason',
          'by',
          'since',
          'cap',
        ])
        .select(
          sql<string>`case when units.heartbeat >= ${dialect.now} - ${silenceMs} then units.owner else '' end`.as(
            'owner',
          ),
        )
        .orderBy('lanes.name')
        .compile(),
      query
        .selectFrom('workers')
        .select('units')
        .where('heartbeat', '>=', sql<number>`${dialect.now} - ${silenceMs}`)
        .compile(),
      query
        .selectFrom('events')
        .select(['lane', 'actor', 'why', 'at'])
        .where('seq', 'in', latestCaps)
        .compile(),
    ]);
    const configured = lowestCaps(workers.map((row) => JSON.parse(String(row['units'])) as UnitCaps));
    const setBy = new Map(caps.map((event) => [event['lane'], event]));
    return rows.map(({ cap, ...row }) => ({
      ...(row as unknown as LaneRow),
      configured: configured.get(String(row['unit'])),
      capSet: cap === null ? undefined : capSet(Number(cap), setBy.get(row['lane'])),
    }));
  }
}

const none: LaneBacklog = { open: 0, dead: 0, oldestMs: undefined };

function capSet(calls: number, event: Row = { actor: '', why: '', at: 0 }): CapSet {
  return { calls, by: String(event['actor']), reason: String(event['why']), since: Number(event['at']) };
}
