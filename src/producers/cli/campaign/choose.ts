/** What the commands on one campaign have in common: find it, and who acts. */
import type { Config } from '../../../config.ts';
import type { Campaign } from '../../../ledger/campaign/campaign.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import type { Scope } from '../../scopes.ts';
import { unknown } from '../choice.ts';
import { mustBeAllowed, personOf } from '../person.ts';
import { CommandError, exits } from '../terminal.ts';
import { shortened } from '../../wording.ts';

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

/** A campaign, and whoever types, who may do this to it. */
export async function chooseAllowed(ledger: Ledger, config: Config, name: string, scope: Scope) {
  const campaign = await chooseCampaign(ledger, name);
  const person = await personOf(config, ledger);
  mustBeAllowed(person, scope, campaign.account, campaign.operation);
  return { campaign, person };
}
