import type { Campaign } from '../../ledger/campaign/campaign.ts';
import { surroundings } from '../campaign/situation.ts';
import { fieldsOf, viewOf } from '../campaign/view.ts';
import type { Api } from './api.ts';
import { http } from './campaign-refusals.ts';
import { Refusal } from '../problem.ts';

export async function campaignNamed({ ledger }: Pick<Api, 'ledger'>, name: string): Promise<Campaign> {
  const found = await ledger.campaign(name);
  if (found) return found;
  throw new Refusal('not-found', 'There is no campaign of this name: see GET /v1/campaigns.');
}

/** Campaigns as they are told at this door. */
export async function campaignFields({ ledger, config }: Api, campaigns: readonly Campaign[]) {
  const around = await surroundings(ledger, config);
  return campaigns.map((campaign) => fieldsOf(viewOf(campaign, around(campaign)), http));
}
