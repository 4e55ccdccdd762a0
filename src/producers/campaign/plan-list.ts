/**
 * A list becomes a plan, at whichever door it was handed in: its targets are within what the person may delete, and a
 * sample of them exists if that was asked for. Nothing is deleted.
 */
import type { Clock } from '../../clock.ts';
import type { Target } from '../../deletion.ts';
import type { ConfiguredLane } from '../../lanes.ts';
import type { CampaignRules } from '../../ledger/campaign/campaign.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Kind } from '../../providers/operation.ts';
import type { EntryStream } from '../entries/entries.ts';
import type { BadEntry } from '../entries/entry.ts';
import type { Person } from '../person.ts';
import { writtenAs } from '../written-as.ts';
import { checkExists, isWrongList, type ExistenceCheck } from './check-exists.ts';
import { plan, type Planned } from './plan.ts';
import { Sample } from './sample.ts';
import { wideningGuard } from './widening.ts';

/** Of a campaign: it stands in metrics and in paths. */
export const namePattern = /^[a-z0-9][a-z0-9._-]{0,62}$/;
export const nameRemedy = 'begin with a small letter or digit, go on with those, dots and dashes, at most 63';
/** Characters. */
export const mostReason = 1_024;
/** The provider is asked about no more. */
export const mostChecked = 1_000;

export interface ListRequest {
  readonly name: string;
  readonly lane: ConfiguredLane;
  /** Who may plan in that lane. */
  readonly person: Person;
  /** What plain ids are; undefined: the operation's first kind. */
  readonly kind: Kind | undefined;
  readonly options: Record<string, unknown> | undefined;
  readonly reason: string;
  /** The list's file; '' where it was none. */
  readonly source: string;
  readonly rules: CampaignRules;
  /** The provider is asked whether so many of them exist; 0 is not at all. */
  readonly checked: number;
  /** Plans it even if most of those do not exist. */
  readonly anyway: boolean;
}

export interface ListMeans {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly version: string;
  readonly onBad: (line: BadEntry) => void | Promise<void>;
  readonly onProgress: (valid: number) => void;
  readonly onCheck: (sampled: number) => void;
}

/** Most of those that the provider was asked about do not exist: nothing was planned. */
export class WrongList extends Error {
  override readonly name = 'WrongList';
  readonly check: ExistenceCheck;
  constructor(check: ExistenceCheck) {
    super('most of these do not exist');
    this.check = check;
  }
}

export interface PlannedList {
  readonly planned: Planned;
  readonly check: ExistenceCheck | undefined;
}

/** Rejects with PlanRefused, WrongList or CampaignRefused, and then nothing is planned. */
export async function planList(
  { onCheck, version, ...means }: ListMeans,
  { lane, person, kind, checked, anyway, ...request }: ListRequest,
  { batches, fingerprint }: Pick<EntryStream, 'batches' | 'fingerprint'>,
): Promise<PlannedList> {
  const { account, operation, protection } = lane;
  const { clock } = means;
  const sample = new Sample<Target>(checked, () => clock.random());
  const mayDelete = wideningGuard(person, account.name, operation);
  let check: ExistenceCheck | undefined;
  const planned = await plan(
    {
      ...means,
      protection,
      onTarget(target) {
        mayDelete(target);
        sample.offer(target);
      },
      async approve() {
        if (checked === 0) return;
        const sampled = sample.items();
        onCheck(sampled.length);
        check = await checkExists(sampled, { account, operation, clock, userAgent: `expunge/${version}` });
        if (isWrongList(check) && !anyway) throw new WrongList(check);
      },
    },
    {
      ...request,
      ...{ lane: lane.name, account: account.name, operation, requester: person.name },
      written: writtenAs(kind),
    },
    batches,
    () => fingerprint().sha256,
  );
  return { planned, check };
}
