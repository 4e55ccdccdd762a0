/**
 * Claim: the fence in front of every call. One transaction checks that this process still owns the unit at
 * this epoch, that nothing is halted or paused, and which of the targets are still unsettled, due and held by
 * no other call; it writes the call down and answers what may be sent. No claim, no call.
 */
import { sql } from 'kysely';
import type { Settlement } from '../deletion.ts';
import { sendableSince } from './backlog.ts';
import type { Row } from './database.ts';
import type { Context } from './context.ts';
import { int, stillOpen, text, wanted } from './dialect.ts';
import { prepared } from './prepared.ts';
import type { LaneState } from './schema.ts';

/** Proof of ownership: what a unit's row must still say for its owner to act. */
export interface Tenure {
  readonly unit: string;
  readonly owner: string;
  readonly epoch: number;
}

/** What the ledger knows of a target that a job names. */
export interface Known {
  readonly key: string;
  readonly urgent: boolean;
  /** Milliseconds until it may be sent; 0 is now. */
  readonly wait: number;
  /** Milliseconds since it might first have been sent: accepted, and its time come. A retry changes nothing. */
  readonly waited: number;
  readonly attempts: number;
  readonly ambiguous: boolean;
  /** A call of some process holds it. */
  readonly held: boolean;
  /** Only campaigns want it that send nothing now. */
  readonly withheld: boolean;
  readonly settlement: Settlement | null;
  readonly code: string;
  readonly providerRequest: string;
}

/** Why nothing may be sent in this lane now; `lost`: another process owns the unit. */
export interface Gate {
  readonly state: LaneState | 'lost';
  readonly reason: string;
}

export interface Claimed {
  readonly gate: Gate;
  /** Keys that this call may send; empty unless the gate is open. */
  readonly claimed: ReadonlySet<string>;
  /** The others, as far as the ledger holds them, as they were a moment later. */
  readonly known: ReadonlyMap<string, Known>;
}

export interface Claiming {
  claim(call: string, lane: string, tenure: Tenure, keys: readonly string[]): Promise<Claimed>;
  /**
   * Undoes a claim of which nobody heard whether it was written; one that is still under way will fail. Rejects
   * with LedgerAway while that can't be said for certain.
   */
  unclaim(call: string, lane: string, tenure: Tenure, keys: readonly string[]): Promise<void>;
  /** What the ledger knows of these keys; those it doesn't know are missing from the answer. */
  look(keys: readonly string[]): Promise<ReadonlyMap<string, Known>>;
}

export function claiming({ database, dialect, laneId }: Context): Claiming {
  const { query, among, jsonList, now } = dialect;
  const looking = prepared<{ keys: readonly string[] }>(({ keys }) => [
    query
      .selectFrom('targets')
      .select(['key', 'urgent', 'attempts', 'ambiguous', 'call', 'settlement', 'code'])
      .select('provider_request')
      .select(sql`case when ${wanted(dialect)} then 0 else 1 end`.as('withheld'))
      .select(dialect.greater(int(0), sql`due - ${now}`).as('wait'))
      .select(sql`${now} - ${sendableSince(dialect)}`.as('waited'))
      .where(among('key', keys))
      .compile(),
  ]);
  async function look(keys: readonly string[]): Promise<ReadonlyMap<string, Known>> {
    if (keys.length === 0) return new Map();
    const [rows = []] = await database.read(looking({ keys }));
    return knownMap(rows);
  }

  const claims = prepared<Tenure & { call: string; lane: number; keys: readonly string[] }>(
    ({ call, lane, unit, owner, epoch, keys }) => {
      const tenure = inForce(dialect, { unit, owner, epoch });
      const here = query.selectFrom('lanes').where('id', '=', lane);
      const halt = query.selectFrom('switches').where('name', '=', 'halt');
      return [
        // A take-over waits for this claim and sees it, or comes first and is seen.
        ...dialect.lock(tenure, 'share'),
        query
          .updateTable('targets')
          .set({ call, history: sql`ltrim(history || ' ' || ${text(call)})` })
          .where(among('key', keys))
          // The plus keeps the planner on the index of keys: the lane's open targets may be millions.
          .where(sql`+lane`, '=', lane)
          .where(stillOpen)
          .where('call', '=', '')
          .where('due', '<=', now)
          .where(wanted(dialect))
          .where((is) => is.exists(tenure))
          .where((is) => is.exists(here.select('id').where('state', '=', 'open')))
          .where((is) => is.not(is.exists(halt.select('name'))))
          .returning('key')
          .compile(),
        // By the index of those that are held, where a call's targets stand together.
        sql`insert into calls (id, lane, unit, epoch, claimed, targets)
            select ${text(call)}, ${int(lane)}, ${text(unit)}, ${int(epoch)}, ${now}, ${jsonList('seq')}
            from targets where settlement is null and call <> '' and call = ${text(call)}
            having count(*) > 0`.compile(query),
        here
          .select(['state', 'reason'])
          .select((is) => is.exists(tenure).as('owned'))
          .select(halt.select('reason').as('halt'))
          .compile(),
      ];
    },
  );

  return {
    async claim(call, lane, { unit, owner, epoch }, keys) {
      const rows = await database.write(claims({ call, lane: laneId(lane), unit, owner, epoch, keys }));
      const [mine = [], , gates] = rows.slice(-3);
      const claimed = new Set(mine.map((row) => String(row['key'])));
      const others = keys.filter((key) => !claimed.has(key));
      return { gate: gate(gates?.[0]), claimed, known: await look(others) };
    },

    async unclaim(call, lane, { unit, epoch }, keys) {
      const undone = { ended: now, result: 'unsent' };
      await database.write([
        query
          .insertInto('calls')
          .values({
            id: call,
            lane: laneId(lane),
            unit,
            epoch,
            claimed: now,
            targets: '[]',
            ...undone,
          })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(undone))
          .compile(),
        query
          .updateTable('targets')
          .set({ call: '' })
          .where(among('key', keys))
          .where(stillOpen)
          .where('call', '=', call)
          .compile(),
      ]);
    },

    look,
  };
}

/** The unit's row, while that is what it says. */
export const inForce = ({ query }: Context['dialect'], { unit, owner, epoch }: Tenure) =>
  query
    .selectFrom('units')
    .select('name')
    .where('name', '=', unit)
    .where('owner', '=', owner)
    .where('epoch', '=', epoch);

const knownMap = (rows: readonly Row[]): ReadonlyMap<string, Known> =>
  new Map(rows.map((row) => [String(row['key']), knownRow(row)]));

function knownRow(row: Row): Known {
  return {
    key: String(row['key']),
    urgent: row['urgent'] === 1,
    wait: Number(row['wait']),
    waited: Math.max(0, Number(row['waited'])),
    attempts: Number(row['attempts']),
    ambiguous: row['ambiguous'] === 1,
    held: row['settlement'] === null && row['call'] !== '',
    withheld: row['settlement'] === null && row['withheld'] === 1,
    settlement: row['settlement'] as Settlement | null,
    code: String(row['code']),
    providerRequest: String(row['provider_request']),
  };
}

function gate(row: Row | undefined): Gate {
  if (row?.['owned'] !== 1) return { state: 'lost', reason: 'another worker owns it' };
  if (row['halt'] !== null) return { state: 'halted', reason: row['halt'] as string };
  return { state: row['state'] as LaneState, reason: String(row['reason']) };
}
