/**
 * Release: the next lines of a running campaign become targets, as many as its lane has room for. Until then they
 * stand in its plan alone, so that pausing or cancelling has a few seconds' work to find, however large it is.
 */
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { int, sends } from '../dialect.ts';
import type { Campaign } from './campaign.ts';
import { outcome } from './outcomes.ts';

export interface Releasing {
  /**
   * Up to `most` further lines, in their order; answers how many. None if the campaign was stopped meanwhile or its
   * time has not come. Lines that the ledger holds as deleted or absent are answered from it, unless their kind is
   * reused or the rules say `again`. `paidUntil` is kept as `releasedAt`, for a rate ceiling to go by.
   */
  releaseCampaign(
    campaign: Campaign,
    most: number,
    paidUntil: number,
    reusedKinds: readonly string[],
  ): Promise<number>;
}

export function releasing({ database, dialect, laneId, told }: Context): Releasing {
  const { query, among } = dialect;
  return {
    async releaseCampaign({ seq, released, lane, rules }, most, paidUntil, reusedKinds) {
      const [[next] = []] = await database.read([
        sql`select max(n) as last, count(*) as count from (select n from campaign_targets
            where campaign = ${int(seq)} and n > ${int(released)} order by n limit ${int(most)}) as next`.compile(
          query,
        ),
      ]);
      const count = Number(next?.['count'] ?? 0);
      if (count === 0) return 0;
      const last = Number(next?.['last']);
      const { now } = dialect;
      /** The campaign has got there, just now by this transaction's first statement. */
      const got = sql<boolean>`exists (select 1 from campaigns where seq = ${int(seq)} and released = ${int(last)}
        and sending > ${now})`;
      const lines = sql`campaign_targets.campaign = ${int(seq)} and n > ${int(released)} and n <= ${int(last)}`;
      const fresh = sql`${lines} and campaign_targets.settlement is null and ${got}`;
      const answered = sql<boolean>`targets.settlement in ('deleted', 'absent')
        and not (${rules.again ? sql`true` : among('targets.kind', reusedKinds)})`;
      const request = sql`(select request from campaigns where seq = ${int(seq)})`;
      const anew = sql`settlement = null, code = '', message = '', provider_request = '', settled = 0, call = '',
        job = '', attempts = 0, ambiguous = 0, crashes = 0, urgent = 0, due = 0, offered_until = 0, accepted = ${now},
        opened_by = ${request}, campaign = ${int(seq)}`;
      const existing = query
        .selectFrom('targets')
        .select('seq')
        .where(sql<boolean>`key in (select key from campaign_targets where ${lines})`)
        .orderBy('seq');
      const answers = await database.write([
        sql`update campaigns set released = ${int(last)}, released_count = released_count + ${int(count)},
              released_at = ${int(paidUntil)}
            where seq = ${int(seq)} and released = ${int(released)} and state = 'running' and sending > ${now}
              and not_before <= ${now} returning seq`.compile(query),
        // What becomes of those that are targets already waits for this, or is seen by all that follows.
        ...dialect.lock(existing),
        sql`insert into campaign_tallies (campaign, settlement, known, n)
            select campaign_targets.campaign, targets.settlement, 1, count(*)
            from campaign_targets join targets on targets.key = campaign_targets.key
            where ${fresh} and ${answered}
            group by campaign_targets.campaign, targets.settlement
            on conflict (campaign, settlement, known) do update set n = campaign_tallies.n + excluded.n`.compile(
          query,
        ),
        sql`update campaign_targets set known = 1,
              (target, ${outcome}) = (select seq, ${outcome} from targets where targets.key = campaign_targets.key)
            where ${fresh} and exists (select 1 from targets
              where targets.key = campaign_targets.key and ${answered})`.compile(query),
        sql`update targets set ${anew}
            where settlement is not null and key in (select key from campaign_targets where ${fresh})
            returning lane`.compile(query),
        sql`insert into targets (key, lane, kind, id, parent, options, job, urgent, due, offered_until, accepted,
              opened_by, campaign)
            select key, ${int(laneId(lane))}, kind, id, parent, options, '', 0, 0, 0, ${now}, ${request}, ${int(seq)}
            from campaign_targets where ${fresh}
            on conflict (key) do update set campaign = ${int(seq)}, due = ${now}, job = '', offered_until = 0
            where targets.settlement is null and targets.call = ''
              and not ${sends(dialect, sql`targets.campaign`)}
              and (targets.campaign <> 0 or (targets.due > ${now} and targets.attempts = 0))
            returning lane, case when opened_by = ${request} then 1 else 0 end as ours`.compile(query),
        sql`insert into request_targets (request, target)
            select ${request}, targets.seq from campaign_targets join targets on targets.key = campaign_targets.key
            where ${lines} and ${got} on conflict do nothing`.compile(query),
        sql`update campaign_targets
            set target = (select seq from targets where targets.key = campaign_targets.key)
            where ${fresh} and target is null`.compile(query),
      ]);
      const [reopened, inserted] = answers.slice(-4);
      told.released([...(reopened ?? []), ...(inserted ?? []).filter(({ ours }) => ours === 1)]);
      return (answers[0]?.length ?? 0) > 0 ? count : 0;
    },
  };
}
