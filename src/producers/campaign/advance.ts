/**
 * Asked becomes done: a campaign that is pausing or cancelling gets there when its last call has ended. Whoever
 * looks may say so, the command that asked and the lane's owner alike.
 */
import type { Campaign } from '../../ledger/campaign/campaign.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { leadingTo } from './states.ts';

/** Whether it has come to rest; `by` and the reason stay those of whoever asked. */
export async function advance(
  ledger: Ledger,
  { seq, state, by, reason, inFlight }: Campaign,
): Promise<boolean> {
  if (state === 'pausing' && inFlight === 0)
    return ledger.moveCampaign(seq, { from: leadingTo('paused', 'quiet'), to: 'paused', by, reason });
  if (state === 'cancelling' && (await ledger.cancelOpen(seq)) === 0)
    return ledger.moveCampaign(seq, { from: leadingTo('cancelled', 'quiet'), to: 'cancelled', by, reason });
  return false;
}
