/**
 * Plan: the lines of a campaign enter the ledger part by part, and count only when the last one is there. A plan
 * that breaks off leaves nothing that anybody sees; its rows are swept away by the next one.
 */
import { sql } from 'kysely';
import type { Target } from '../../deletion.ts';
import type { Context } from '../context.ts';
import { int, text } from '../dialect.ts';
import type { CampaignRules } from './campaign.ts';
import { openSeen, type Seen } from './seen.ts';

export interface PlanStart {
  readonly name: string;
  readonly lane: string;
  readonly requester: string;
  readonly reason: string;
  readonly source: string;
  readonly rules: CampaignRules;
}

export interface PlanLine {
  /** The line that it stood on. */
  readonly n: number;
  readonly key: string;
  readonly target: Target;
}

/** What the plan turned out to be. */
export interface PlanEnd {
  readonly hash: string;
  readonly sourceHash: string;
  readonly valid: number;
  readonly invalid: number;
  readonly duplicates: number;
  readonly alreadySettled: number;
}

/** A plan of this age to which nothing was added is nobody's any more. */
const abandonedMs = 600_000;
/** So many rows are swept away in one transaction: others wait for it. */
const sweptAtOnce = 20_000;

export interface Planning {
  /** Begins a plan and answers its number; `id` is the request's. */
  startPlan(id: string, start: PlanStart): Promise<number>;
  /**
   * Adds lines, in their order; those whose target is in the plan already are left out, and which those are is known
   * before this returns: the next part may be given while this one is written. Answers the lines that were added,
   * and how many of them the ledger holds as deleted or absent; none once the plan was dropped. Only where the plan
   * was begun.
   */
  addToPlan(
    campaign: number,
    lines: readonly PlanLine[],
    reusedKinds: readonly string[],
  ): Promise<{ readonly added: ReadonlySet<number>; readonly alreadySettled: number }>;
  /** The plan stands, in place of one of the same name that was never run; false if one of that name was. */
  finishPlan(campaign: number, by: string, end: PlanEnd): Promise<boolean>;
  /** Leaves nothing of it. */
  dropPlan(campaign: number): Promise<void>;
  /** Removes rows of plans that were replaced, dropped or abandoned; answers whether there may be more. */
  sweepPlans(): Promise<boolean>;
}

export function planning({ database, dialect, laneId }: Context): Planning {
  const { query, rows, field } = dialect;
  /** Of the plans that were begun here and not ended. */
  const begun = new Map<number, Seen>();
  const end = (campaign: number): void => {
    begun.get(campaign)?.close();
    begun.delete(campaign);
  };
  return {
    async startPlan(id, { name, lane, requester, reason, source, rules }) {
      const { now } = dialect;
      const request = { id, lane: laneId(lane), requester, reason, urgent: 0, not_before: 0, created: now };
      const [, added] = await database.write([
        query
          .insertInto('requests')
          .values(request)
          .onConflict((is) => is.doNothing())
          .compile(),
        query
          .insertInto('campaigns')
          .columns(['name', 'lane', 'request', 'state', 'by', 'since', 'created', 'source', 'rules'])
          .expression((is) =>
            is
              .selectFrom('requests')
              .select([text(name).as('name'), 'lane', 'seq', text('planning').as('state'), 'requester'])
              .select([now.as('since'), now.as('created')])
              .select([text(source).as('source'), text(JSON.stringify(rules)).as('rules')])
              .where('id', '=', id),
          )
          .returning('seq')
          .compile(),
      ]);
      const campaign = Number(added?.[0]?.['seq']);
      begun.set(campaign, openSeen());
      return campaign;
    },

    async addToPlan(campaign, all, reusedKinds) {
      const unseen = begun.get(campaign)?.add(all.map(({ key }) => key));
      if (!unseen) throw new Error(`the plan ${campaign} was not begun here`);
      const lines = all.filter(({ key }) => unseen.delete(key));
      if (lines.length === 0) return { added: new Set(), alreadySettled: 0 };
      const first = Math.min(...lines.map(({ n }) => n));
      const last = Math.max(...lines.map(({ n }) => n));
      const objects = lines.map(({ n, key, target: { by, id, parent, options } }) => {
        return { n, key, by, id, parent, options };
      });
      const [, planned, known] = await database.write([
        sql`insert into campaign_targets (campaign, n, key, kind, id, parent, options)
            select ${int(campaign)}, cast(${field('n')} as bigint),
              ${sql.join(['key', 'by', 'id', 'parent', 'options'].map(field))}
            from ${rows(objects)}
            where exists (select 1 from campaigns where seq = ${int(campaign)} and state = 'planning')`.compile(
          query,
        ),
        query
          .updateTable('campaigns')
          .set({ since: dialect.now })
          .where('seq', '=', campaign)
          .where('state', '=', 'planning')
          .returning('seq')
          .compile(),
        sql`select count(*) as n from campaign_targets join targets on targets.key = campaign_targets.key
            where campaign_targets.campaign = ${int(campaign)} and n between ${int(first)} and ${int(last)}
              and targets.settlement in ('deleted', 'absent')
              and not (${dialect.among('targets.kind', reusedKinds)})`.compile(query),
      ]);
      if (planned?.length === 0) return { added: new Set(), alreadySettled: 0 };
      return {
        added: new Set(lines.map(({ n }) => n)),
        alreadySettled: Number(known?.[0]?.['n']),
      };
    },

    async finishPlan(campaign, by, { hash, sourceHash, alreadySettled, ...counts }) {
      end(campaign);
      const { now } = dialect;
      const own = query.selectFrom('campaigns').select('name').where('seq', '=', campaign);
      const others = query
        .selectFrom('campaigns')
        .select('seq')
        .where('name', '=', own)
        .where('seq', '<>', campaign)
        .where('state', 'not in', ['planning', 'planned', 'approved', 'dropped']);
      const [, , states] = await database.write([
        query
          .updateTable('campaigns')
          .set({ state: 'dropped', by, since: now })
          .where('name', '=', own)
          .where('state', 'in', ['planned', 'approved'])
          .where((is) => is.not(is.exists(others)))
          .compile(),
        query
          .updateTable('campaigns')
          .set({ ...counts, hash, source_hash: sourceHash, already_settled: alreadySettled })
          .set({ state: 'planned', since: now })
          .where('seq', '=', campaign)
          .where('state', '=', 'planning')
          .where((is) => is.not(is.exists(others)))
          .compile(),
        query.selectFrom('campaigns').select('state').where('seq', '=', campaign).compile(),
      ]);
      return states?.[0]?.['state'] === 'planned';
    },

    async dropPlan(campaign) {
      end(campaign);
      await database.write([
        query
          .updateTable('campaigns')
          .set({ state: 'dropped' })
          .where('seq', '=', campaign)
          .where('state', '=', 'planning')
          .compile(),
      ]);
    },

    async sweepPlans() {
      const swept = query
        .selectFrom('campaigns')
        .select('seq')
        .where((is) =>
          is.or([
            is('state', '=', 'dropped'),
            is.and([
              is('state', '=', 'planning'),
              is('since', '<', sql<number>`${dialect.now} - ${abandonedMs}`),
            ]),
          ]),
        );
      const lines = query
        .selectFrom('campaign_targets')
        .select(['campaign', 'n'])
        .where('campaign', 'in', swept)
        .limit(sweptAtOnce);
      const [, , left] = await database.write([
        sql`delete from campaign_targets where (campaign, n) in (${lines})`.compile(query),
        query
          .deleteFrom('campaigns')
          .where('seq', 'in', swept)
          .where((is) =>
            is.not(
              is.exists(
                is
                  .selectFrom('campaign_targets')
                  .select('n')
                  .whereRef('campaign_targets.campaign', '=', 'campaigns.seq'),
              ),
            ),
          )
          .compile(),
        query.selectFrom(swept.limit(1).as('swept')).select('seq').compile(),
      ]);
      return (left?.length ?? 0) > 0;
    },
  };
}
