/**
 * One attempt, from the lane's turn to the ledger: send, interpret, confirm what is in doubt, decide, settle,
 * and only then tell the jobs. Each step hands the next one a value; nothing in here throws for what a provider
 * or a network does.
 */
import type { Outcome, Settlement, Target } from '../deletion.ts';
import { attemptCall, type CallResult } from '../providers/call.ts';
import type { Limiter } from '../limiter.ts';
import { claimValidMs, type Claim } from './claim.ts';
import { isRetried, split, type Item } from './gather.ts';
import type { Lane } from './lane.ts';
import type { Means } from './means.ts';
import { consequences, settleDurably } from './settle.ts';
import type { Turn } from './turn.ts';
import { decideFailure, decideOutcome, type Circumstances, type Verdict } from './verdict.ts';

export interface Surroundings {
  readonly means: Means;
  readonly limiter: Limiter;
  /** Asks the provider which of these still exist, within the lane's cap. */
  readonly confirm: (claim: Claim, targets: readonly Target[]) => Promise<(target: Target) => Existence>;
  /** The answer is there, or will not come: the connection is free. */
  readonly answered: (lane: Lane, result: CallResult) => void;
}

export type Existence = 'present' | 'gone' | 'unknown';

type Ended = Exclude<CallResult, { vetoed: true }>;

/** Starts in the tick in which the turn was taken; resolves when everything that follows is on record. */
export async function attempt(claim: Claim, turn: Turn, around: Surroundings): Promise<void> {
  const { means, limiter } = around;
  const { lane, gathered, credentials, began } = claim;
  const { operation, site, transport } = lane.setup;
  const [head, ...rest] = gathered.items;
  let wrote = began;
  const onWrite = (): boolean => {
    wrote = means.clock.monotonic();
    if (isGood(claim, wrote)) return turn.write();
    turn.unwritten();
    return false;
  };
  const batch = [head.target, ...rest.map(({ target }) => target)] as const;
  const sent = { operation, batch, site, credentials, transport, clock: means.clock, onWrite };
  const result = await attemptCall(sent);
  learn(result, claim, turn, limiter);
  around.answered(lane, result);
  if ('vetoed' in result) return unsend(claim, means);

  const verdicts = await decide(claim, result, around);
  // At once, before the ledger is asked: each moment longer is one more call that can only fail.
  for (const verdict of verdicts.values())
    if (verdict.then === 'halt' && lane.open) lane.decide('halted', verdict.reason);
  await settleDurably(means, callEnd(claim, result), consequences(verdicts));
  carryOut(claim, result, verdicts);
  report(claim, result, verdicts, wrote, means);
}

/** It may be sent now, a second after it was claimed at the latest: a successor of this process counts on that. */
export const isGood = ({ lane, began, pass }: Claim, now: number): boolean =>
  lane.open && now - began < claimValidMs && lane.setup.circuit.lets(pass);

/** A claimed call that was not sent after all: as if it had not been, and first in the line again. */
export async function unsend(claim: Claim, means: Means): Promise<void> {
  const { lane, gathered, call } = claim;
  lane.setup.circuit.unused(claim.pass);
  const keys = gathered.items.map(({ key }) => key);
  const end = { call, result: 'unsent', code: '', providerRequest: '', ms: 0 };
  await settleDurably(means, end, [{ then: 'release', keys }]);
  lane.giveBack(gathered);
}

/** What circuit, budget and limiter learn of a call. */
function learn(result: CallResult, { lane, gathered, pass }: Claim, turn: Turn, limiter: Limiter): void {
  if ('vetoed' in result) return;
  const failed = 'failure' in result.interpretation ? result.interpretation.failure : undefined;
  lane.setup.circuit.heard(pass, failed?.class === 'transient' ? failed.code : undefined);
  if (!isRetried(gathered)) lane.budget.earn();
  if (!result.written) return turn.unwritten();
  if (failed?.class === 'throttled') return limiter.throttled(failed.retryAfter);
  if (failed?.code === 'timeout') return turn.late();
  limiter.accepted();
}

async function decide(
  claim: Claim,
  { interpretation }: Ended,
  { means, confirm }: Surroundings,
): Promise<Map<Item, Verdict>> {
  const { items } = claim.gathered;
  const { missingMeans, answersPerId } = claim.lane.setup.operation;
  const jitter = means.clock.random();
  const { outageMs } = claim.lane.setup.circuit;
  const call = ({ attempts }: Item): Circumstances => {
    const { retry: policy } = means;
    return { size: items.length, attempts, jitter, policy, missingMeans, answersPerId, outageMs };
  };
  if ('failure' in interpretation) {
    const { failure } = interpretation;
    return new Map(items.map((item) => [item, decideFailure(failure, call(item))]));
  }
  const outcomes = new Map(items.map((item) => [item, interpretation.outcome(item.target)]));
  const doubtful = items.filter((item) => inDoubt(outcomes.get(item)));
  const existing =
    doubtful.length > 0
      ? await confirm(
          claim,
          doubtful.map(({ target }) => target),
        )
      : () => 'unknown' as const;
  const gone = (item: Item, outcome: Outcome) => inDoubt(outcome) && existing(item.target) === 'gone';
  return new Map(
    [...outcomes].map(([item, outcome]) => [item, decideOutcome(outcome, call(item), gone(item, outcome))]),
  );
}

const inDoubt = (outcome: Outcome | undefined): boolean => outcome?.is === 'unresolved' && outcome.doubt;

function callEnd({ call }: Claim, { interpretation, requestId, ms }: Ended) {
  const failure = 'failure' in interpretation ? interpretation.failure : undefined;
  const result = failure?.class ?? 'answered';
  return { call, result, code: failure?.code ?? '', providerRequest: requestId, ms };
}

/** After the ledger has it: jobs hear of settlements and delays, the rest lines up again. */
function carryOut(
  { lane, gathered }: Claim,
  { requestId }: Ended,
  verdicts: ReadonlyMap<Item, Verdict>,
): void {
  const settled: Settlement[] = [];
  const again: Item[] = [];
  for (const [item, verdict] of verdicts) {
    switch (verdict.then) {
      case 'settle': {
        const { settlement, code } = verdict;
        // Absent after an unanswered attempt is most likely our own doing: no sign of a wrong region.
        if (settlement !== 'absent' || !item.ambiguous) settled.push(settlement);
        lane.fate(item, { is: 'settled', settlement, code, requestId });
        break;
      }
      case 'retry':
        if (verdict.alone) lane.sendAlone(item);
        lane.fate(item, { is: 'later', ms: verdict.delayMs });
        break;
      case 'halt':
      case 'defer':
      case 'split':
        again.push(item);
    }
  }
  lane.settled(settled);
  const [head, ...rest] = again;
  if (!head) return;
  const [verdict] = verdicts.values();
  if (verdict?.then !== 'split' || !lane.open)
    return lane.giveBack({ items: [head, ...rest], pack: gathered.pack });
  for (const part of split([head, ...rest], lane.setup.operation.batchLimit)) lane.bins.putPack(part);
}

function report(
  { lane, call, gathered, began }: Claim,
  result: Ended,
  verdicts: ReadonlyMap<Item, Verdict>,
  wrote: number,
  { observer, clock }: Means,
): void {
  const { interpretation, requestId, ms } = result;
  const failure = 'failure' in interpretation ? interpretation.failure : undefined;
  const settled: Partial<Record<Settlement, number>> = {};
  const dead: Record<string, number> = {};
  const took: number[] = [];
  let retried = 0;
  const now = clock.monotonic();
  for (const [item, verdict] of verdicts) {
    if (verdict.then === 'retry') retried++;
    if (verdict.then !== 'settle') continue;
    const { settlement, code } = verdict;
    settled[settlement] = (settled[settlement] ?? 0) + 1;
    if (settlement === 'refused' || settlement === 'exhausted') dead[code] = (dead[code] ?? 0) + 1;
    took.push(now - item.since);
  }
  observer.call({
    lane: lane.setup,
    call,
    result: failure?.class ?? 'answered',
    code: failure?.code ?? '',
    message: failure?.message ?? '',
    known: failure?.known ?? true,
    requestId,
    targets: gathered.items.length,
    named: gathered.items,
    ms,
    waitMs: wrote - began,
    settled,
    dead,
    took,
    retried,
    strangers: 'strangers' in interpretation ? interpretation.strangers.length : 0,
  });
}
