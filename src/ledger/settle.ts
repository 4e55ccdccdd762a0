/**
 * Settle: writes down how a call ended and what became of each of its targets, in one transaction, before any
 * job is completed: a crash in between repeats a delete (harmless), it never loses one.
 */
import { sql } from 'kysely';

import type { Context } from './context.ts';
import { campaignOutcomes } from './campaign/outcomes.ts';
import { inForce, type Tenure } from './claim.ts';
import { int, settledAlready, stillOpen, text, wanted } from './dialect.ts';
import { workerCrashed } from './offer.ts';
import { settles, type CallEnd, type Consequence } from './settle-statements.ts';

export type { CallEnd, Consequence };

export interface Settling {
  settle(end: CallEnd, consequences: readonly Consequence[]): Promise<void>;
  /**
   * Settles as refused, without a call, what must not be sent: `reasons` gives each key its message. Only for
   * whoever owns the unit, and only targets that are open, wanted now and held by no call; others stay as they are.
   */
  refuse(lane: string, tenure: Tenure, code: string, reasons: ReadonlyMap<string, string>): Promise<void>;
}

export function settling(context: Context): Settling {
  const { database, dialect, laneId, told } = context;
  const { query, among, rows, field } = dialect;
  const statements = settles(context);
  /** Calls whose end may be on record without our having heard so. */
  const unheard = new Set<string>();

  /** What became of the call's targets by itself, whenever that was written. */
  const settledBy = (call: string, keys: readonly string[]) =>
    query
      .selectFrom('targets')
      .select(['lane', 'settlement'])
      .where(among('key', keys))
      .where(settledAlready)
      .where('call', '=', call)
      // What a successor gave up after too many crashes is the successor's to count.
      .where('code', '<>', workerCrashed)
      .compile();

  return {
    async refuse(lane, claimant, code, reasons) {
      const objects = [...reasons].map(([key, message]) => ({ key, message }));
      const tenure = inForce(dialect, claimant);
      const settled = sql`select seq from targets
        where ${among('key', [...reasons.keys()])} and ${settledAlready}`;
      const [, refused] = await database.write([
        dialect.locked(tenure, 'share').compile(),
        sql`update targets set settlement = 'refused', code = ${text(code)}, message = ${field('message')},
              provider_request = '', settled = ${dialect.now}
            from ${rows(objects)}
            where targets.key = ${field('key')} and +targets.lane = ${int(laneId(lane))} and ${stillOpen}
              and targets.call = '' and ${wanted(dialect)} and exists ${tenure}
            returning lane, settlement`.compile(query),
        ...campaignOutcomes(dialect, settled),
      ]);
      told.settled(refused);
    },

    async settle(end, consequences) {
      const keys = consequences.flatMap((each) => each.keys);
      const { before, ends, after } = statements(end, consequences);
      const all = [...before, ...ends, ...after];
      const twice = unheard.has(end.call);
      const answers = await database
        .write(twice ? [...all, settledBy(end.call, keys)] : all)
        .catch((error: unknown) => {
          unheard.add(end.call);
          throw error;
        });
      unheard.delete(end.call);
      told.settled(twice ? answers.at(-1) : answers.slice(before.length, before.length + ends.length).flat());
    },
  };
}
