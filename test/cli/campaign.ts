/** A campaign as the ledger's verbs make one, in place of `plan`, `run` and a worker's driver. */
import { laneName } from '../../src/deletion.ts';
import type { CampaignRules } from '../../src/ledger/campaign/campaign.ts';
import type { CampaignState } from '../../src/ledger/schema.ts';
import { targetKey } from '../../src/ledger/key.ts';
import { systemClock } from '../../src/clock.ts';
import { targetOf } from '../target.ts';
import { ledger } from './world.ts';

const rules: CampaignRules = {
  ...{ canary: false, share: 1, undoMs: 0, notBefore: 0, again: false },
  brakes: { refused: 1, absent: 1, throttled: 1 },
};

export interface Planning {
  readonly name: string;
  readonly account: string;
  readonly operation: string;
  readonly entries: readonly unknown[];
  readonly options?: object;
  readonly reason?: string;
  readonly requester?: string;
}

/** A plan whose lines are these entries, from line 2 on. */
export async function planned(plan: Planning): Promise<number> {
  const { name, account, operation, entries, options, reason = 'spring', requester = 'eve' } = plan;
  const open = await ledger();
  const lane = laneName(account, operation);
  const seq = await open.startPlan(systemClock.id(), { name, lane, requester, reason, source: '', rules });
  const lines = entries.map((entry, index) => {
    const target = targetOf(operation, entry, options);
    return { n: index + 2, key: targetKey(account, operation, target), target };
  });
  for (let at = 0; at < lines.length; at += 5_000) await open.addToPlan(seq, lines.slice(at, at + 5_000), []);
  const hash = `hash-of-${name}`;
  const counts = { valid: lines.length, invalid: 0, duplicates: 0, alreadySettled: 0 };
  await open.finishPlan(seq, requester, { hash, sourceHash: '', ...counts });
  return seq;
}

/** The same, running, with so many of its lines released. */
export async function running(plan: Planning, released = plan.entries.length): Promise<number> {
  const open = await ledger();
  const seq = await planned(plan);
  await open.moveCampaign(seq, { from: ['planned'], to: 'running', by: 'eve', reason: '', rules });
  const campaign = await open.campaign(plan.name);
  if (campaign && released > 0) await open.releaseCampaign(campaign, released, 0, []);
  return seq;
}

export async function move(seq: number, from: CampaignState, to: CampaignState): Promise<void> {
  if (!(await (await ledger()).moveCampaign(seq, { from: [from], to, by: 'eve', reason: '' })))
    throw new Error(`${seq} was not ${from}`);
}
