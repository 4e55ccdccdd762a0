/**
 * The same 12,000 jobs of one id in each of two lanes where things go wrong: one id in a hundred can't be deleted, 5 %
 * of the calls are throttled whatever their rate, 5 % are carried out and never answered. How long it takes, how many
 * calls it costs, and what each says of the ids, held against the provider's own record. All at the same time, each
 * on an account of its own, the slow ones with 300 ids a lane and at most 25 s; takes about 1.5 min.
 */
import { paceOf, type Pace } from './arrivals.ts';
import { rounded, type Bench, type Figures } from './bench.ts';
import { Contest, type Drained, type Work } from './contest.ts';
import { ideal, oursInOne, slow, type Contestant } from './contestants.ts';
import { idsOf, lanes, type Action } from './lanes.ts';

const ids = Number(process.env['BENCH_IDS'] ?? 12_000);
const contestants = [oursInOne, ideal, ...slow];
const accountOf = (of: Contestant): string => `c${contestants.indexOf(of)}x`;
const workOf = (of: Contestant): Work => ({
  from: accountOf(of),
  ...(of.fast ? { count: ids, seconds: Infinity } : { count: 300, seconds: 25 }),
});
const oneIn = 100;

interface Run extends Pace {
  readonly contestant: string;
  readonly action: Action;
  readonly cap: number;
  /** Ids that it says something of, right or wrong. */
  readonly ended: number;
  /** Called deleted, and not deleted. */
  readonly notDeleted: number;
  /** Called failed, and deleted. */
  readonly notFailed: number;
  /** Called failed, rightly, although nothing kept them from being deleted but the faults of some calls. */
  readonly undone: number;
  /** Nothing is said of them, although all should be done. */
  readonly lost: number;
}

export const mixed: Bench = {
  name: 'mixed',
  title: 'mixed: the same with 1 % poison ids, 5 % throttles, 5 % unanswered deletions',
  async run(tell, { seed }) {
    const poison = new Set(contestants.flatMap((of) => lanes.flatMap(({ action }) => poisonOf(of, action))));
    const contest = await Contest.open(contestants.map(accountOf), seed, [
      { kind: 'forbid-ids', ids: [...poison] },
      { kind: 'throttle', share: 0.05 },
      { kind: 'timeout-after', share: 0.05 },
    ]);
    try {
      const runs = await Promise.all(
        contestants.map(async (contestant) => {
          const drained = await contestant.drains(contest, accountOf(contestant), workOf(contestant));
          const told = await judged(contest, contestant, drained, poison);
          for (const run of told) tell(JSON.stringify(run));
          return told;
        }),
      );
      return summary(runs.flat());
    } finally {
      await contest.close();
    }
  },
};

const poisonOf = (of: Contestant, action: Action): readonly string[] => {
  const { from, count } = workOf(of);
  return idsOf(action, from, count).filter((_, n) => n % oneIn === oneIn / 2);
};

async function judged(
  contest: Contest,
  { name, fast }: Contestant,
  { account, said, ended }: Drained,
  poison: ReadonlySet<string>,
): Promise<readonly Run[]> {
  const calls = await contest.callsOf(account);
  const stalls = await contest.stalls();
  return lanes.map(({ action, cap }) => {
    const gone = new Set(calls[action].flatMap(({ deleted }) => deleted));
    const { deleted, failed } = said[action];
    const named = new Set([...deleted, ...failed]);
    return {
      ...{ contestant: name, action, cap, ...paceOf(calls[action], stalls, ended[action]) },
      ended: named.size,
      notDeleted: deleted.filter((id) => !gone.has(id)).length,
      notFailed: failed.filter((id) => gone.has(id)).length,
      undone: failed.filter((id) => !gone.has(id) && !poison.has(id)).length,
      lost: fast ? ids - named.size : 0,
    };
  });
}

function summary(runs: readonly Run[]): Figures {
  const rows = lanes.flatMap(({ cap }) =>
    runs
      .filter((run) => run.cap === cap)
      .map(({ contestant, emptiedSeconds, idsPerSecond, calls, ended, throttled, ...wrong }) => [
        ...[cap, contestant, Number.isFinite(emptiedSeconds) ? rounded(emptiedSeconds, 1) : '–'],
        ...[rounded(idsPerSecond), ended, calls, rounded((1_000 * calls) / ended), throttled],
        ...[wrong.notDeleted + wrong.notFailed, wrong.notDeleted, wrong.notFailed, wrong.undone, wrong.lost],
      ]),
  );
  return {
    columns: [
      ...['cap', '', 'emptied in s', 'ids/s', 'ids ended', 'calls', 'calls for 1,000 ids', 'throttled'],
      ...['wrong outcomes', 'called deleted, not deleted', 'called failed, but deleted'],
      ...['left undone, rightly called failed', 'lost'],
    ],
    rows,
    notes: [
      'one run, all at the same time, each on an account of its own; the peers of one id a call have 300 ids a lane, and 25 s for them',
      'ours holds its ledger against the provider’s record, id by id and call by call, and would have failed on any difference',
      'every peer makes three attempts with growing pauses and takes an error for a failure, an answer for a deletion',
    ],
    runs,
  };
}
