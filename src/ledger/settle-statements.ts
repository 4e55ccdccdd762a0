/** What settle says to the database, built once. */
import { sql, type CompiledQuery } from 'kysely';
import type { Settlement } from '../deletion.ts';
import { campaignCall, outcomesOfCall } from './campaign/outcomes.ts';
import type { Context } from './context.ts';
import { stillOpen } from './dialect.ts';
import { prepared } from './prepared.ts';

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

/** In the order in which one transaction has to say them; `ends` answer the lane and settlement of each they settle. */
export type Settles = (
  end: CallEnd,
  consequences: readonly Consequence[],
) => Readonly<Record<'before' | 'ends' | 'after', readonly CompiledQuery[]>>;

type Held = { readonly call: string; readonly keys: readonly string[] };
type Spent = Held & { readonly code: string; readonly message: string; readonly providerRequest: string };

export function settles({ dialect }: Pick<Context, 'dialect'>): Settles {
  const { query, among, now } = dialect;
  const callOf = (call: string) => query.selectFrom('calls').select('id').where('id', '=', call);
  // Said twice, where it was not heard that it was written, it is in force once.
  const written = (call: string) => callOf(call).where('ended', 'is not', null).where('result', '<>', 'lost');

  const locked = prepared<{ call: string }>(({ call }) => dialect.lock(callOf(call)));
  const counted = prepared<{ call: string; throttled: number }>(({ call, throttled }) => [
    campaignCall(dialect, call, throttled, sql`not exists ${written(call)}`),
  ]);
  const told = prepared<{ call: string }>(({ call }) => outcomesOfCall(dialect, call));
  const ended = prepared<CallEnd>(({ call, result, code, providerRequest, ms }) => [
    query
      .updateTable('calls')
      .set({ ended: now, result, code, ms, provider_request: providerRequest })
      .where('id', '=', call)
      .where((is) => is.not(is.exists(written(call))))
      .compile(),
  ]);

  const update = ({ call, keys }: Held) =>
    query
      .updateTable('targets')
      .where(among('key', keys))
      .where(stillOpen)
      // A successor that took this call for lost has let go of its targets: the answer still counts.
      .where('call', 'in', [call, ''])
      .where((is) => is.not(is.exists(written(call))));
  const spend = ({ code, message, providerRequest }: Spent) => {
    return { attempts: sql<number>`attempts + 1`, code, message, provider_request: providerRequest };
  };
  const released = eitherWay((doubt) =>
    prepared<Held>((held) => [
      update(held)
        .set({ call: '', ...doubt })
        .compile(),
    ]),
  );
  const settled = eitherWay((doubt) =>
    prepared<Spent & { settlement: Settlement }>((spent) => [
      update(spent)
        .set({ ...spend(spent), ...doubt, call: spent.call, settlement: spent.settlement, settled: now })
        .returning(['lane', 'settlement'])
        .compile(),
    ]),
  );
  const retried = eitherWay((doubt) =>
    prepared<Spent & { delayMs: number }>((spent) => [
      update(spent)
        .set({ ...spend(spent), ...doubt, call: '', due: sql<number>`${now} + ${spent.delayMs}` })
        .compile(),
    ]),
  );

  function following({ call, providerRequest }: CallEnd, consequence: Consequence): readonly CompiledQuery[] {
    const { keys, ambiguous = false } = consequence;
    if (consequence.then === 'release') return released(ambiguous)({ call, keys });
    const spent = { call, keys, code: consequence.code, message: consequence.message, providerRequest };
    if (consequence.then === 'settle')
      return settled(ambiguous)({ ...spent, settlement: consequence.settlement });
    return retried(ambiguous)({ ...spent, delayMs: Math.round(consequence.delayMs) });
  }

  return (end, consequences) => {
    const { call, result } = end;
    // Before the targets: whoever moves a campaign locks in this order.
    const tallied = result === 'unsent' ? [] : counted({ call, throttled: result === 'throttled' ? 1 : 0 });
    return {
      before: [...locked({ call }), ...tallied],
      ends: consequences.flatMap((each) => following(end, each)),
      after: [...told({ call }), ...ended({ ...end, ms: Math.round(end.ms) })],
    };
  };
}

/** Two of them, by whether the call may have deleted its targets unseen. */
function eitherWay<Made>(make: (doubt: { ambiguous?: 1 }) => Made): (ambiguous: boolean) => Made {
  const [sure, unsure] = [make({}), make({ ambiguous: 1 })];
  return (ambiguous) => (ambiguous ? unsure : sure);
}
