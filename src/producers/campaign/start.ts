/**
 * Start: the guards between a plan and its first deletion, in the order in which a person can mend them. Pure but
 * for reading the plan once more: what runs is what its hash stands for.
 */
import type { Campaign, CampaignRules } from '../../ledger/campaign/campaign.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Door } from './door.ts';
import { digest, planHash } from './plan.ts';
import { CampaignRefused, type Because } from './refused.ts';

export interface StartRequest {
  readonly hash: string;
  readonly count: number;
  /** Who runs it. */
  readonly by: string;
  /** The input's SHA-256 as it is now; undefined where it is not there any more, or was no file. */
  readonly sourceHash: string | undefined;
  /** Above so many targets a second person approves; undefined: never. */
  readonly approvalAbove: number | undefined;
  readonly max: number | undefined;
}

/** Why it must not run and what to do about it; undefined if nothing speaks against it. */
export function objection(campaign: Campaign, asked: StartRequest, door: Door): CampaignRefused | undefined {
  const { name, state, hash, valid, source, sourceHash, rules, approvedBy, requester } = campaign;
  const again = `plan it again: ${door.step('plan', name)} …`;
  const look = door.step('status', name);
  const refused = (because: Because, words: string) => new CampaignRefused(because, words);
  if (state !== 'planned' && state !== 'approved')
    return refused(
      'state',
      `${name} is ${state}: it was run already. For another run of the same list plan it under a new name`,
    );
  if (asked.hash !== hash)
    return refused(
      'hash',
      `what ${door.field('plan')} gives is not the hash of this plan. Look at what would be deleted (${look}), or ${again}`,
    );
  if (asked.count !== valid)
    return refused(
      'count',
      `${door.field('confirm')} says ${asked.count}, the plan has ${valid} targets. Look at it once more: ${look}`,
    );
  const max = Math.min(rules.max ?? Infinity, asked.max ?? Infinity);
  if (valid > max)
    return refused(
      'max',
      `these are ${valid} targets, more than ${door.field('max')} ${max}. Is it the right list? If it is, ${again}`,
    );
  if (asked.sourceHash !== undefined && sourceHash !== '' && asked.sourceHash !== sourceHash)
    return refused('source', `${source} has changed since it was planned: ${again}`);
  if (asked.approvalAbove !== undefined && valid > asked.approvalAbove) {
    const how = `${door.step('approve', name)}, with a key that has the scope approve`;
    if (approvedBy === '')
      return refused(
        'unapproved',
        `above ${asked.approvalAbove} targets (approval.above) a second person has to approve the plan first: ${how}`,
      );
    if (approvedBy === requester || approvedBy === asked.by)
      return refused(
        'persons',
        `${approvedBy} approved it and can't run it: whoever approves and whoever runs are two persons`,
      );
  }
  return undefined;
}

/** Lines that are read at once. */
const page = 20_000;

/** Whether the ledger still holds exactly what was planned. */
export async function isWhole(
  ledger: Ledger,
  campaign: Campaign,
  onProgress: (lines: number) => void,
): Promise<boolean> {
  const { seq, account, operation, rules, hash, valid } = campaign;
  const found = planHash({ account, operation: { name: operation }, rules });
  let lines = 0;
  for (let n = -1; ;) {
    const keys = await ledger.planKeys(seq, n, page);
    for (const { key } of keys) found.update(`${key}\n`);
    lines += keys.length;
    onProgress(lines);
    const last = keys.at(-1);
    if (!last) break;
    n = last.n;
  }
  return lines === valid && digest(found) === hash;
}

/** The rules of a run: what its plan allows, made stricter. */
export const stricter = (rules: CampaignRules, by: Partial<CampaignRules>): CampaignRules => ({
  ...rules,
  ...by,
  ...(by.max !== undefined && { max: Math.min(by.max, rules.max ?? Infinity) }),
  share: Math.min(rules.share, by.share ?? 1),
  undoMs: Math.max(rules.undoMs, by.undoMs ?? 0),
  notBefore: Math.max(rules.notBefore, by.notBefore ?? 0),
});
