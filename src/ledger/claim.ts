/**
 * Claim: the fence in front of every call. One transaction checks that this process still owns the unit at
 * this epoch, that nothing is halted or paused, and which of the targets are still unsettled, due and held by
 * no other call; it writes the call down and answers what may be sent. No claim, no call.
 */
import { sql } from 'kysely';
import type { Settlement } from '../deletion.ts';
import type { Row } from './database.ts';
import type { Context } from './context.ts';
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
  readonly attempts: number;
  readonly ambiguous: boolean;
  /** A call of some process holds it. */
  readonly held: boolean;
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
  /** All keys asked for that the ledger holds. */
  readonly known: ReadonlyMap<string, Known>;
}

export interface Claiming {
  claim(call: string, lane: string, tenure: Tenure, keys: readonly string[]): Promise<Claimed>;
  /** What the ledger knows of these keys; those it doesn't know are missing from the answer. */
  look(keys: readonly string[]): Promise<ReadonlyMap<string, Known>>;
}

export function claiming({ database, dialect, laneId }: Context): Claiming {
  const { query, list, jsonList } = dialect;
  const knownOf = (keys: readonly string[]) =>
    query
      .selectFrom('targets')
      .select(['key', 'urgent', 'attempts', 'ambiguous', 'call', 'settlement', 'code'])
      .select('provider_request')
      .select(sql<number>`max(0, due - ${dialect.now})`.as('wait'))
      .where('key', 'in', list(keys))
      .compile();

  return {
    async claim(call, lane, { unit, owner, epoch }, keys) {
      const { now } = dialect;
      const tenure = query
        .selectFrom('units')
        .select('name')
        .where('name', '=', unit)
        .where('owner', '=', owner)
        .where('epoch', '=', epoch);
      const here = query.selectFrom('lanes').where('id', '=', laneId(lane));
      const halt = query.selectFrom('switches').where('name', '=', 'halt');
      const mine = query
        .selectFrom('targets')
        .select('seq')
        .where('key', 'in', list(keys))
        .where('call', '=', call);
      const [, , known = [], gates] = await database.write([
        query
          .updateTable('targets')
          .set({ call, history: sql`ltrim(history || ' ' || ${call})` })
          .where('key', 'in', list(keys))
          // The plus keeps the planner on the index of keys: the lane's open targets may be millions.
          .where(sql`+lane`, '=', laneId(lane))
          .where('settlement', 'is', null)
          .where('call', '=', '')
          .where('due', '<=', now)
          .where((is) => is.exists(tenure))
          .where((is) => is.exists(here.select('id').where('state', '=', 'open')))
          .where((is) => is.not(is.exists(halt.select('name'))))
          .compile(),
        sql`insert into calls (id, lane, unit, epoch, claimed, targets)
            select ${call}, ${laneId(lane)}, ${unit}, ${epoch}, ${now}, (select ${jsonList('seq')} from ${mine})
            where exists ${mine}`.compile(query),
        knownOf(keys),
        here
          .select(['state', 'reason'])
          .select((is) => is.exists(tenure).as('owned'))
          .select(halt.select('reason').as('halt'))
          .compile(),
      ]);
      return {
        gate: gate(gates?.[0]),
        claimed: new Set(known.filter((row) => row['call'] === call).map((row) => String(row['key']))),
        known: knownMap(known),
      };
    },

    async look(keys) {
      const [rows = []] = await database.read([knownOf(keys)]);
      return knownMap(rows);
    },
  };
}

const knownMap = (rows: readonly Row[]): ReadonlyMap<string, Known> =>
  new Map(rows.map((row) => [String(row['key']), knownRow(row)]));

function knownRow(row: Row): Known {
  return {
    key: String(row['key']),
    urgent: row['urgent'] === 1,
    wait: Number(row['wait']),
    attempts: Number(row['attempts']),
    ambiguous: row['ambiguous'] === 1,
    held: row['settlement'] === null && row['call'] !== '',
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
