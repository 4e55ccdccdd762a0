/** A campaign as people look at it: a screen for a terminal, a line for a file. */
import { settlements } from '../../../deletion.ts';
import { commandLine } from '../../campaign/door.ts';
import { etaText, nextSteps, stateText, waitText, type View } from '../../campaign/standing.ts';
import { hasEnded } from '../../campaign/states.ts';
import { tenths } from '../../campaign/view.ts';
import { width, wrapped, wrappedText } from '../columns.ts';
import { grouped, when } from '../../wording.ts';

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
    ...nextSteps(view, commandLine).flatMap(({ to, type }) => {
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

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
