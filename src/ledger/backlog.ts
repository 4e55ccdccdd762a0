/**
 * Backlog: how much is open and dead in a lane, and for how long the oldest of it might have been sent. Counting
 * takes time in proportion to what is counted, so it is done in parts between which other reads get in: of what
 * changes meanwhile some is counted and some is not.
 */
import { sql, type RawBuilder } from 'kysely';
import type { Context } from './context.ts';
import type { Row } from './database.ts';
import { int, wanted, type Dialect } from './dialect.ts';

export interface LaneBacklog {
  readonly open: number;
  readonly dead: number;
  /**
   * Milliseconds for which the oldest open target might have been sent; undefined if none might: those whose notBefore
   * is to come, and those of campaigns that send nothing now, don't wait for the lane.
   */
  readonly oldestMs: number | undefined;
}

export interface BacklogReading {
  /** Of the lanes of these names; those that the ledger doesn't know have none. */
  backlog(lanes: readonly string[]): Promise<ReadonlyMap<string, LaneBacklog>>;
}

/**
 * Since when a target might have been sent, in ms since 1970: accepted, and its time come. A retry moves `due`; what
 * was asked for then stands in the request that opened it.
 */
export const sendableSince = ({ greater }: Pick<Dialect, 'greater'>): RawBuilder<number> =>
  sql<number>`case when attempts = 0 then ${greater(sql`accepted`, sql`due`)}
    else ${greater(sql`accepted`, sql`coalesce((select not_before from requests where seq = opened_by), 0)`)} end`;

interface Tally {
  readonly lane: string;
  open: number;
  dead: number;
  since: number;
  /** Counted up to those accepted then. */
  upTo: number;
}

/** Nothing that was accepted later can have waited for longer: what is left is to be counted only. */
const oldestFound = ({ since, upTo }: Tally): boolean => since <= upTo;
/** Counting needs the index alone, and is so many times quicker than looking at the rows. */
const quicker = 15;

/** `mostAtOnce`: targets whose rows one part looks at, some 10 ms of a file's reader. */
export function backlogReading({ database, dialect }: Context, mostAtOnce = 10_000): BacklogReading {
  const { query } = dialect;
  const idOf = (lane: string) => query.selectFrom('lanes').select('id').where('name', '=', lane);
  const openIn = (lane: string) =>
    query.selectFrom('targets').where('lane', '=', idOf(lane)).where('settlement', 'is', null);
  const deadIn = (lane: string) =>
    query
      .selectFrom('targets')
      .select((is) => is.fn.countAll().as('dead'))
      .where('lane', '=', idOf(lane))
      .where('settlement', 'in', [sql.lit('refused' as const), sql.lit('exhausted' as const)]);

  /** The next of the lane's open targets, by their acceptance; all that were accepted at one moment together. */
  const part = (tally: Tally, most: number) => {
    const mightBeSent = sql`(attempts > 0 or due <= ${dialect.now}) and ${wanted(dialect)}`;
    const since = sql<number>`min(case when ${mightBeSent} then ${sendableSince(dialect)} end)`;
    const further = openIn(tally.lane).where('accepted', '>', sql<number>`${int(tally.upTo)}`);
    const next = further.select('accepted').orderBy('accepted').limit(most);
    const last = query.selectFrom(next.as('next')).select((is) => is.fn.max('accepted').as('last'));
    return further
      .where('accepted', '<=', sql<number>`(${last})`)
      .select((is) => [is.fn.countAll().as('open'), is.fn.max('accepted').as('last')])
      .select((oldestFound(tally) ? sql<number>`null` : since).as('since'))
      .compile();
  };

  return {
    async backlog(lanes) {
      const tallies = lanes.map((lane): Tally => ({
        lane,
        open: 0,
        dead: 0,
        since: Infinity,
        upTo: Number.MIN_SAFE_INTEGER,
      }));
      if (lanes.length === 0) return new Map();
      for (const tally of tallies) {
        const [rows] = await database.read([deadIn(tally.lane).compile()]);
        tally.dead = Number(rows?.[0]?.['dead']);
      }
      let now = 0;
      for (let left = tallies; left.length > 0;) {
        const shares = left.map((tally) =>
          Math.ceil((mostAtOnce * (oldestFound(tally) ? quicker : 1)) / left.length),
        );
        const [clock, ...parts] = await database.read([
          query.selectNoFrom(dialect.now.as('now')).compile(),
          ...left.map((tally, n) => part(tally, shares[n] ?? 1)),
        ]);
        now = Number(clock?.[0]?.['now']);
        for (const [n, tally] of left.entries()) add(tally, parts[n]?.[0]);
        left = left.filter((_, n) => Number(parts[n]?.[0]?.['open']) >= (shares[n] ?? 1));
      }
      return new Map(
        tallies.map(({ lane, open, dead, since }) => [
          lane,
          { open, dead, oldestMs: since === Infinity ? undefined : Math.max(0, now - since) },
        ]),
      );
    },
  };
}

function add(tally: Tally, row: Row | undefined): void {
  const open = Number(row?.['open'] ?? 0);
  if (open === 0) return;
  tally.open += open;
  tally.upTo = Number(row?.['last']);
  const since = row?.['since'];
  if (since !== null) tally.since = Math.min(tally.since, Number(since));
}
