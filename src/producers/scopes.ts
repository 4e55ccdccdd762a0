/**
 * Scopes: what a key may do, as VERB, VERB:ACCOUNT or VERB:ACCOUNT:OPERATION; without an account, or with `*`, in all
 * accounts. Whatever is not granted is denied. What widens a deletion beyond the ids that somebody looked at is a verb
 * of its own, named after the operations' own list: a fifth operation brings its own.
 */
import type { Target } from '../deletion.ts';
import { nearest } from '../config/problems.ts';
import { optionOf } from '../providers/accept.ts';
import type { Operation, OptionSpec } from '../providers/operation.ts';
import { operationNames, operations } from '../providers/operations.ts';
import { isSwitch, kebab } from './option-name.ts';

/** `keys`: may create keys for what it may do itself. */
export const verbs = ['enqueue', 'campaign', 'approve', 'operate', 'read', 'keys'] as const;
export type Verb = (typeof verbs)[number];

declare const widens: unique symbol;
/** `delete-physical-files`, `image-type-all`, `urls`, `reference-ids`. */
export type Widening = string & { readonly [widens]: true };
export type Scope = Verb | Widening;

/** In place of an account: all of them. */
export const everyAccount = '*';

export interface ParsedScope {
  readonly scope: Scope;
  readonly account: string;
  /** Undefined: all operations. */
  readonly operation: string | undefined;
}

/** `deletePhysicalFiles` → `delete-physical-files`, `imageType` → `image-type-all` */
function wideningByOption(spec: OptionSpec): Widening {
  const name = kebab(spec.name);
  return (isSwitch(spec) ? name : `${name}-${spec.widest.toLowerCase()}`) as Widening;
}

/** What a person needs for this target beside `enqueue` or `campaign`. */
export function wideningScopes(
  { kinds, options }: Pick<Operation, 'kinds' | 'options'>,
  target: Pick<Target, 'by' | 'options'>,
): readonly Widening[] {
  const byOption = options
    .filter((spec) => optionOf(target, spec.name) === spec.widest)
    .map(wideningByOption);
  const byKind = kinds.find(({ name }) => name === target.by)?.scope;
  return byKind === undefined ? byOption : [...byOption, byKind as Widening];
}

export const widenings: readonly Widening[] = [
  ...new Set(
    operations.flatMap(({ kinds, options }) => [
      ...options.map(wideningByOption),
      ...kinds.flatMap(({ scope }) => (scope === undefined ? [] : [scope as Widening])),
    ]),
  ),
];

export const scopes: readonly Scope[] = [...verbs, ...widenings];

const accountPattern = /^([a-z0-9][a-z0-9-]{0,62}|\*)$/;

/** The scope, or what is wrong with it and what to write. The text itself is shown only where it resembles a scope. */
export function parseScope(
  text: string,
): ParsedScope | { readonly problem: string; readonly remedy: string } {
  const [name = '', account = everyAccount, operation, ...rest] = text.split(':');
  const scope = scopes.find((each) => each === name);
  if (scope === undefined) {
    const meant = nearest(name.slice(0, 64), scopes);
    return {
      problem: meant ? `begins with "${name.slice(0, 64)}", which is no scope` : 'is no scope that is known',
      remedy: `${meant ? `did you mean ${meant}? ` : ''}The scopes are ${scopes.join(', ')}`,
    };
  }
  if (rest.length > 0 || !accountPattern.test(account))
    return {
      problem: 'names no account behind the colon',
      remedy: `write ${scope}, ${scope}:ACCOUNT or ${scope}:ACCOUNT:OPERATION; * is any account`,
    };
  if (operation !== undefined && !operationNames.includes(operation)) {
    const meant = nearest(operation.slice(0, 64), operationNames);
    return {
      problem: 'names no operation that is known',
      remedy: `${meant ? `did you mean ${meant}? ` : ''}The operations are ${operationNames.join(', ')}`,
    };
  }
  return { scope, account, operation };
}

/**
 * Whether a granted scope allows this. Asked without an operation, or for `*`: in all of them. A text that is no scope
 * grants nothing.
 */
export function grants(granted: string, scope: Scope, account: string, operation?: string): boolean {
  const parsed = parseScope(granted);
  return (
    'scope' in parsed &&
    parsed.scope === scope &&
    (parsed.account === everyAccount || parsed.account === account) &&
    (parsed.operation === undefined || parsed.operation === operation)
  );
}

/** What it takes to cancel: one's own is taken back by whoever may ask, another's by whoever runs the lane. */
export const scopeToCancel = (person: string, requester: string): Scope =>
  person === requester ? 'enqueue' : 'operate';
