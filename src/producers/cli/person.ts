/** Whoever types, and whether that person may do this. */
import type { Config } from '../../config.ts';
import type { Target } from '../../deletion.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Operation } from '../../providers/operation.ts';
import { personWith, unprovenPerson, type Person } from '../person.ts';
import { everyAccount, type Scope } from '../scopes.ts';
import { wideningJudge } from '../widening.ts';
import { operator } from './operator.ts';
import { CommandError, exits } from './terminal.ts';

/** Who types: the key in EXPUNGE_API_KEY proves a name; without one it is the user of this machine. */
export async function personOf(
  { apiKey, api: { keys } }: Config,
  ledger: Pick<Ledger, 'keys'>,
): Promise<Person> {
  if (apiKey === undefined) return unprovenPerson(operator());
  const person = personWith(apiKey, [...keys, ...(await ledger.keys())]);
  if (person) return person;
  throw new CommandError(
    'EXPUNGE_API_KEY is no key of api.keys, and no live one of the ledger (expunge keys list): correct it, or unset ' +
      'it to act as this machine’s user',
    exits.refused,
  );
}

/** `account` may be `*`: all of them. */
export function mustBeAllowed(person: Person, scope: Scope, account: string, operation?: string): void {
  if (person.may(scope, account, operation)) return;
  const ofAccount = account === everyAccount ? [] : [`${scope}:${account}`];
  const ofOperation = operation === undefined ? [] : ofAccount.map((each) => `${each}:${operation}`);
  const alternatives = [scope, ...ofAccount, ...ofOperation];
  throw new CommandError(
    `${person.name} may not do this: its key needs the scope ${alternatives.join(' or ')}`,
    exits.refused,
  );
}

/** To be called with each target; ends the command at the first that this person may not ask for. */
export function wideningGuard(
  person: Person,
  account: string,
  operation: Operation,
): (target: Pick<Target, 'by' | 'options'>) => void {
  const judge = wideningJudge(person, account, operation);
  return (target) => {
    const missing = judge(target);
    if (missing !== undefined) mustBeAllowed(person, missing, account, operation.name);
  };
}
