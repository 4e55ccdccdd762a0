/** What a person is shown of a plan: all that would be deleted, and what to type next. */
import type { Target } from '../../../deletion.ts';
import type { ConfiguredLane } from '../../../lanes.ts';
import { bestCaseMs } from '../../campaign/plan-fields.ts';
import type { Planned } from '../../campaign/plan.ts';
import type { Rejects } from '../../campaign/rejects.ts';
import type { BadEntry } from '../../entries/entry.ts';
import { wideningOf } from '../../widening-words.ts';
import { table } from '../terminal.ts';
import { count, duration, grouped, shortened, visible } from '../../wording.ts';

interface Context {
  readonly planned: Planned;
  readonly name: string;
  readonly above: number | 'off';
}

export function planText(lane: ConfiguredLane, { planned, name, above }: Context): string {
  const { hash, valid, invalid, duplicates, alreadySettled, calls, kinds, first, last } = planned;
  const { account, operation, cap } = lane;
  const notes = (n: number, note: string): readonly [string, string][] => (n > 0 ? [[grouped(n), note]] : []);
  const line = (target: Target | undefined): string =>
    target
      ? `${target.by} ${shortened(target.id)}${target.parent === '' ? '' : ` of ${visible(target.parent)}`}`
      : '';
  const best = duration(Math.max(1_000, bestCaseMs(planned, lane)));
  const rows: readonly (readonly [string, string, string])[] = [
    ...Object.entries(kinds).map(([kind, n]) => ['to delete', grouped(n), `by ${kind}`] as const),
    ...notes(alreadySettled, 'of them are gone already: answered from the ledger, without a call').map(
      ([n, note]) => ['gone', n, note] as const,
    ),
    ...notes(duplicates, 'named before in the list, left out').map(
      ([n, note]) => ['twice', n, note] as const,
    ),
    ...notes(invalid, 'bad lines, left out').map(([n, note]) => ['refused', n, note] as const),
    ['calls', grouped(calls), `${best} at best, at ${cap.calls} a ${cap.per}`],
  ];
  const widening = first ? wideningOf(first) : [];
  const needsSecond = above !== 'off' && valid > above;
  return [
    `The plan ${name} would delete ${count(valid, 'target')} of ${account.name} (${operation.name}):`,
    '',
    ...table(
      ['', '', ''],
      rows.map((row) => row.map(String)),
    )
      .split('\n')
      .slice(1)
      .map((each) => `  ${each}`),
    '',
    `  first  ${line(first)}`,
    `  last   ${line(last)}`,
    ...[...widening, ...operation.warnings].map((words) => `  ! ${words}`),
    '',
    `  plan   ${hash}`,
    '',
    'Nothing is deleted yet. Is it what you meant? Then:',
    ...(needsSecond
      ? [
          `  expunge campaign approve ${name} --plan ${hash}    (a second person, since it is more than ${grouped(above)})`,
        ]
      : []),
    `  expunge campaign run ${name} --plan ${hash} --confirm ${valid} --watch`,
  ].join('\n');
}

/** The first bad lines, and where all of them are. */
export function badLines({ first, total }: Rejects, file: string | undefined): readonly string[] {
  if (total === 0) return [];
  const lines = first.map(lineOf);
  const rest = total - first.length;
  return [
    `${count(total, 'bad line')}, left out:`,
    ...lines,
    ...(rest > 0 ? [`  … and ${grouped(rest)} more`] : []),
    ...(file === undefined
      ? []
      : [`All of them are in ${file}: repair the values there and plan that file.`]),
  ];
}

const lineOf = ({ at, text, problem, remedy }: BadEntry): string =>
  `  line ${at}: "${shortened(text)}" ${problem}.${remedy === '' ? '' : ` ${remedy}`}`;

export const protectedText = (message: string, lines: readonly BadEntry[]): string =>
  [
    `Nothing was planned: ${message}.`,
    ...lines.map(lineOf),
    'Take them out of the list, or, if they may go now, out of `protected` in the configuration.',
  ].join('\n');
