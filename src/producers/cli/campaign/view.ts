/** A campaign as it is looked at: a screen for a terminal, a line for a file, an object for programs. */
import { deadLetters, settlements } from '../../../deletion.ts';
import type { Campaign } from '../../../ledger/campaign/campaign.ts';
import { progressOf, type Situation } from '../../campaign/progress.ts';
import { hasEnded } from '../../campaign/states.ts';
import { width, wrapped, wrappedText } from '../columns.ts';
import { grouped, iso, when } from '../wording.ts';
import { etaText, nextSteps, stateText, waitText, type View } from './standing.ts';

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

/** Lines of at most so many columns. */
export function screen(view: View, columns: number): readonly string[] {
  const { campaign, progress } = view;
  const { name, account, operation, state } = campaign;
  const waits = progress.waits.map((wait) => waitText(wait, view));
  const told = waits.length === 0 ? [stateText(campaign)] : waits;
  const eta = etaText(view);
  return [
    ...wrapped([`Campaign ${name}`, state, `${account} ${operation}`], columns, '  '),
    ...wrapped([bar(view, columns), share(view)], columns, '  '),
    ...wrapped(counts(view), columns, '  '),
    ...wrapped(speed(view), columns, '  '),
    ...(eta === '' ? [] : wrappedText(sentence(eta), columns)),
    ...told.flatMap((text) => wrappedText(sentence(text), columns)),
    ...nextSteps(view).flatMap(({ to, type }) => {
      // A command stands on one line where it has room: it will be copied.
      const pieces = width(type) + 2 <= columns ? [type] : type.split(' ');
      return wrapped([`To ${to}:`, ...pieces], columns);
    }),
  ];
}

/** `2026-11-20 08:15:30 UTC  running  41 %  4,100 of 10,000 ids  deleted 4,100  …` */
export function line(view: View): string {
  const { campaign, progress } = view;
  const waits = progress.waits.map((wait) => waitText(wait, view));
  const parts = [when(campaign.now), campaign.state, share(view), ...counts(view), ...speed(view)];
  return [...parts, etaText(view), ...waits].filter((part) => part !== '').join('  ');
}

/** `eta` tells in words what `etaSeconds`, null where nobody can tell, leaves open. */
export function fieldsOf(view: View): object {
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
    next: nextSteps(view).map(({ type }) => type),
  };
}

/** Completed, and nothing is left for a person to look at. */
export const isClean = ({ state, settled }: Campaign): boolean =>
  state === 'completed' && deadLetters.every((each) => !settled[each]);

/** As wide as leaves room for the figures beside it, from 20 to 60. */
function bar({ progress: { done, total } }: View, columns: number): string {
  const length = Math.min(60, Math.max(20, columns - 50));
  const filled = Math.floor((length * done) / Math.max(1, total));
  return `[${'#'.repeat(filled)}${'.'.repeat(length - filled)}]`;
}

function share({ progress: { done, total } }: View): string {
  // Not 100 before the last.
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  return `${percent} %  ${grouped(done)} of ${grouped(total)} ids`;
}

function counts({ campaign, progress: { remaining } }: View): readonly string[] {
  const { settled, known } = campaign;
  const shown = settlements.filter((each) => each !== 'spared');
  const answered = Object.values(known).reduce((sum, n) => sum + n, 0);
  const always = ['deleted', 'absent', 'refused'];
  return [
    ...shown.flatMap((each) => {
      const n = settled[each] ?? 0;
      return n > 0 || always.includes(each) ? [`${each} ${grouped(n)}`] : [];
    }),
    ...(answered > 0 ? [`settled before ${grouped(answered)}`] : []),
    ...(remaining > 0 ? [`${hasEnded(campaign) ? 'never sent' : 'open'} ${grouped(remaining)}`] : []),
  ];
}

function speed(view: View): readonly string[] {
  const { campaign, situation, callsPerSecond } = view;
  const { calls, sent, throttled, rules, inFlight } = campaign;
  const { cap, batchLimit } = situation;
  const per = cap?.per ?? 'second';
  const ceiling = cap && rules.share < 1 ? `, ${tenths(100 * rules.share)} % of it at most` : '';
  const known = callsPerSecond ?? 0;
  const rate = tenths(per === 'minute' ? 60 * known : known);
  const limit = cap ? ` of ${grouped(cap.calls)}` : '';
  return [
    ...(hasEnded(campaign) ? [] : [`${rate}${limit} calls a ${per}${ceiling}`]),
    `${tenths(calls === 0 ? 0 : sent / calls)} of ${batchLimit} ids a call`,
    `throttled ${grouped(throttled)} of ${grouped(calls)} calls`,
    ...(inFlight > 0 ? [`in flight ${grouped(inFlight)}`] : []),
  ];
}

const tenths = (value: number): number => Math.round(10 * value) / 10;

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
