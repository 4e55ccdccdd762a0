/**
 * Moving a campaign from state to state. What must hold with the new state happens in the same transaction: what a
 * campaign no longer wants is withheld from every claim that comes after it, and what another one wants besides is
 * handed over to that one.
 */
import { sql, type CompiledQuery, type RawBuilder } from 'kysely';
import type { Context } from '../context.ts';
import { int, never, sends, text } from '../dialect.ts';
import { eventWriting } from '../events.ts';
import type { CampaignState } from '../schema.ts';
import { handOver, live } from '../wishes.ts';
import { lastStage, type CampaignRules, type Figures } from './campaign.ts';
import { campaignOutcomes } from './outcomes.ts';

export interface Move {
  readonly from: readonly CampaignState[];
  readonly to: CampaignState;
  readonly by: string;
  readonly reason: string;
  /** Set with it: the rules that run makes stricter, when it may start. */
  readonly rules?: CampaignRules;
  readonly approvedBy?: string;
  /** Where it runs: until when, by its time window; 0 while that is closed. Left out: without an end. */
  readonly sendsUntil?: number;
  /** The brakes count from here. */
  readonly judgedFrom?: Figures;
}

export interface CampaignControl {
  /**
   * Moves it, if it is in one of those states; false if not. Its first move to running sets its start, and from
   * that its undo window; whatever is no more running is withheld; the end of a campaign is on record.
   */
  moveCampaign(campaign: number, move: Move): Promise<boolean>;
  /** Opens the gate of one that runs until that moment, or closes it (0), as its time window does. */
  setSending(campaign: number, until: number): Promise<void>;
  /** Settles what is to be cancelled and not just being sent; answers how many targets still are. */
  cancelOpen(campaign: number): Promise<number>;
  /** Notes how many targets a second are settled, and how far the canary is. */
  noteProgress(
    campaign: number,
    progress: { readonly pace?: number; readonly stage?: number },
  ): Promise<void>;
}

const ends: readonly CampaignState[] = ['cancelled', 'completed', 'failed'];

export function campaignControl({ database, dialect, told }: Context): CampaignControl {
  const { query } = dialect;
  const events = eventWriting(dialect);
  /** Open targets that stand and fall with it, and that no call holds; the second condition names their index. */
  const own = (campaign: number): RawBuilder<boolean> =>
    sql<boolean>`campaign = ${int(campaign)} and campaign <> 0 and settlement is null and call = ''`;
  /** What others want besides is theirs from now on. */
  const release = (campaign: number, states: readonly CampaignState[], when: RawBuilder<boolean>) =>
    handOver(dialect, { own: sql`${own(campaign)} and ${when}`, than: int(campaign), states });
  const withhold = (campaign: number): readonly CompiledQuery[] => {
    const stopped = sql<boolean>`not ${sends(dialect, int(campaign))}`;
    return [
      ...release(campaign, ['running'], stopped),
      sql`update targets set job = '', offered_until = ${int(never)}
          where ${own(campaign)} and offered_until < ${int(never)} and ${stopped}`.compile(query),
    ];
  };
  /**
   * Wanted again, and waiting since this moment, not since they were accepted: its own, those that only campaigns want
   * which send nothing, and what others want later only.
   */
  const unwithhold = (campaign: number): CompiledQuery =>
    sql`update targets set campaign = ${int(campaign)}, job = '', due = ${dialect.now}, offered_until = 0
        where settlement is null and call = '' and ${sends(dialect, int(campaign))}
          and (campaign = ${int(campaign)} or not ${sends(dialect, sql`targets.campaign`)})
          and (campaign <> 0 or (due > ${dialect.now} and attempts = 0))
          and seq in (select target from campaign_targets
            where campaign = ${int(campaign)} and settlement is null and target > 0)`.compile(query);

  return {
    async moveCampaign(
      campaign,
      { from, to, by, reason, rules, approvedBy, judgedFrom, sendsUntil = never },
    ) {
      const { now } = dialect;
      const moving = query
        .selectFrom('campaigns')
        .select('seq')
        .where('seq', '=', campaign)
        .where('state', 'in', from);
      const starts = from.includes('planned') && to === 'running';
      const [before] = await database.write([
        dialect.locked(moving, 'update').compile(),
        events.ofCampaign(moving, `campaign ${to}`, reason, by),
        query
          .updateTable('campaigns')
          .set({ state: to, reason, by, since: now, sending: to === 'running' ? sendsUntil : 0 })
          .$if(rules !== undefined, (is) => is.set({ rules: JSON.stringify(rules) }))
          .$if(judgedFrom !== undefined, (is) => is.set({ judged_from: JSON.stringify(judgedFrom) }))
          .$if(approvedBy !== undefined, (is) => is.set({ approved_by: text(approvedBy ?? '') }))
          .$if(starts, (is) =>
            is.set({
              ...(rules?.canary === false && { stage: lastStage }),
              started: now,
              not_before: dialect.greater(
                int(rules?.notBefore ?? 0),
                sql<number>`${now} + ${int(rules?.undoMs ?? 0)}`,
              ),
            }),
          )
          .$if(ends.includes(to), (is) => is.set({ ended: now }))
          .where('seq', 'in', moving)
          .compile(),
        ...(to === 'running' ? [unwithhold(campaign)] : withhold(campaign)),
      ]);
      return (before?.length ?? 0) > 0;
    },

    async setSending(campaign, until) {
      await database.write([
        query
          .updateTable('campaigns')
          .set({ sending: until })
          .where('seq', '=', campaign)
          .where('state', '=', 'running')
          .compile(),
        ...(until > 0 ? [unwithhold(campaign)] : withhold(campaign)),
      ]);
    },

    async cancelOpen(campaign) {
      const going = sql<boolean>`exists (select 1 from campaigns
        where seq = ${int(campaign)} and state = 'cancelling')`;
      const settled = sql`select target from campaign_targets
        where campaign = ${int(campaign)} and settlement is null and target > 0`;
      const handed = release(campaign, live, going);
      const answers = await database.write([
        ...handed,
        sql`update targets set settlement = 'cancelled', code = 'CampaignCancelled', settled = ${dialect.now},
              job = '' where ${own(campaign)} and ${going} returning lane, settlement`.compile(query),
        ...campaignOutcomes(dialect, settled),
        // What others want besides is no longer this campaign's: what becomes of it does not show here.
        sql`update campaign_targets set target = null
            where campaign = ${int(campaign)} and settlement is null and target > 0 and ${going}
              and not exists (select 1 from targets where seq = target and campaign = ${int(campaign)})`.compile(
          query,
        ),
        sql`select count(*) as n from campaign_targets
            where campaign = ${int(campaign)} and settlement is null and target > 0`.compile(query),
      ]);
      told.settled(answers[handed.length]);
      return Number(answers.at(-1)?.[0]?.['n']);
    },

    async noteProgress(campaign, { pace, stage }) {
      const noted = {
        ...(pace !== undefined && { pace: Math.round(pace * 1_000) }),
        ...(stage !== undefined && { stage }),
      };
      await database.write([query.updateTable('campaigns').set(noted).where('seq', '=', campaign).compile()]);
    },
  };
}
