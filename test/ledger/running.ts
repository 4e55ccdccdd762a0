/** A campaign of these videos that runs and has released them. */
import { keyed } from '../target.ts';
import { lane, operation, type Work } from './work.ts';

const rules = {
  ...{ canary: false, share: 1, undoMs: 0, notBefore: 0, again: false },
  brakes: { refused: 1, absent: 1, throttled: 1 },
};

export async function running({ ledger, now }: Work, name: string, ids: readonly string[]): Promise<number> {
  const start = { name, lane, requester: 'ann', reason: '', source: '', rules };
  const seq = await ledger.startPlan(`request-${name}`, start);
  await ledger.addToPlan(
    seq,
    ids.map((id, n) => ({ n: n + 1, ...keyed('acc', operation, id) })),
    [],
  );
  const counts = { hash: 'H', sourceHash: '', invalid: 0, duplicates: 0, alreadySettled: 0 };
  await ledger.finishPlan(seq, 'ann', { ...counts, valid: ids.length });
  await ledger.moveCampaign(seq, { from: ['planned'], to: 'running', by: 'ann', reason: '', rules });
  const campaign = await ledger.campaign(name);
  if (!campaign || (await ledger.releaseCampaign(campaign, ids.length, now(), [])) !== ids.length)
    throw new Error(`${name} was not released`);
  return seq;
}
