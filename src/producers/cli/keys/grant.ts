/** What a new key may do: known scopes only, and nobody grants what they may not do themselves. */
import type { Person } from '../../person.ts';
import { everyAccount, parseScope, type ParsedScope } from '../../scopes.ts';
import { unknown } from '../choice.ts';
import { CommandError, exits } from '../terminal.ts';
import { shortened } from '../../wording.ts';

export type WrittenScope = ParsedScope & { readonly text: string };

/** Of a list with commas, each once; `accounts` are those that are configured. */
export function readScopes(list: string, accounts: readonly string[]): readonly WrittenScope[] {
  const texts = [...new Set(list.split(',').map((each) => each.trim()))].filter((each) => each !== '');
  if (texts.length === 0)
    throw new CommandError('--scopes is empty: a key without scopes is of no use', exits.usage);
  return texts.map((text) => {
    const scope = parseScope(text);
    if ('problem' in scope)
      throw new CommandError(`--scopes: "${shortened(text)}" ${scope.problem}. ${scope.remedy}`, exits.usage);
    const { account } = scope;
    if (account !== everyAccount && !accounts.includes(account))
      throw unknown(`--scopes: "${shortened(text)}" names no account that is configured`, account, accounts);
    return { ...scope, text };
  });
}

/** Whether the person may make and end keys that may do this. */
export const mayKeep = (person: Person, scopes: readonly ParsedScope[]): boolean =>
  scopes.every(({ account, operation }) => person.may('keys', account, operation));

/** Whether the person may make and end this name's keys: a further one acts as it, whatever the others may do. */
export const mayKeepOf = (
  person: Person,
  name: string,
  its: readonly { readonly scopes: readonly string[] }[],
) =>
  person.name === name ||
  mayKeep(
    person,
    its.flatMap(({ scopes }) => scopes.map(parseScope)).filter((scope) => 'scope' in scope),
  );

export function mustBeAllowedToGrant(person: Person, scopes: readonly WrittenScope[]): void {
  if (person.known && !mayKeep(person, scopes))
    throw new CommandError(
      `${person.name} may not create this key: its own needs the scope keys, for the same accounts. No key was created.`,
      exits.refused,
    );
  const lacking = scopes.filter(({ scope, account, operation }) => !person.may(scope, account, operation));
  if (lacking.length === 0) return;
  const names = lacking.map(({ text }) => text).join(', ');
  throw new CommandError(
    person.known
      ? `${person.name} may not grant ${names}, which its own key may not do. No key was created.`
      : `granting ${names} takes a person with a key: set EXPUNGE_API_KEY to one with the scope keys; the first of ` +
          'them is made with --in-file. No key was created.',
    exits.refused,
  );
}
