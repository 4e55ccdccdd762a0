/**
 * The ledger held against the emulator's own record, id by id: what was asked, what was sent and deleted, what is
 * settled, which calls are on record. The emulator shares no code with the workers, so agreement means something.
 *
 * Of each id it must hold: sent only if the ledger holds it in that account and operation; deleted at the
 * provider once, and only if the ledger says deleted, or says that it may be; gone if the ledger says deleted.
 * Of each call: an answer that the ledger noted is one that the provider gave, and none arrived unclaimed.
 */
import type { Account } from '../config.ts';
import { findOperation, operations } from '../providers/operations.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PageCall, PageRow } from '../ledger/lookup.ts';
import { readRecord, scopeOf, type ProviderRecord, type Seen } from './provider-record.ts';

export interface Comparison {
  readonly targets: number;
  /** Ids. */
  readonly deletedAtProvider: number;
  /** Deletion calls that arrived at the provider. */
  readonly calls: number;
  /** Ids that more than one accepted call held, and calls that held such an id again: no difference. */
  readonly repeats: { readonly ids: number; readonly calls: number };
  /** How many differences there are; 0 means equal. */
  readonly total: number;
  /** Each a sentence that names the id or the call. The first 100. */
  readonly differences: readonly string[];
}

export interface ComparisonOptions {
  /** Account name → access key id, where it is known; others are not told apart. */
  readonly accessKeys?: ReadonlyMap<string, string>;
  /** What an archive holds of the ledger. */
  readonly archived?: AsyncIterable<Archived>;
}

/** A target that has left the ledger, with its calls. */
export type Archived = Pick<PageRow, 'lane' | 'id' | 'settlement' | 'ambiguous'> & {
  readonly calls: readonly Omit<PageCall, 'lane'>[];
};

const mostTold = 100;
const pageSize = 1_000;

/** `url` is the emulator's. Only lanes for which `include` holds are looked at. Rejects with NoRecord. */
export async function compareWithEmulator(
  ledger: Ledger,
  url: string,
  include: (lane: string) => boolean = () => true,
  { accessKeys = new Map(), archived = none() }: ComparisonOptions = {},
): Promise<Comparison> {
  const actions = new Set(operations.map(({ action }) => action));
  const record = await readRecord(url, actions, new Set(accessKeys.values()));
  const names = new Map([...accessKeys].map(([account, accessKey]) => [accessKey, account]));
  const told = { total: 0, differences: [] as string[] };
  const tell = (what: string, difference: string) => {
    if (++told.total <= mostTold) told.differences.push(`${what}: ${difference}`);
  };
  const scopes = new Map<string, string>();
  const scopeIn = (lane: string): string => {
    const known = scopes.get(lane);
    if (known !== undefined) return known;
    const { account, action } = partsOf(lane);
    const scope = scopeOf(accessKeys.get(account) ?? '', action);
    scopes.set(lane, scope);
    return scope;
  };
  const nameOf = (scope: string): string => {
    const [accessKey = '', action = ''] = scope.split(' ');
    return `${names.get(accessKey) ?? ''} ${action}`.trim();
  };

  let targets = 0;
  const target = ({ lane, id, settlement, ambiguous }: Omit<Archived, 'calls'>) => {
    targets++;
    const scope = scopeIn(lane);
    const gone = record.hold(scope, id, settlement, ambiguous === 1);
    if (settlement === null) tell(`${nameOf(scope)} ${id}`, 'still open in the ledger');
    if (settlement === 'deleted' && !gone)
      tell(`${nameOf(scope)} ${id}`, 'deleted by the ledger, not deleted at the provider');
  };
  const claimed = new Map<string, number>();
  const call = ({ id, lane, result, providerRequest }: PageCall) => {
    const scope = scopeIn(lane);
    if (result !== 'unsent') claimed.set(scope, (claimed.get(scope) ?? 0) + 1);
    if (providerRequest !== '' && !record.requestIds.has(providerRequest))
      tell(`call ${id}`, `the provider never gave the answer ${providerRequest}`);
  };

  const calledInArchive = new Set<string>();
  for await (const { calls, ...row } of archived) {
    if (!include(row.lane)) continue;
    target(row);
    for (const each of calls) {
      if (!calledInArchive.has(each.id)) call({ ...each, lane: row.lane });
      calledInArchive.add(each.id);
    }
  }
  for await (const row of targetsOf(ledger)) if (include(row.lane)) target(row);
  for await (const each of callsOf(ledger))
    if (include(each.lane) && !calledInArchive.has(each.id)) call(each);

  for (const seen of record.doubtful()) {
    const difference = await judge(seen, ledger);
    if (difference !== undefined) tell(`${nameOf(seen.scope)} ${seen.id}`, difference);
  }
  for (const [scope, arrived] of record.arrived) {
    const known = claimed.get(scope) ?? 0;
    if (arrived > known) tell(nameOf(scope), `${arrived} calls at the provider, ${known} in the ledger`);
  }
  return { targets, ...sums(record), ...told };
}

const sums = ({ deleted, calls, repeats }: ProviderRecord) => {
  return { deletedAtProvider: deleted, calls, repeats };
};

async function judge(seen: Seen, ledger: Ledger): Promise<string | undefined> {
  const { asked, deleted, deletedAgain, accounted, settlement } = seen;
  if (!asked) return `${deleted ? 'deleted at' : 'sent to'} the provider, and the ledger never heard of it`;
  if (deletedAgain) return 'deleted more than once at the provider';
  // An unanswered attempt may have deleted it: then the ledger says so beside "absent" or "exhausted".
  if (!deleted || accounted || (await deletedBefore(seen, ledger))) return undefined;
  return `${settlement} by the ledger, but deleted at the provider`;
}

/** Whether that was before the target was opened anew: what the ledger said then it no longer says. */
async function deletedBefore({ id, action, deletedBy }: Seen, ledger: Ledger): Promise<boolean> {
  const rows = await ledger.lookup(id);
  return rows
    .filter(({ operation }) => actionNamed(operation) === action)
    .some(({ calls, accepted }) => {
      const earlier = calls.filter(({ claimed }) => claimed < accepted);
      const own = calls.find(({ providerRequest }) => providerRequest === deletedBy);
      return own ? earlier.includes(own) : earlier.length > 0;
    });
}

/** For `accessKeys`: those that are written out in the configuration. */
export function accessKeysOf(accounts: readonly Account[]): ReadonlyMap<string, string> {
  const keys = accounts.map(({ name, credentials }): [string, string | undefined] => {
    const given = credentials as { readonly accessKeyId?: string; readonly accessKey?: string };
    return [name, given.accessKeyId ?? given.accessKey];
  });
  return new Map(keys.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

async function* targetsOf(ledger: Ledger): AsyncGenerator<PageRow> {
  for (let seq = 0; ;) {
    const page = await ledger.page(seq, pageSize);
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    seq = last.seq;
  }
}

async function* callsOf(ledger: Ledger): AsyncGenerator<PageCall> {
  for (let after = ''; ;) {
    const page = await ledger.callPage(after, pageSize);
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    after = last.id;
  }
}

async function* none(): AsyncGenerator<Archived> {}

function partsOf(lane: string): { readonly account: string; readonly action: string } {
  const at = lane.indexOf('~');
  return { account: lane.slice(0, at), action: actionNamed(lane.slice(at + 1)) };
}

/** Also of an operation that this version doesn't know: nothing on record matches it. */
function actionNamed(operation: string): string {
  const found = findOperation(operation);
  return 'problem' in found ? operation : found.action;
}
