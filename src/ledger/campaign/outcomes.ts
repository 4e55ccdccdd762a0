/**
 * What a target's settlement means to the campaigns that name it: their line and their tally, in the transaction
 * that settles it, so that a campaign's figures are the ledger's at every moment, and stay when it is asked for
 * again or archived.
 */
import { sql, type CompiledQuery, type RawBuilder } from 'kysely';
import type { Context } from '../context.ts';
import { int } from '../dialect.ts';

/** What a line keeps of its target. */
export const outcome = sql.raw('settlement, code, message, provider_request, attempts, ambiguous, settled');

const doubtful = sql<number>`case when targets.settlement = 'absent' and targets.ambiguous = 1 then 2 else 0 end`;

/** Statements to follow those that settle; `targets` picks the numbers of the targets that may be settled now. */
export const campaignOutcomes = (dialect: Context['dialect'], targets: RawBuilder<unknown>) =>
  outcomesWhere(dialect, sql`target in (${targets})`);

/** The same of the targets that this call held. */
export const outcomesOfCall = (dialect: Context['dialect'], call: string) =>
  outcomesWhere(dialect, dialect.amongNumbers('target', heldBy(call)));

/** Their numbers: found in the call's row rather than by their keys, since each call asks and few are in a campaign. */
const heldBy = (call: string): RawBuilder<string> => sql`(select targets from calls where id = ${call})`;

function outcomesWhere({ query }: Context['dialect'], settled: RawBuilder<unknown>) {
  return [
    sql`insert into campaign_tallies (campaign, settlement, known, n)
        select campaign_targets.campaign, targets.settlement, ${doubtful}, count(*)
        from campaign_targets join targets on targets.seq = target
        where ${settled} and targets.settlement is not null and campaign_targets.settlement is null
        group by campaign_targets.campaign, targets.settlement, ${doubtful}
        on conflict (campaign, settlement, known) do update set n = campaign_tallies.n + excluded.n`.compile(
      query,
    ),
    sql`update campaign_targets set (${outcome}) = (select ${outcome} from targets where seq = target)
        where ${settled} and settlement is null
          and exists (select 1 from targets where seq = target and settlement is not null)`.compile(query),
  ] satisfies readonly CompiledQuery[];
}

/**
 * Counts a call that ends for the campaigns whose targets it held, `throttled` is 1 or 0; `unwritten` is false once
 * it was counted.
 */
export function campaignCall(
  { query, amongNumbers }: Context['dialect'],
  call: string,
  throttled: number,
  unwritten: RawBuilder<boolean>,
): CompiledQuery {
  const held = amongNumbers('targets.seq', heldBy(call));
  return sql`update campaigns set calls = calls + 1, throttled = throttled + ${int(throttled)},
      sent = sent + (select count(*) from targets where ${held} and campaign = campaigns.seq)
    where seq in (select campaign from targets where ${held} and campaign <> 0)
      and ${unwritten}`.compile(query);
}
