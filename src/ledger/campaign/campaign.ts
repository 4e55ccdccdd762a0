/** Campaigns as the ledger tells of them: what was planned, by which rules, and how far each is. Reads only. */
import { sql } from 'kysely';
import type { Settlement } from '../../deletion.ts';
import type { Context } from '../context.ts';
import type { Row } from '../database.ts';
import type { CampaignState } from '../schema.ts';
import type { Tally } from '../lookup.ts';

/** What a campaign may do; fixed when it is planned, or made stricter when it is run. Shares are 0 to 1. */
export interface CampaignRules {
  /** Most targets that it may have. */
  readonly max?: number;
  /** Starts with ten ids, then one in a hundred. */
  readonly canary: boolean;
  /** Pauses itself above these shares: of the settled targets, and of the calls. */
  readonly brakes: { readonly refused: number; readonly absent: number; readonly throttled: number };
  /** Of the lane's cap. */
  readonly share: number;
  /** `22:00-06:00 Asia/Shanghai`: sends only then. */
  readonly window?: string;
  /** Milliseconds between `run` and the first deletion. */
  readonly undoMs: number;
  /** Milliseconds since 1970; 0 is at once. */
  readonly notBefore: number;
  /** Deletes again what the ledger holds as deleted or absent. */
  readonly again: boolean;
}

/** Of the canary: all may go. */
export const lastStage = 2;

/** What the brakes judge by. */
export type Figures = Readonly<
  Partial<Record<'deleted' | 'absent' | 'refused' | 'exhausted' | 'calls' | 'throttled', number>>
>;

/** Times in ms since 1970 by the database's clock; 0 where it has not happened. */
export interface Campaign {
  readonly seq: number;
  readonly name: string;
  readonly lane: string;
  readonly account: string;
  readonly operation: string;
  readonly state: CampaignState;
  /** Why it is in this state, who brought it there, and when. */
  readonly reason: string;
  readonly by: string;
  readonly since: number;
  readonly created: number;
  /** Who asked for it, and why. */
  readonly requester: string;
  readonly why: string;
  readonly hash: string;
  readonly source: string;
  readonly sourceHash: string;
  readonly valid: number;
  readonly invalid: number;
  readonly duplicates: number;
  readonly alreadySettled: number;
  readonly rules: CampaignRules;
  readonly approvedBy: string;
  readonly started: number;
  readonly ended: number;
  readonly notBefore: number;
  readonly sending: boolean;
  /** The last line that was released, how many were, and when. */
  readonly released: number;
  readonly releasedCount: number;
  readonly releasedAt: number;
  readonly stage: number;
  readonly calls: number;
  readonly throttled: number;
  readonly sent: number;
  /** Targets settled a second, lately. */
  readonly pace: number;
  /** How many ended how: by calls, and by the ledger's own knowledge. */
  readonly settled: Tally;
  readonly known: Tally;
  /** Of those settled as absent: after an unanswered attempt, and so most likely our own doing. */
  readonly doubtful: number;
  /** The figures at which a person let it go on after a pause: the brakes count from there. */
  readonly judgedFrom: Figures;
  /** Calls under way that hold targets of it. */
  readonly inFlight: number;
  /** When this was read. */
  readonly now: number;
}

/** A line of the plan and its outcome; `settlement` is null while it has none. */
export interface CampaignTarget {
  readonly n: number;
  readonly kind: string;
  readonly id: string;
  readonly parent: string;
  readonly options: string;
  readonly settlement: Settlement | null;
  readonly known: number;
  readonly code: string;
  readonly message: string;
  readonly providerRequest: string;
  readonly attempts: number;
  readonly ambiguous: number;
  readonly settled: number;
}

export interface CampaignReading {
  /** Undefined if there is none of that name. */
  campaign(name: string): Promise<Campaign | undefined>;
  /** All but those in planning, the latest first; those in these states only, if they are given. */
  campaigns(states?: readonly CampaignState[]): Promise<readonly Campaign[]>;
  /** Those that run, or are about to pause or to be cancelled. */
  activeCampaigns(): Promise<readonly Campaign[]>;
  /** The keys of the plan's lines after line `n`, in order, `limit` at a time. */
  planKeys(
    campaign: number,
    n: number,
    limit: number,
  ): Promise<readonly { readonly n: number; readonly key: string }[]>;
  /** Lines of the plan after line `n`, in order, `limit` at a time; those that ended so only, if that is given. */
  campaignTargets(
    campaign: number,
    n: number,
    limit: number,
    states?: readonly (Settlement | 'open')[],
  ): Promise<readonly CampaignTarget[]>;
}

export function campaignReading({ database, dialect }: Context): CampaignReading {
  const { query } = dialect;
  const all = () =>
    query
      .selectFrom('campaigns')
      .innerJoin('lanes', 'lanes.id', 'campaigns.lane')
      .innerJoin('requests', 'requests.seq', 'campaigns.request')
      .select(['campaigns.seq', 'campaigns.name', 'lanes.name as lane', 'account', 'operation'])
      .select(['campaigns.state', 'campaigns.reason', 'campaigns.by', 'campaigns.since'])
      .select(['campaigns.created', 'requester', 'requests.reason as why', 'hash', 'source'])
      .select([
        'source_hash as sourceHash',
        'valid',
        'invalid',
        'campaigns.duplicates',
        'rules',
        'sent',
        'pace',
      ])
      .select(['judged_from as judgedFrom', 'campaigns.already_settled as alreadySettled'])
      .select(['approved_by as approvedBy', 'started', 'ended'])
      .select(['campaigns.not_before as notBefore', 'sending', 'released', 'stage', 'calls', 'throttled'])
      .select(['released_count as releasedCount', 'released_at as releasedAt'])
      .select(dialect.now.as('now'))
      .select(
        sql<number>`(select count(distinct call) from targets
          where campaign = campaigns.seq and settlement is null and campaign <> 0 and call <> '')`.as(
          'inFlight',
        ),
      );
  type Found = ReturnType<typeof all>;

  async function read(found: Found): Promise<readonly Campaign[]> {
    const [rows = [], tallies = []] = await database.read([
      found.compile(),
      query
        .selectFrom('campaign_tallies')
        .select(['campaign', 'settlement', 'known', 'n'])
        .where('campaign', 'in', query.selectFrom(found.as('found')).select('found.seq'))
        .compile(),
    ]);
    return rows.map((row) => campaign(row, tallies));
  }

  return {
    async campaign(name) {
      const [found] = await read(
        all().where('campaigns.name', '=', name).where('campaigns.state', 'not in', ['planning', 'dropped']),
      );
      return found;
    },
    campaigns: (states) =>
      read(
        (states
          ? all().where('campaigns.state', 'in', states)
          : all().where('campaigns.state', 'not in', ['planning', 'dropped'])
        ).orderBy('campaigns.seq', 'desc'),
      ),
    activeCampaigns: () =>
      read(
        all().where('campaigns.state', 'in', ['running', 'pausing', 'cancelling']).orderBy('campaigns.seq'),
      ),
    async planKeys(seq, n, limit) {
      const [rows = []] = await database.read([
        query
          .selectFrom('campaign_targets')
          .select(['n', 'key'])
          .where('campaign', '=', seq)
          .where('n', '>', n)
          .orderBy('n')
          .limit(limit)
          .compile(),
      ]);
      return rows as unknown as readonly { readonly n: number; readonly key: string }[];
    },
    async campaignTargets(seq, n, limit, states) {
      const lines = query
        .selectFrom('campaign_targets')
        .select(['n', 'kind', 'id', 'parent', 'options', 'settlement', 'known', 'code', 'message'])
        .select(['provider_request as providerRequest', 'attempts', 'ambiguous', 'settled'])
        .where('campaign', '=', seq)
        .where('n', '>', n)
        .orderBy('n')
        .limit(limit);
      const settled = states?.filter((state) => state !== 'open') ?? [];
      const chosen = states
        ? lines.where((is) =>
            is.or([
              ...(settled.length > 0 ? [is('settlement', 'in', settled)] : []),
              ...(states.includes('open') ? [is('settlement', 'is', null)] : []),
            ]),
          )
        : lines;
      const [rows = []] = await database.read([chosen.compile()]);
      return rows as unknown as readonly CampaignTarget[];
    },
  };
}

function campaign(row: Row, tallies: readonly Row[]): Campaign {
  const own = tallies.filter((each) => each['campaign'] === row['seq']);
  const tally = (...known: readonly number[]): Tally => {
    const sums: Record<string, number> = {};
    for (const { settlement, n, known: by } of own)
      if (known.includes(Number(by))) sums[String(settlement)] = (sums[String(settlement)] ?? 0) + Number(n);
    return sums;
  };
  return {
    ...(row as unknown as Campaign),
    rules: JSON.parse(String(row['rules'])) as CampaignRules,
    sending: Number(row['sending']) > Number(row['now']),
    inFlight: Number(row['inFlight']),
    pace: Number(row['pace']) / 1_000,
    judgedFrom: JSON.parse(String(row['judgedFrom'])) as Figures,
    settled: tally(0, 2),
    doubtful: tally(2).absent ?? 0,
    known: tally(1),
  };
}
