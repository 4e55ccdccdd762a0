/**
 * The emulator's own record of the deletions that it was asked for, small enough to hold a million ids: one
 * number for each id of each account and action.
 */
import { settlements, type Settlement } from '../deletion.ts';
import { linesOf } from './lines.ts';

/** The emulator can't be asked, or what answers there is none. */
export class NoRecord extends Error {
  override readonly name = 'NoRecord';
}

/** One line of `GET /_emulator/calls`, as far as it matters here. */
interface Arrival {
  readonly account: string;
  readonly action: string;
  readonly ids: readonly string[];
  readonly result: string;
  readonly requestId: string;
  readonly deleted: readonly string[];
}

/** All that is known of one id, as one small number: flags, and above them the call that first deleted it. */
const flag = {
  asked: 1,
  accounted: 2,
  deleted: 4,
  deletedAgain: 8,
  accepted: 16,
  acceptedAgain: 32,
} as const;
const settlementAt = 64;
const callAt = 512;
type Flag = (typeof flag)[keyof typeof flag];

const has = (seen: number, which: Flag): boolean => ((seen % settlementAt) & which) !== 0;
const plus = (seen: number, which: Flag): number => (has(seen, which) ? seen : seen + which);

/** What both sides said of one id, once all rows of the ledger have been held against it. */
export interface Seen {
  readonly id: string;
  readonly action: string;
  /** A row of the ledger names it. */
  readonly asked: boolean;
  readonly deleted: boolean;
  readonly deletedAgain: boolean;
  /** Some row says that it is deleted, or may be. */
  readonly accounted: boolean;
  /** What the last other row says. */
  readonly settlement: Settlement;
  /** RequestId of the call that deleted it first. */
  readonly deletedBy: string;
}

export class ProviderRecord {
  readonly requestIds = new Set<string>();
  /** Calls that arrived, whatever came of them; by scope. */
  readonly arrived = new Map<string, number>();
  calls = 0;
  deleted = 0;
  /** Ids that more than one accepted call held, and calls that held one which an earlier call had held. */
  readonly repeats = { ids: 0, calls: 0 };
  readonly #ids = new Map<string, Map<string, number>>();
  readonly #deletingCalls: string[] = [];

  add(scope: string, { ids, deleted, requestId, result }: Arrival): void {
    this.calls++;
    this.arrived.set(scope, (this.arrived.get(scope) ?? 0) + 1);
    this.requestIds.add(requestId);
    const known = this.#ids.get(scope) ?? new Map<string, number>();
    this.#ids.set(scope, known);
    let repeated = false;
    for (const id of ids) {
      const seen = known.get(id) ?? 0;
      const again = has(seen, flag.accepted);
      if (result !== 'accepted') known.set(id, seen);
      else known.set(id, plus(seen, again ? flag.acceptedAgain : flag.accepted));
      if (result !== 'accepted' || !again) continue;
      repeated = true;
      if (!has(seen, flag.acceptedAgain)) this.repeats.ids++;
    }
    if (repeated) this.repeats.calls++;
    if (deleted.length > 0) this.#deletingCalls.push(requestId);
    for (const id of deleted) {
      const seen = known.get(id) ?? 0;
      if (has(seen, flag.deleted)) known.set(id, plus(seen, flag.deletedAgain));
      else known.set(id, plus(seen, flag.deleted) + callAt * this.#deletingCalls.length);
      if (!has(seen, flag.deleted)) this.deleted++;
    }
  }

  /** Holds a row of the ledger against it; answers whether the provider deleted the id. */
  hold(scope: string, id: string, settlement: Settlement | null, ambiguous: boolean): boolean {
    const known = this.#ids.get(scope);
    const seen = known?.get(id);
    if (!known || seen === undefined) return false;
    const accounted = settlement === null || settlement === 'deleted' || ambiguous;
    const marked = plus(accounted ? plus(seen, flag.accounted) : seen, flag.asked);
    const said = settlement ? settlements.indexOf(settlement) : 0;
    const before = Math.floor(marked / settlementAt) % (callAt / settlementAt);
    known.set(id, accounted ? marked : marked + settlementAt * (said - before));
    return has(seen, flag.deleted);
  }

  /** Ids of which the two sides do not say the same, or which were deleted again. */
  *doubtful(): Generator<Seen & { readonly scope: string }> {
    for (const [scope, ids] of this.#ids)
      for (const [id, seen] of ids) {
        const sound = has(seen, flag.accounted) || !has(seen, flag.deleted);
        if (sound && has(seen, flag.asked) && !has(seen, flag.deletedAgain)) continue;
        const said = Math.floor(seen / settlementAt) % (callAt / settlementAt);
        yield {
          ...{ scope, id, action: actionIn(scope), asked: has(seen, flag.asked) },
          ...{ deleted: has(seen, flag.deleted), deletedAgain: has(seen, flag.deletedAgain) },
          accounted: has(seen, flag.accounted),
          settlement: settlements[said] ?? 'deleted',
          deletedBy: this.#deletingCalls[Math.floor(seen / callAt) - 1] ?? '',
        };
      }
  }
}

/** An action of one access key; of all that are not known by name where it is ''. */
export const scopeOf = (accessKey: string, action: string): string => `${accessKey} ${action}`;
const actionIn = (scope: string): string => scope.slice(scope.indexOf(' ') + 1);

/** Calls of these actions; accounts by access key where `known` holds it. Rejects with NoRecord. */
export async function readRecord(
  url: string,
  actions: ReadonlySet<string>,
  known: ReadonlySet<string>,
): Promise<ProviderRecord> {
  const record = new ProviderRecord();
  try {
    const response = await fetch(new URL('/_emulator/calls', url));
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    for await (const line of linesOf(response.body)) {
      const call = JSON.parse(line) as Arrival;
      if (!actions.has(call.action)) continue;
      record.add(scopeOf(known.has(call.account) ? call.account : '', call.action), call);
    }
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = (cause as Error | undefined)?.message || message;
    throw new NoRecord(`the emulator's record at ${url} can't be read: ${reason}`, { cause: error });
  }
  return record;
}
