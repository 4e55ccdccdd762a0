/** All of the entries become targets, or the command ends with everything that is wrong with them. */
import type { Problem } from '../../deletion.ts';
import type { ConfiguredLane } from '../../lanes.ts';
import type { Kind, Operation } from '../../providers/operation.ts';
import { acceptAll, type Accepted } from '../accept.ts';
import { writtenAs } from '../written-as.ts';
import { unknown } from './choice.ts';
import type { BadEntry, Entries } from './entries.ts';
import { flagOf } from './option-flags.ts';
import { CommandError, exits } from './terminal.ts';
import { count, grouped, shortened } from '../wording.ts';

/** So many are told one by one. */
const mostTold = 20;
/** So many go into the answer to a program. */
const mostListed = 1_000;

export function judge(
  { account, operation, protection }: Pick<ConfiguredLane, 'account' | 'operation' | 'protection'>,
  { entries, bad, unit, source }: Entries,
  kind: string | undefined,
  options: Record<string, unknown> | undefined,
): Accepted {
  const meant = kind === undefined ? undefined : kindNamed(operation, kind);
  const written = writtenAs(meant);
  const values = entries.map(({ value }) => written(value));
  const accepted = acceptAll(account.name, operation, values, options, protection);
  const found = 'problems' in accepted ? accepted.problems : [];
  const ofOptions = found.filter(isOfOptions);
  const ofEntries = found
    .filter((problem) => !isOfOptions(problem))
    .map((problem) => ofEntry(problem, entries, meant));
  const all = [...bad, ...ofEntries].sort((a, b) => a.at - b.at);
  if (all.length > 0 || ofOptions.length > 0) {
    const guarded = bad.length === 0 && 'problems' in accepted && accepted.guarded;
    throw new CommandError(
      [...told(all, unit, source, operation), ...ofOptions.map(toldOption)].join('\n'),
      guarded ? exits.refused : exits.usage,
      [...listed(all, unit), ...ofOptions.map((problem) => ({ ...problem, flag: flagIn(problem) }))],
    );
  }
  if ('problems' in accepted || accepted.targets.length === 0)
    throw new CommandError(`${source} holds no ids: nothing was enqueued`, exits.usage);
  return accepted;
}

export function kindNamed({ name, kinds }: Operation, kind: string): Kind {
  const names = kinds.map((each) => each.name);
  const found = kinds.find((each) => each.name === kind);
  if (found) return found;
  throw unknown(`${name} has no kind "${shortened(kind)}"`, kind, names);
}

const isOfOptions = ({ pointer }: Problem): boolean => pointer.startsWith('/options');
const flagIn = ({ pointer }: Problem): string => flagOf(pointer.split('/')[2] ?? '');
const toldOption = (problem: Problem): string => `${flagIn(problem)} ${problem.problem}. ${problem.remedy}`;

/** A problem's pointer is `/targets/INDEX/FIELD`; a field that the person did not write is not named. */
function ofEntry(
  { pointer, problem, remedy }: Problem,
  entries: Entries['entries'],
  meant: Kind | undefined,
): BadEntry {
  const [, , index, ...rest] = pointer.split('/');
  const entry = entries[Number(index)];
  const field = rest.join('/');
  const named = field === '' || (field === meant?.field && typeof entry?.value === 'string');
  return {
    at: entry?.at ?? 0,
    text: entry?.text ?? '',
    problem: named ? problem : `${field} ${problem}`,
    remedy,
  };
}

function told(
  bad: readonly BadEntry[],
  unit: string,
  source: string,
  operation: Operation,
): readonly string[] {
  if (bad.length === 0) return ['Nothing was enqueued.'];
  const lines = bad
    .slice(0, mostTold)
    .map(({ at, text, problem, remedy }) => `  ${unit} ${at}: "${shortened(text)}" ${problem}. ${remedy}`);
  const rest = bad.length - lines.length;
  return [
    `Nothing was enqueued: ${count(bad.length, 'problem')} in ${source} (${operation.name}).`,
    ...lines,
    ...(rest > 0 ? [`  … and ${grouped(rest)} more`] : []),
  ];
}

const listed = (bad: readonly BadEntry[], unit: string): readonly object[] =>
  bad.slice(0, mostListed).map(({ at, text, problem, remedy }) => ({
    [unit]: at,
    value: text.slice(0, 200),
    problem,
    remedy,
  }));
