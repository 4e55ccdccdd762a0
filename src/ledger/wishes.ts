/** Wishes: who wants a target that one of those who wanted it has let go. */
import { sql, type RawBuilder } from 'kysely';
import type { Dialect } from './dialect.ts';
import type { CampaignState } from './schema.ts';

/**
 * The earliest time for which an ordinary request wants the target, of those since it was opened; NULL if none does.
 * One that came in several parts counts until its last.
 */
export const asked = sql<number>`(
  select min(requests.not_before) from request_targets join requests on requests.seq = request_targets.request
  where request_targets.target = targets.seq and requests.recorded >= targets.accepted and requests.cancelled = 0
    and not exists (select 1 from campaigns where campaigns.request = requests.seq))`;

/** Campaigns in these states want what they have released. */
export const live: readonly CampaignState[] = ['running', 'pausing', 'paused'];

/** Another campaign in one of these states names the target: the first such. */
export const anotherCampaign = (than: RawBuilder<number>, states: readonly CampaignState[]) => sql<number>`(
  select min(others.campaign) from campaign_targets as others join campaigns on campaigns.seq = others.campaign
  where others.target = targets.seq and others.settlement is null and others.campaign <> ${than}
    and state in (${sql.join(states.map((state) => sql.lit(state)))}))`;

/** Statements that hand over what that campaign no longer wants: to ordinary requests, at their time, then to others. */
export const handOver = (
  { query }: Pick<Dialect, 'query'>,
  {
    own,
    than,
    states,
  }: {
    readonly own: RawBuilder<boolean>;
    readonly than: RawBuilder<number>;
    readonly states: readonly CampaignState[];
  },
) => [
  sql`update targets set campaign = 0, due = ${asked}, job = '', offered_until = ${asked}
      where ${own} and ${asked} is not null`.compile(query),
  sql`update targets set campaign = ${anotherCampaign(than, states)}
      where ${own} and ${anotherCampaign(than, states)} is not null`.compile(query),
];
