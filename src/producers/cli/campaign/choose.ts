/** What the commands on one campaign have in common: find it, and who acts. */
import type { Config } from '../../../config.ts';
import type { Campaign } from '../../../ledger/campaign/campaign.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import type { Target } from '../../../deletion.ts';
import type { Operation } from '../../../providers/operation.ts';
import { personWith, unprovenPerson, type Person } from '../../person.ts';
import { everyAccount, type Scope } from '../../scopes.ts';
import { wideningJudge } from '../../widening.ts';
import { unknown } from '../choice.ts';
import { operator } from '../operator.ts';
import { CommandError, exits } from '../terminal.ts';
import { shortened } from '../wording.ts';

export async function chooseCampaign(ledger: Ledger, name: string): Promise<Campaign> {
  const found = await ledger.campaign(name);
  if (found) return found;
  const names = (await ledger.campaigns()).map((each) => each.name);
  if (names.length === 0)
    throw new CommandError(
      'there is no campaign yet: expunge campaign plan NAME --account A --operation O --file F',
      exits.usage,
    );
  throw unknown(`there is no campaign "${shortened(name)}"`, name, names);
}

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

/** A campaign, and whoever types, who may do this to it. */
export async function chooseAllowed(ledger: Ledger, config: Config, name: string, scope: Scope) {
  const campaign = await chooseCampaign(ledger, name);
  const person = await personOf(config, ledger);
  mustBeAllowed(person, scope, campaign.account, campaign.operation);
  return { campaign, person };
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
