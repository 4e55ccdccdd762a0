/**
 * Settle: writes down how a call ended and what became of each of its targets, in one transaction, before any
 * job is completed: a crash in between repeats a delete (harmless), it never loses one.
 */
import { sql } from 'kysely';
import type { Settlement } from '../deletion.ts';
import type { Context } from './context.ts';
import { campaignCall, campaignOutcomes } from './campaign/outcomes.ts';
import { inForce, type Tenure } from './claim.ts';
import { int, settledAlready, stillOpen, text, wanted } from './dialect.ts';
import { workerCrashed } from './offer.ts';

/** How a call ended, as the provider or the transport said it. */
export interface CallEnd {
  readonly call: string;
  /** `answered`, a failure class, or `unsent`. */
  readonly result: string;
  readonly code: string;
  readonly providerRequest: string;
  readonly ms: number;
}

/**
 * What follows for a group of the call's targets; they share everything but the key. `ambiguous`: this call may
 * have deleted them unseen.
 */
export type Consequence =
  | {
      readonly then: 'settle';
      readonly settlement: Settlement;
      readonly keys: readonly string[];
      readonly ambiguous?: boolean;
      readonly code: string;
      readonly message: string;
    }
  /** An attempt is spent; due again after `delayMs`. */
  | {
      readonly then: 'retry';
      readonly keys: readonly string[];
      readonly delayMs: number;
      readonly ambiguous: boolean;
      readonly code: string;
      readonly message: string;
    }
  /** Not sent, throttled, split or put back: no attempt is spent. */
  | { readonly then: 'release'; readonly keys: readonly string[]; readonly ambiguous?: boolean };

export interface Settling {
  settle(end: CallEnd, consequences: readonly Consequence[]): Promise<void>;
  /**
   * Settles as refused, without a call, what must not be sent: `reasons` gives each key its message. Only for
   * whoever owns the unit, and only targets that are open, wanted now and held by no call; others stay as they are.
   */
  refuse(lane: string, tenure: Tenure, code: string, reasons: ReadonlyMap<string, string>): Promise<void>;
}

export function settling({ database, dialect, laneId, told }: Context): Settling {
  const { query, among, rows, field } = dialect;
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
      const { now } = dialect;
      const keys = consequences.flatMap((each) => each.keys);
      const answer = { provider_request: end.providerRequest };
      const update = ({ keys }: Consequence) =>
        query
          .updateTable('targets')
          .where(among('key', keys))
          .where(stillOpen)
          // A successor that took this call for lost has let go of its targets: the answer still counts.
          .where('call', 'in', [end.call, ''])
          .where((is) => is.not(is.exists(written)));
      const call = query.selectFrom('calls').select('id').where('id', '=', end.call);
      // Said twice, where it was not heard that it was written, it is in force once.
      const written = call.where('ended', 'is not', null).where('result', '<>', 'lost');
      const before = [
        dialect.locked(call, 'update').compile(),
        // Before the targets: whoever moves a campaign locks in this order.
        ...(end.result === 'unsent'
          ? []
          : [campaignCall(dialect, keys, end.result === 'throttled', sql`not exists ${written}`)]),
      ];
      const statements = [
        ...before,
        ...consequences.map((consequence) => {
          const { then, ambiguous = false } = consequence;
          const doubt = ambiguous ? { ambiguous: 1 } : {};
          if (then === 'release')
            return update(consequence)
              .set({ call: '', ...doubt })
              .compile();
          const { code, message } = consequence;
          const spent = { attempts: sql<number>`attempts + 1`, code, message, ...answer, ...doubt };
          if (then === 'settle') {
            const { settlement } = consequence;
            return update(consequence)
              .set({ ...spent, call: end.call, settlement, settled: now })
              .returning(['lane', 'settlement'])
              .compile();
          }
          const { delayMs } = consequence;
          return update(consequence)
            .set({ ...spent, call: '', due: sql<number>`${now} + ${Math.round(delayMs)}` })
            .compile();
        }),
        ...campaignOutcomes(
          dialect,
          sql`select seq from targets where ${among('key', keys)} and ${settledAlready}`,
        ),
        query
          .updateTable('calls')
          .set({ ended: now, result: end.result, code: end.code, ms: Math.round(end.ms), ...answer })
          .where('id', '=', end.call)
          .where((is) => is.not(is.exists(written)))
          .compile(),
      ];
      const twice = unheard.has(end.call);
      const answers = await database
        .write(twice ? [...statements, settledBy(end.call, keys)] : statements)
        .catch((error: unknown) => {
          unheard.add(end.call);
          throw error;
        });
      unheard.delete(end.call);
      told.settled(
        twice ? answers.at(-1) : answers.slice(before.length, before.length + consequences.length).flat(),
      );
    },
  };
}
