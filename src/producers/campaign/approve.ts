/** Approve: a second person, proved by a key, vouches for exactly what was planned. */
import type { Campaign } from '../../ledger/campaign/campaign.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { visible } from '../wording.ts';
import type { Person } from '../person.ts';
import type { Door } from './door.ts';
import { CampaignRefused } from './refused.ts';
import { leadingTo } from './states.ts';

/** Rejects with CampaignRefused. */
export async function approveCampaign(
  { ledger, door }: { readonly ledger: Ledger; readonly door: Door },
  { name, seq, state, requester, hash, account, operation }: Campaign,
  person: Person,
  { plan, reason }: { readonly plan: string | undefined; readonly reason: string },
): Promise<void> {
  if (!person.known)
    throw new CampaignRefused(
      'unknown',
      'approving takes a person: show an API key with the scope approve (on a command line in EXPUNGE_API_KEY)',
    );
  if (!person.may('approve', account, operation))
    throw new CampaignRefused('scope', `${person.name} would need the scope approve:${account}:${operation}`);
  if (person.name === requester)
    throw new CampaignRefused(
      'persons',
      `${visible(requester)} planned ${name} and can't approve it: somebody else has to`,
    );
  if (plan !== undefined && plan !== hash)
    throw new CampaignRefused(
      'hash',
      `what ${door.field('plan')} gives is not the hash of this plan: look at it with ${door.step('status', name)}`,
    );
  const moved =
    state === 'approved' ||
    (await ledger.moveCampaign(seq, {
      ...{ from: leadingTo('approved', 'approve'), to: 'approved', by: person.name, reason },
      approvedBy: person.name,
    }));
  if (!moved)
    throw new CampaignRefused('state', `the campaign ${name} is ${state}: only a plan can be approved`);
}
