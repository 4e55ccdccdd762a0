/**
 * Ownership: each unit has one owner, by its row here. Heartbeat, taking, giving up and every claim touch that
 * row in a transaction, so that a claim commits before a take-over and is seen by it, or fails. Time is the
 * database's; how long a successor then waits, it measures on its own monotonic clock.
 */
import { sql } from 'kysely';
import type { Cap } from '../limiter.ts';
import { capInForce, lowestCaps, type UnitCaps } from './caps.ts';
import type { Context } from './context.ts';
import type { Tenure } from './claim.ts';
import type { Row } from './database.ts';
import type { LaneState } from './schema.ts';

/** A unit may be taken when its owner has been silent for so long. */
export const silenceMs = 6000;

/** What one heartbeat learns: the state of the fleet as far as this worker is concerned. */
export interface Pulse {
  /** Units that this worker owns, by name, with their epochs. */
  readonly owned: ReadonlyMap<string, number>;
  /** The owner of each unit; '' where it may be taken, since nobody owns it or its owner is silent. */
  readonly owners: ReadonlyMap<string, string>;
  /** For each worker that has been heard of lately, this one included, by its id: the units that it could own. */
  readonly workers: ReadonlyMap<string, ReadonlySet<string>>;
  /** The cap in force of each unit that one of them could own. */
  readonly caps: ReadonlyMap<string, Cap>;
  readonly lanes: ReadonlyMap<string, { readonly state: LaneState; readonly reason: string }>;
  /** The reason of a halt of everything; undefined while there is none. */
  readonly halt: string | undefined;
}

export interface Takeover {
  readonly epoch: number;
  /** How the unit was left: never used, given up by its owner, or taken from a silent one. */
  readonly left: 'unused' | 'released' | 'silent';
  /** Ages in ms of the unit's calls that may still count in a window of `windowMs`. */
  readonly callAges: readonly number[];
}

export interface WorkerIdentity {
  /** New at each process start. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** The units that it has the accounts for, and the caps that it is configured with; none while it is stopping. */
  readonly units: UnitCaps;
}

export interface Ownership {
  beat(worker: WorkerIdentity): Promise<Pulse>;
  /** Takes a free unit; undefined if another was quicker. Calls that its former owner left open count as lost. */
  take(unit: string, owner: string, windowMs: number): Promise<Takeover | undefined>;
  /** Gives a unit up, once its last call is answered; or as if its owner were silent, where that isn't known. */
  release(tenure: Tenure, left?: 'released' | 'silent'): Promise<void>;
  /** This worker is gone: others need not wait to share its units. */
  leave(worker: string): Promise<void>;
}

export function ownership({ database, dialect }: Context): Ownership {
  const { query } = dialect;
  // One from the future was written before the database's clock stepped back: its owner may be dead for long.
  const silent = () =>
    sql<boolean>`(owner = '' or heartbeat < ${dialect.now} - ${silenceMs} or heartbeat > ${dialect.now} + ${silenceMs})`;

  return {
    async beat({ id, host, pid, units: able }) {
      const { now } = dialect;
      const units = JSON.stringify(able);
      const [, owned = [], all = [], workers = [], lanes = [], halt] = await database.write([
        query
          .insertInto('workers')
          .values({ id, host, pid, heartbeat: now, units })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ heartbeat: now, units }))
          .compile(),
        query
          .updateTable('units')
          .set({ heartbeat: now })
          .where('owner', '=', id)
          .returning(['name', 'epoch'])
          .compile(),
        query
          .selectFrom('units')
          .select(['name', 'cap', sql<string>`case when ${silent()} then '' else owner end`.as('owner')])
          .orderBy('name')
          .compile(),
        query
          .selectFrom('workers')
          .select(['id', 'units'])
          .where('heartbeat', '>=', sql<number>`${now} - ${silenceMs}`)
          .compile(),
        query.selectFrom('lanes').select(['name', 'state', 'reason']).compile(),
        query.selectFrom('switches').select('reason').where('name', '=', 'halt').compile(),
      ]);
      const configured = new Map(
        workers.map((row) => [String(row['id']), JSON.parse(String(row['units'])) as UnitCaps]),
      );
      return {
        owned: new Map(owned.map((row) => [String(row['name']), Number(row['epoch'])])),
        owners: new Map(all.map((row) => [String(row['name']), String(row['owner'])])),
        workers: new Map([...configured].map(([worker, caps]) => [worker, new Set(Object.keys(caps))])),
        caps: inForce(all, lowestCaps(configured.values())),
        lanes: new Map(
          lanes.map(({ name, state, reason }) => [
            String(name),
            { state: state as LaneState, reason: String(reason) },
          ]),
        ),
        halt: halt?.[0] && String(halt[0]['reason']),
      };
    },

    async take(unit, owner, windowMs) {
      const { now } = dialect;
      const lost = query
        .selectFrom('calls')
        .select('id')
        .where('unit', '=', unit)
        .where('ended', 'is', null)
        .where('epoch', '<', query.selectFrom('units').select('epoch').where('name', '=', unit));
      const before = query.selectFrom('units').select('released').where('name', '=', unit);
      const [row, taken, calls = [], last] = await database.write([
        dialect.locked(before, 'update').compile(),
        query
          .updateTable('units')
          .set({ owner, epoch: sql<number>`epoch + 1`, heartbeat: now, released: 0 })
          .where('name', '=', unit)
          .where(silent())
          .returning('epoch')
          .compile(),
        // A call counts as sent 1 s after its claim (the claim's validity), or when it ended if that was earlier; a
        // lost one did not end when it was found lost: its owner may live and send it as long as it is valid.
        query
          .selectFrom('calls')
          .select(
            sql<number>`${now} - ${dialect.lesser(
              sql`claimed + 1000`,
              sql`case when ended is null or result = 'lost' then claimed + 1000 else ended end`,
            )}`.as('age'),
          )
          .where('unit', '=', unit)
          .where('result', '<>', 'unsent')
          .where('claimed', '>', sql<number>`${now} - ${windowMs + 1040}`)
          .compile(),
        query.selectFrom('calls').select('id').where('unit', '=', unit).limit(1).compile(),
        // An outcome that is being settled comes first: it locks its call, then the call's targets.
        dialect.locked(lost, 'update').compile(),
        query
          .updateTable('targets')
          .set({ call: '', ambiguous: 1, attempts: sql<number>`attempts + 1` })
          .where('settlement', 'is', null)
          .where('call', '<>', '')
          .where('call', 'in', lost)
          .compile(),
        query.updateTable('calls').set({ ended: now, result: 'lost' }).where('id', 'in', lost).compile(),
      ]);
      if (!taken?.[0]) return undefined;
      const released = Number(row?.[0]?.['released']) > 0;
      return {
        epoch: Number(taken[0]['epoch']),
        left: !last?.[0] ? 'unused' : released ? 'released' : 'silent',
        callAges: calls.map((row) => Number(row['age'])),
      };
    },

    async release({ unit, owner, epoch }, left = 'released') {
      await database.write([
        query
          .updateTable('units')
          .set({ owner: '', heartbeat: 0, released: left === 'released' ? dialect.now : 0 })
          .where('name', '=', unit)
          .where('owner', '=', owner)
          .where('epoch', '=', epoch)
          .compile(),
      ]);
    },

    async leave(worker) {
      await database.write([query.deleteFrom('workers').where('id', '=', worker).compile()]);
    },
  };
}

function inForce(units: readonly Row[], configured: ReadonlyMap<string, Cap>): ReadonlyMap<string, Cap> {
  const caps = units.flatMap((row): [string, Cap][] => {
    const name = String(row['name']);
    const cap = configured.get(name);
    return cap ? [[name, capInForce(row['cap'] === null ? null : Number(row['cap']), cap)]] : [];
  });
  return new Map(caps);
}
