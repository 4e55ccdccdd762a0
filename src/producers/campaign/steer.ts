/** Steer: pause, resume or cancel, in force at the next claim; asked and done are different states. */
import type { Campaign } from '../../ledger/campaign/campaign.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Person } from '../person.ts';
import { figuresOf } from './brakes.ts';
import type { Door } from './door.ts';
import { CampaignRefused } from './refused.ts';
import { after, leadingTo, stepsFrom } from './states.ts';
import { mustMayWiden } from './widening.ts';
import { sendsUntil } from './window.ts';

export type Steering = 'pause' | 'resume' | 'cancel';

const reached = {
  pause: ['pausing', 'paused'],
  resume: ['running'],
  cancel: ['cancelling', 'cancelled'],
} as const;

/** Resolves at once where it is there already; rejects with CampaignRefused where that step leads nowhere. */
export async function steerCampaign(
  { ledger, door }: { readonly ledger: Ledger; readonly door: Door },
  campaign: Campaign,
  step: Steering,
  person: Person,
  reason: string,
): Promise<void> {
  if (step === 'resume') await mustMayWiden(ledger, campaign, person);
  if (reached[step].some((state) => state === campaign.state)) return;
  const { name } = campaign;
  for (let seen: Campaign | undefined = campaign; seen; seen = await ledger.campaign(name)) {
    const to = after(seen.state, step);
    if (to === undefined) throw nothingTo(step, seen, door);
    const moved = await ledger.moveCampaign(seen.seq, {
      ...{ from: leadingTo(to, step), to, by: person.name, reason },
      ...(step === 'resume' && { judgedFrom: figuresOf(seen) }),
      sendsUntil: sendsUntil(seen),
    });
    if (moved) return;
    // Somebody else was faster: from wherever it is now.
  }
}

/** Says what can be done instead. */
function nothingTo(step: Steering, { name, state }: Campaign, door: Door): CampaignRefused {
  const steps = stepsFrom(state).map((each) => door.step(each, name));
  const ways =
    steps.length > 0 ? `What can be done: ${steps.join('; ')}` : `See: ${door.step('report', name)}`;
  return new CampaignRefused(
    'state',
    `the campaign ${name} is ${state}, there is nothing to ${step}.\n${ways}`,
  );
}
