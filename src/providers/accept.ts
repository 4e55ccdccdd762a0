/**
 * From untrusted input to a Target, or to everything that is wrong with it. The only place where Targets are
 * made. A plain string means the operation's first kind; written out, the kind stands in `by` and the id in the
 * kind's field. Problems of the entry point into the entry (`/id`), those of the request's options into
 * `/options`.
 */
import type { NonEmpty, Problem, Target } from '../deletion.ts';
import type { Kind, Operation, OptionSpec } from './operation.ts';
import type { Check, Fault } from './identifier.ts';

/** A kind with its allow-list. */
export interface CheckedKind extends Kind {
  readonly check: Check;
}

/** An option with its reader, which answers the canonical value for the wire. */
export interface ReadOption extends OptionSpec {
  /** The one kind that requires the option and that alone may have it; left out: any may, none must. */
  readonly only?: string;
  read(value: unknown): string | Fault;
}

export interface Acceptance {
  readonly kinds: NonEmpty<CheckedKind>;
  readonly options: readonly ReadOption[];
  /** What a target may name beside its id, and why it can't stand alone. */
  readonly parent?: { readonly field: string; readonly check: Check; readonly alone: Fault };
}

export const acceptor =
  (rules: Acceptance): Operation['accept'] =>
  (input, options) => {
    const entry = readEntry(input, rules);
    const chosen = readOptions(options, rules.options, entry.kind);
    const problems = [...entry.problems, ...chosen.problems];
    if (problems.length > 0 || !entry.kind) return { problems };
    return {
      by: entry.kind.name,
      id: entry.id,
      parent: entry.parent,
      options: chosen.text,
    } as Target;
  };

/** The value that an accepted target's options hold for `name`; undefined where the option was not given. */
export const optionOf = (target: Pick<Target, 'options'>, name: string): string | undefined =>
  target.options
    .split('&')
    .find((option) => option.startsWith(`${name}=`))
    ?.slice(name.length + 1);

interface Entry {
  readonly kind?: CheckedKind;
  readonly id: string;
  readonly parent: string;
  readonly problems: readonly Problem[];
}

function readEntry(input: unknown, rules: Acceptance): Entry {
  const wrong = (...problems: Problem[]): Entry => ({ id: '', parent: '', problems });
  const [first] = rules.kinds;
  if (typeof input === 'string') {
    return { kind: first, id: input, parent: '', problems: at('', first.check(input)) };
  }
  const shape = `a string, or ${rules.kinds.map(written).join(' or ')}`;
  if (!isRecord(input)) {
    return wrong({ pointer: '', problem: 'is neither a string nor an object', remedy: `Give ${shape}.` });
  }
  const by = own(input, 'by') ?? (rules.kinds.length === 1 ? first.name : undefined);
  const kind = rules.kinds.find(({ name }) => name === by);
  if (!kind) {
    const names = rules.kinds.map(({ name }) => name).join(', ');
    const problem = by === undefined ? 'is missing' : 'is not a kind of this operation';
    return wrong({ pointer: '/by', problem, remedy: `Name one of: ${names}.` });
  }
  const { parent: beside } = rules;
  const known = ['by', kind.field, ...(beside ? [beside.field] : [])];
  const problems = Object.keys(input)
    .filter((field) => !known.includes(field))
    .map((field) => unknownField(field, `Give ${shape}.`));
  const id = own(input, kind.field);
  const parent = beside && own(input, beside.field);
  if (id === undefined && beside && parent !== undefined)
    problems.push(...at(`/${kind.field}`, beside.alone));
  else problems.push(...checkText(`/${kind.field}`, id, kind.check));
  if (beside && parent !== undefined) problems.push(...checkText(`/${beside.field}`, parent, beside.check));
  return {
    kind,
    id: typeof id === 'string' ? id : '',
    parent: typeof parent === 'string' ? parent : '',
    problems,
  };
}

function readOptions(
  options: unknown,
  specs: readonly ReadOption[],
  kind: CheckedKind | undefined,
): { readonly text: string; readonly problems: readonly Problem[] } {
  const known = specs.map(({ name }) => name).join(', ') || 'none';
  const remedy = `Options of this operation: ${known}.`;
  if (options !== undefined && !isRecord(options)) {
    return { text: '', problems: [{ pointer: '/options', problem: 'is not an object', remedy }] };
  }
  const given = options ?? {};
  const problems = Object.keys(given)
    .filter((name) => !specs.some((spec) => spec.name === name))
    .map((name) => unknownField(name, remedy, '/options'));
  const texts: string[] = [];
  for (const spec of specs) {
    const value = own(given, spec.name);
    const pointer = `/options/${spec.name}`;
    if (value === undefined) {
      if (spec.only !== undefined && spec.only === kind?.name) {
        problems.push({ pointer, problem: 'is missing', remedy: `Give ${spec.values}.` });
      }
    } else if (spec.only !== undefined && kind && spec.only !== kind.name) {
      problems.push({ pointer, problem: `goes with ${spec.only} only`, remedy: 'Leave it out.' });
    } else {
      const read = spec.read(value);
      if (typeof read === 'string') texts.push(`${spec.name}=${read}`);
      else problems.push(...at(pointer, read));
    }
  }
  return { text: texts.join('&'), problems };
}

const written = ({ name, field }: Kind): string => `{ by: '${name}', ${field} }`;

const checkText = (pointer: string, value: unknown, check: Check): readonly Problem[] =>
  at(
    pointer,
    typeof value === 'string'
      ? check(value)
      : {
          problem: value === undefined ? 'is missing' : 'is not a string',
          remedy: 'Give it as a string.',
        },
  );

const at = (pointer: string, fault: Fault | undefined): readonly Problem[] =>
  fault ? [{ pointer, ...fault }] : [];

/** Names of unknown fields come from outside: cut, made printable, escaped for the pointer (RFC 6901). */
const unknownField = (field: string, remedy: string, under = ''): Problem => ({
  pointer: `${under}/${field
    .slice(0, 60)
    .replace(/[^ -~]/g, '?')
    .replaceAll('~', '~0')
    .replaceAll('/', '~1')}`,
  problem: 'is not a known field',
  remedy,
});

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Own fields only: `constructor` is not an id. */
const own = (record: Readonly<Record<string, unknown>>, field: string): unknown =>
  Object.hasOwn(record, field) ? record[field] : undefined;
