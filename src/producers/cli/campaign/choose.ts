/** What the commands on one campaign have in common: find it, and who acts. */
import type { Config } from '../../../config.ts';
import type { Campaign } from '../../../ledger/campaign/campaign.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { personWith, unprovenPerson, type Person, type Scope } from '../../person.ts';
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
export function personOf({ apiKey, api: { keys } }: Config): Person {
  if (apiKey === undefined) return unprovenPerson(operator());
  const person = personWith(apiKey, keys);
  if (person) return person;
  throw new CommandError(
    'EXPUNGE_API_KEY is no key of api.keys: correct it, or unset it to act as this machine’s user',
    exits.refused,
  );
}

/** A campaign, and whoever types, who may do this to it. */
export async function chooseAllowed(ledger: Ledger, config: Config, name: string, scope: Scope) {
  const campaign = await chooseCampaign(ledger, name);
  const person = personOf(config);
  mustBeAllowed(person, scope, campaign.account);
  return { campaign, person };
}

export function mustBeAllowed(person: Person, scope: Scope, account: string): void {
  if (person.may(scope, account)) return;
  throw new CommandError(
    `${person.name} may not do this: its key needs the scope ${scope} (or ${scope}:${account}) in api.keys`,
    exits.refused,
  );
}
