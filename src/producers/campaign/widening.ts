/**
 * What deletes more than the ids that somebody looked at is planned, run and resumed by those alone who have the
 * scope for it. Stopping takes none: it deletes nothing.
 */
import type { Target } from '../../deletion.ts';
import type { Campaign } from '../../ledger/campaign/campaign.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Operation } from '../../providers/operation.ts';
import { operations } from '../../providers/operations.ts';
import type { Person } from '../person.ts';
import { widenings } from '../scopes.ts';
import { wideningJudge } from '../widening.ts';
import { CampaignRefused } from './refused.ts';

type Shape = Pick<Target, 'by' | 'options'>;

/** To be called with each target; throws CampaignRefused at the first that this person may not ask for. */
export function wideningGuard(
  person: Person,
  account: string,
  operation: Operation,
): (target: Shape) => void {
  const judge = wideningJudge(person, account, operation);
  return (target) => {
    const missing = judge(target);
    if (missing === undefined) return;
    throw new CampaignRefused(
      'scope',
      `${person.name} would need the scope ${missing}:${account}:${operation.name}: it widens what is deleted`,
    );
  };
}

/** Lines that are read at once. */
const page = 5_000;

/** The same of a plan that stands. It is read only for somebody who lacks one of these scopes. */
export async function mustMayWiden(ledger: Ledger, campaign: Campaign, person: Person): Promise<void> {
  const { seq, account } = campaign;
  const operation = operations.find(({ name }) => name === campaign.operation);
  if (!operation || widenings.every((scope) => person.may(scope, account, operation.name))) return;
  const guard = wideningGuard(person, account, operation);
  for (let n = -1; ;) {
    const lines = await ledger.campaignTargets(seq, n, page);
    for (const { kind: by, options } of lines) guard({ by, options });
    const last = lines.at(-1);
    if (!last) return;
    n = last.n;
  }
}
