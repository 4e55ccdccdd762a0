/**
 * How far a campaign is, when it will be done, and what it waits for. Pure: what the ledger says goes in.
 *
 * The end is foretold from its own pace, or from the cap as long as that is unknown: at best, then. Where it hangs on
 * a person or a worker nobody can tell, and nothing is foretold but the sending that is left.
 */
import { lastStage, type Campaign } from '../../ledger/campaign/campaign.ts';
import type { LaneRow } from '../../ledger/controls.ts';
import { windowOf, type Cap } from '../../limiter.ts';
import { settledInAll } from './brakes.ts';
import { windowAt } from './window.ts';

/** What is around a campaign. */
export interface Situation {
  readonly halt: { readonly reason: string; readonly by: string } | undefined;
  readonly lane: LaneRow | undefined;
  /** The lane's cap in force; undefined where nobody knows it. */
  readonly cap: Cap | undefined;
  /** Most targets in one call. */
  readonly batchLimit: number;
  /** How many campaigns send in its lane, this one included. */
  readonly sharing: number;
  /** It can't be run before a second person has approved it. */
  readonly needsApproval: boolean;
}

/** What stands between a campaign and its end, besides the sending. `until` in ms since 1970. */
export type Wait =
  | { readonly for: 'approval' | 'run' | 'resume' | 'halt' | 'lane' | 'worker' }
  /** Pausing or cancelling. */
  | { readonly for: 'calls'; readonly inFlight: number }
  | { readonly for: 'undo' | 'window'; readonly until: number }
  /** Sends few, to see what comes back. */
  | { readonly for: 'canary' };

export interface Progress {
  readonly total: number;
  /** Settled in whichever way. */
  readonly done: number;
  readonly remaining: number;
  /** Targets settled a second while it sends; undefined while too little was seen to tell. */
  readonly pace: number | undefined;
  /** Milliseconds of sending that are left; undefined where neither pace nor cap is known. */
  readonly sendingMs: number | undefined;
  /** Milliseconds until its end, if it goes on so; undefined where nobody can tell, and once it has ended. */
  readonly etaMs: number | undefined;
  readonly waits: readonly Wait[];
}

const dayMs = 86_400_000;

export function progressOf(campaign: Campaign, situation: Situation): Progress {
  const { valid, now, stage } = campaign;
  const done = settledInAll(campaign);
  const remaining = Math.max(0, valid - done);
  const pace = campaign.pace > 0 && stage >= lastStage ? campaign.pace : undefined;
  const rate = rateOf(campaign, situation, pace);
  const toSend = Math.max(0, remaining - knownAhead(campaign));
  const sendingMs = toSend === 0 ? 0 : rate === undefined ? undefined : (1_000 * toSend) / rate;
  const waits = waitsOf(campaign, situation);
  const foreseeable =
    campaign.state === 'running' && waits.every((wait) => 'until' in wait || wait.for === 'canary');
  const etaMs = foreseeable && sendingMs !== undefined ? endOf(campaign, sendingMs) - now : undefined;
  return { total: valid, done, remaining, pace, sendingMs, etaMs, waits };
}

/** Targets a second; a cap that was just lowered counts at once, whatever the pace was before. */
function rateOf(
  { rules }: Campaign,
  { cap, batchLimit, sharing }: Situation,
  pace: number | undefined,
): number | undefined {
  if (!cap) return pace;
  const alone = (1_000 * cap.calls * rules.share * batchLimit) / windowOf(cap);
  return Math.min(pace ?? alone / sharing, alone);
}

/** Targets among the remaining that the ledger will answer for, without a call. */
const knownAhead = ({ rules, alreadySettled, known }: Campaign): number =>
  rules.again ? 0 : Math.max(0, alreadySettled - Object.values(known).reduce((sum, n) => sum + n, 0));

/** When so much sending will be done, in ms since 1970: closed hours and the undo window count in between. */
function endOf({ now, notBefore, rules: { window } }: Campaign, sendingMs: number): number {
  const start = Math.max(now, notBefore);
  if (window === undefined) return start + sendingMs;
  const first = windowAt(window, start);
  const firstMs = first.open ? first.changesAt - start : 0;
  if (sendingMs <= firstMs) return start + sendingMs;
  const opens = first.open ? windowAt(window, first.changesAt).changesAt : first.changesAt;
  const left = sendingMs - firstMs;
  const openMs = windowAt(window, opens).changesAt - opens;
  // A day in which the clocks change makes it an hour earlier or later.
  const days = Math.max(0, Math.ceil(left / openMs) - 1);
  return opens + days * dayMs + (left - days * openMs);
}

function waitsOf(campaign: Campaign, { halt, lane, needsApproval }: Situation): readonly Wait[] {
  const { state, now, notBefore, stage, inFlight, rules } = campaign;
  if (state === 'planned') return [{ for: needsApproval ? 'approval' : 'run' }];
  if (state === 'approved') return [{ for: 'run' }];
  if (state === 'pausing' || state === 'cancelling') return [{ for: 'calls', inFlight }];
  if (state === 'paused') return [{ for: 'resume' }];
  if (state !== 'running') return [];
  const waits: Wait[] = [];
  if (halt) waits.push({ for: 'halt' });
  else if (lane && lane.state !== 'open') waits.push({ for: 'lane' });
  else if (!lane?.owner) waits.push({ for: 'worker' });
  if (notBefore > now) waits.push({ for: 'undo', until: notBefore });
  const start = Math.max(now, notBefore);
  const window = rules.window === undefined ? undefined : windowAt(rules.window, start);
  if (window && !window.open) waits.push({ for: 'window', until: window.changesAt });
  if (stage < lastStage && rules.canary) waits.push({ for: 'canary' });
  return waits;
}
