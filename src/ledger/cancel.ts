/**
 * Cancel: a request is taken back and wants nothing any more. What others want stays theirs; what nobody wants is
 * settled as cancelled. What a call has just taken goes on: nobody wants it any more, so that no later call gets it,
 * and it is settled so if its call leaves it open.
 */
import { sql, type CompiledQuery, type RawBuilder } from 'kysely';
import type { Context } from './context.ts';
import { campaignOutcomes } from './campaign/outcomes.ts';
import { int, never, nobody, sends } from './dialect.ts';
import { eventWriting } from './events.ts';
import { lookups } from './lookup.ts';
import { forgetOnce } from './once.ts';
import { campaignOf } from './requests.ts';
import { anotherCampaign, asked, live } from './wishes.ts';

/** No transaction lets go of more targets than this: claims wait for it. */
const mostAtOnce = 2_000;

/** How a cancelled request's targets stand. */
export interface Cancelled {
  readonly cancelled: number;
  /** In a call that was under way. */
  readonly sending: number;
  /** Ended otherwise. */
  readonly settled: number;
  /** Open, since others want them. */
  readonly kept: number;
}

export interface Cancelling {
  /**
   * Takes the request back; once more changes nothing. A campaign's is left to the campaign's own verbs. Undefined if
   * there is none of that id.
   */
  cancelRequest(
    id: string,
    by: string,
    reason: string,
  ): Promise<Cancelled | { readonly campaign: string } | undefined>;
  /**
   * What is to be done now and again, a bounded part of it: settles what came back from its call to nobody who wants
   * it, forgets what is remembered for a day.
   */
  sweep(): Promise<void>;
}

export function cancelling(context: Context): Cancelling {
  const { database, dialect, told } = context;
  const { query } = dialect;
  const events = eventWriting(dialect);
  const { tally } = lookups(context);

  /** Settles those of these targets that nobody wants; `lines` picks the same targets' numbers. */
  const settleUnwanted = (own: RawBuilder<boolean>, lines: RawBuilder<unknown>) => [
    // The second condition names their index.
    sql`update targets set settlement = 'cancelled', code = 'RequestCancelled', message = '', provider_request = '',
          settled = ${dialect.now}, job = ''
        where campaign = ${int(nobody)} and campaign <> 0 and settlement is null and call = '' and ${own}
        returning lane, settlement`.compile(query),
    ...campaignOutcomes(dialect, lines),
  ];
  const write = async (before: readonly CompiledQuery[], settling: readonly CompiledQuery[]) => {
    const answers = await database.write([...before, ...settling]);
    told.settled(answers[before.length]);
  };

  async function letGo(request: number, after: number, last: number): Promise<void> {
    const lines = sql`select target from request_targets
      where request = ${int(request)} and target > ${int(after)} and target <= ${int(last)}`;
    const own = sql<boolean>`settlement is null and targets.seq in (${lines})`;
    const campaigns = query
      .selectFrom('campaigns')
      .select('seq')
      .where(sql<boolean>`seq in (select campaign from campaign_targets where target in (${lines}))`)
      .orderBy('seq');
    const targets = query.selectFrom('targets').select('seq').where(own).orderBy('seq');
    const another = anotherCampaign(int(0), live);
    const before = [
      // A campaign that stops comes first and is seen by all that follows, or waits and finds what it was handed;
      // so does another request for these targets, and a claim.
      dialect.locked(campaigns, 'share').compile(),
      ...dialect.lock(targets),
      // Not before those who are left want it.
      sql`update targets set due = ${asked}, job = '', offered_until = ${asked}
          where ${own} and campaign = 0 and call = '' and ${asked} > due`.compile(query),
      sql`update targets set campaign = coalesce(${another}, ${int(nobody)})
          where ${own} and campaign = 0 and ${asked} is null`.compile(query),
      // As the campaign that it is now keeps its own while it sends nothing.
      sql`update targets set job = '', offered_until = ${int(never)}
          where ${own} and campaign > 0 and call = '' and not ${sends(dialect, sql`targets.campaign`)}`.compile(
        query,
      ),
    ];
    await write(before, settleUnwanted(sql`targets.seq in (${lines})`, lines));
  }

  async function stands(id: string, request: number): Promise<Cancelled> {
    const held = sql`select count(*) as n from request_targets join targets on targets.seq = target
      where request = ${int(request)} and settlement is null and call <> ''`;
    const [[row] = []] = await database.read([held.compile(query)]);
    const { open = 0, cancelled = 0, ...others } = await tally(id);
    const sending = Math.min(open, Number(row?.['n']));
    const settled = Object.values(others).reduce((sum, n) => sum + n, 0);
    return { cancelled, sending, settled, kept: open - sending };
  }

  return {
    async cancelRequest(id, by, reason) {
      const found = query.selectFrom('requests').where('requests.id', '=', id);
      const [[row] = []] = await database.read([
        found.select('seq').select(campaignOf.as('campaign')).compile(),
      ]);
      if (!row) return undefined;
      if (row['campaign'] !== '') return { campaign: String(row['campaign']) };
      const request = Number(row['seq']);
      const going = found.select('requests.seq').where('cancelled', '=', 0);
      await database.write([
        // A part of it that is being recorded comes first, or waits and adds nothing.
        dialect.locked(going, 'update').compile(),
        events.ofCancel(going, id, reason, by),
        query.updateTable('requests').set({ cancelled: dialect.now }).where('seq', 'in', going).compile(),
      ]);
      // Also the second time: the first may have ended half-way.
      for (let after = 0; ;) {
        const page = sql`select max(target) as last from (select target from request_targets
          where request = ${int(request)} and target > ${int(after)} order by target limit ${int(mostAtOnce)}) as page`;
        const [[next] = []] = await database.read([page.compile(query)]);
        if (typeof next?.['last'] !== 'number') break;
        await letGo(request, after, next['last']);
        after = next['last'];
      }
      return stands(id, request);
    },

    async sweep() {
      const left = query
        .selectFrom('targets')
        .select('seq')
        // The second condition names their index.
        .where('campaign', '=', nobody)
        .where('campaign', '<>', sql.lit(0))
        .where('settlement', 'is', null)
        .where('call', '=', '')
        .limit(mostAtOnce);
      const [rows = []] = await database.read([left.compile()]);
      const numbers = dialect.rows(rows);
      const these = sql`select cast(${dialect.field('seq')} as bigint) from ${numbers}`;
      const unwanted = rows.length === 0 ? [] : settleUnwanted(sql`targets.seq in (${these})`, these);
      await write([forgetOnce(dialect, mostAtOnce)], unwanted);
    },
  };
}
