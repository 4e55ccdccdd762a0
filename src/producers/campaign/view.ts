/** A campaign with what is around it, and as an object for programs. */
import { deadLetters } from '../../deletion.ts';
import type { Campaign } from '../../ledger/campaign/campaign.ts';
import { iso } from '../wording.ts';
import type { Door } from './door.ts';
import { progressOf, type Situation } from './progress.ts';
import { nextSteps, waitText, type View } from './standing.ts';

/** `measured`: calls a second as somebody saw them; left out, they follow from the pace. */
export function viewOf(campaign: Campaign, situation: Situation, measured?: number): View {
  const { calls, sent } = campaign;
  const progress = progressOf(campaign, situation);
  const sends = campaign.state === 'running' && progress.waits.every((wait) => wait.for === 'canary');
  const byPace =
    sends && progress.pace !== undefined && sent > 0 ? (progress.pace * calls) / sent : undefined;
  const callsPerSecond = campaign.state === 'running' ? (measured ?? byPace) : undefined;
  return { campaign, situation, progress, callsPerSecond };
}

/** `eta` tells in words what `etaSeconds`, null where nobody can tell, leaves open. */
export function fieldsOf(view: View, door: Door) {
  const { campaign, situation, progress, callsPerSecond } = view;
  const { calls, sent, throttled, inFlight, rules, stage } = campaign;
  const at = (ms: number) => (ms === 0 ? null : iso(ms));
  const { name, account, operation, state, reason, by, requester, why, hash, approvedBy } = campaign;
  return {
    ...{ campaign: name, account, operation, state, reason, by, since: iso(campaign.since) },
    ...{ requester, why, hash, approvedBy: approvedBy || null },
    ...{ started: at(campaign.started), ended: at(campaign.ended), notBefore: at(campaign.notBefore) },
    ...{ valid: progress.total, done: progress.done, remaining: progress.remaining },
    settlements: campaign.settled,
    answeredFromLedger: campaign.known,
    ...{ calls, throttled, inFlight, fill: calls === 0 ? null : tenths(sent / calls) },
    callsPerSecond: callsPerSecond === undefined ? null : tenths(callsPerSecond),
    idsPerSecond: progress.pace === undefined ? null : tenths(progress.pace),
    ...{ cap: situation.cap ?? null, share: rules.share },
    canaryStage: rules.canary ? stage + 1 : null,
    etaSeconds: progress.etaMs === undefined ? null : Math.round(progress.etaMs / 1_000),
    sendingSeconds: progress.sendingMs === undefined ? null : Math.round(progress.sendingMs / 1_000),
    waits: progress.waits.map((wait) => ({
      ...{ for: wait.for, text: waitText(wait, view) },
      ...('until' in wait && { until: iso(wait.until) }),
    })),
    next: nextSteps(view, door).map(({ type }) => type),
  };
}

/** Completed, and nothing is left for a person to look at. */
export const isClean = ({ state, settled }: Campaign): boolean =>
  state === 'completed' && deadLetters.every((each) => !settled[each]);

export const tenths = (value: number): number => Math.round(10 * value) / 10;
