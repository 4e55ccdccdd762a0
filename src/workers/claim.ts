/**
 * Claim: what was gathered, written into the ledger as a call before it may be sent. Each target that this call
 * is not given has met its fate, or is back in its place, when the claim is answered. Protected ones come no
 * further than this: they are settled as refused, and never part of a call.
 */
import { pause } from '../clock.ts';
import type { Gate, Known, Tenure } from '../ledger/claim.ts';
import type { Credentials } from '../providers/signing.ts';
import type { Pass } from './circuit.ts';
import type { Fate, Gathered } from './gather.ts';
import type { Lane } from './lane.ts';
import type { Means } from './means.ts';

/** A call that the ledger has on record and that may be sent. */
export interface Claim {
  readonly lane: Lane;
  readonly call: string;
  readonly gathered: Gathered;
  readonly credentials: Credentials;
  readonly pass: Pass;
  /** Monotonic ms at which the claim was asked for. */
  readonly began: number;
  /** Monotonic ms at which the ledger had it. */
  readonly made: number;
}

/** A claim is good for so long: a successor of this process counts on it. */
export const claimValidMs = 1_000;

/** After a claim failed because the ledger was away. */
const ledgerPauseMs = 500;

/** Nothing if none of these may be sent now; `lost` if the unit is another worker's. */
export async function claim(
  lane: Lane,
  all: Gathered,
  pass: Pass,
  tenure: Tenure,
  means: Means,
): Promise<Claim | 'lost' | undefined> {
  const gathered = await withoutProtected(lane, all, tenure, means);
  if (!gathered) return undefined;
  const { ledger, clock, observer } = means;
  const began = clock.monotonic();
  const call = clock.id();
  const credentials = await lane.setup.credentials().catch(asError);
  if (credentials instanceof Error) {
    if (lane.open) lane.decide('halted', `no usable credentials: ${credentials.message}`);
    lane.giveBack(gathered);
    return undefined;
  }
  const keys = gathered.items.map(({ key }) => key);
  /** It may have been written without our hearing of it: its targets are free when the ledger says so. */
  const unclaim = async (): Promise<void> => {
    await pause(clock, ledgerPauseMs);
    if (await ledger.unclaim(call, lane.setup.name, tenure, keys).catch(asError)) return unclaim();
  };
  const answer = await ledger.claim(call, lane.setup.name, tenure, keys).catch(asError);
  if (answer instanceof Error) {
    observer.trouble('a claim failed', answer);
    await unclaim();
    lane.giveBack(gathered);
    return undefined;
  }
  const { gate, claimed, known } = answer;
  if (gate.state !== 'open' && gate.state !== 'lost') lane.follow(gate.state, gate.reason, clock.monotonic());
  for (const item of gathered.items)
    if (!claimed.has(item.key)) lane.fate(item, unclaimedFate(gate, known.get(item.key)));
  const [head, ...rest] = gathered.items.filter(({ key }) => claimed.has(key));
  if (!head) return gate.state === 'lost' ? 'lost' : undefined;
  const made = clock.monotonic();
  return { lane, call, gathered: { ...gathered, items: [head, ...rest] }, credentials, pass, began, made };
}

/** What of it may be sent, when the ledger says of the rest that it is refused; nothing while it can't be written. */
async function withoutProtected(
  lane: Lane,
  gathered: Gathered,
  tenure: Tenure,
  { ledger, clock, observer }: Means,
): Promise<Gathered | undefined> {
  const { name, protection } = lane.setup;
  const reasons = new Map<string, string>();
  for (const { key, target } of gathered.items) {
    const why = protection.why(target.id, target.parent);
    if (why !== undefined) reasons.set(key, `protected by ${why}`);
  }
  if (reasons.size === 0) return gathered;
  const known = await ledger
    .refuse(name, tenure, 'Protected', reasons)
    .then(() => ledger.look([...reasons.keys()]))
    .catch(asError);
  if (known instanceof Error) {
    observer.trouble('protected ids could not be refused', known);
    await pause(clock, ledgerPauseMs);
    lane.giveBack(gathered);
    return undefined;
  }
  const fates = gathered.items
    .filter(({ key }) => reasons.has(key))
    .map((item) => ({ item, fate: unclaimedFate({ state: 'open', reason: '' }, known.get(item.key)) }));
  const refused = fates.filter(({ fate }) => fate.is === 'settled' && fate.code === 'Protected');
  const [example = ''] = reasons.values();
  if (refused.length > 0) observer.guarded(lane.setup, refused.length, example);
  for (const { item, fate } of fates) lane.fate(item, fate);
  lane.settled(refused.map(() => 'refused'));
  const [head, ...rest] = gathered.items.filter(({ key }) => !reasons.has(key));
  return head && { ...gathered, items: [head, ...rest] };
}

const asError = (thrown: unknown): Error => thrown as Error;

/** What becomes of a target that the ledger did not let this call have. */
function unclaimedFate(gate: Gate, known: Known | undefined): Fate {
  if (known?.settlement) {
    const { settlement, code, providerRequest } = known;
    return { is: 'settled', settlement, code, requestId: providerRequest };
  }
  if (known?.withheld) return { is: 'withheld' };
  if (gate.state !== 'open') return { is: 'back' };
  return { is: 'later', ms: Math.max(known?.wait ?? 0, claimValidMs) };
}
