/** Campaigns of these videos that run. */
import { keyed } from '../target.ts';
import { lane, operation, type Work } from './work.ts';

const rules = {
  ...{ canary: false, share: 1, undoMs: 0, notBefore: 0, again: false },
  brakes: { refused: 1, absent: 1, throttled: 1 },
};

/** None of them is released yet. */
export async function started({ ledger }: Work, name: string, ids: readonly string[]): Promise<number> {
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
  return seq;
}

/** All of them are released. */
export async function running(work: Work, name: string, ids: readonly string[]): Promise<number> {
  const { ledger, now } = work;
  const seq = await started(work, name, ids);
  const campaign = await ledger.campaign(name);
  if (!campaign || (await ledger.releaseCampaign(campaign, ids.length, now(), [])) !== ids.length)
    throw new Error(`${name} was not released`);
  return seq;
}
