/**
 * How fast 12,000 jobs of one id each are drained at the documented caps, DeleteVideo's 30 and DeleteImage's 50 calls
 * a second at the same time: by ours in one process and in four, and by what people write without it. The peers that
 * delete one id a call would take minutes: they run for 20 s, all three at the same time, since none of them needs
 * more than a part of a core. Three rounds in turn; takes some 5 min.
 */
import type { Stall } from '../src/emulator/stalls.ts';
import { paceOf, type Pace } from './arrivals.ts';
import { median, rounded, spread, type Bench, type Figures } from './bench.ts';
import { Contest, type Drained } from './contest.ts';
import { ideal, oursInFour, oursInOne, slow, type Contestant } from './contestants.ts';
import { batchLimit, lanes, type Action } from './lanes.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const ids = Number(process.env['BENCH_IDS'] ?? 12_000);
const all = { count: ids, seconds: Infinity };
/** More than any of the slow ones does in that time. */
const some = { count: 2_000, seconds: 20 };
const fast = [oursInOne, oursInFour, ideal];
const contestants = [...fast, ...slow];

interface Run extends Pace {
  readonly contestant: string;
  readonly round: number;
  readonly action: Action;
  readonly cap: number;
  /** Processor time for 1,000 ids, both lanes taken together. */
  readonly cpuMs: number;
}

export const drain: Bench = {
  name: 'drain',
  title: 'drain: 12,000 jobs of one id in each of two lanes',
  async run(tell, { seed }) {
    const accountOf = (of: Contestant, round: number) => `c${contestants.indexOf(of)}r${round}x`;
    const accounts = contestants.flatMap((of) => Array.from({ length: rounds }, (_, n) => accountOf(of, n)));
    const contest = await Contest.open(accounts, seed);
    const runs: Run[] = [];
    const drains = async (contestant: Contestant, round: number) => {
      const { name } = contestant;
      const account = accountOf(contestant, round);
      const work = { from: account, ...(contestant.fast ? all : some) };
      const told = await figures(contest, await contestant.drains(contest, account, work));
      runs.push(...told.map((each) => ({ contestant: name, round, ...each })));
      tell(`round ${round + 1}/${rounds}, ${name}: ${told.map(inShort).join('; ')}`);
    };
    try {
      for (let round = 0; round < rounds; round++) {
        for (const contestant of fast) await drains(contestant, round);
        await Promise.all(slow.map((contestant) => drains(contestant, round)));
      }
      return summary(runs, await contest.stalls());
    } finally {
      await contest.close();
    }
  },
};

async function figures(
  contest: Contest,
  { account, ended, cpuMs }: Drained,
): Promise<readonly Omit<Run, 'contestant' | 'round'>[]> {
  const calls = await contest.callsOf(account);
  const stalls = await contest.stalls();
  const all = Object.values(calls).flat();
  const deleted = all.reduce((sum, call) => sum + call.deleted.length, 0);
  return lanes.map(({ action, cap }) => ({
    ...{ action, cap, cpuMs: (1_000 * cpuMs) / deleted },
    ...paceOf(calls[action], stalls, ended[action]),
  }));
}

const inShort = ({
  cap,
  idsPerSecond,
  fill,
  fullestSure,
  throttled,
  calls,
}: Omit<Run, 'contestant' | 'round'>) =>
  `cap ${cap}: ${rounded(idsPerSecond)} ids/s, ${rounded(fill, 2)} a call, fullest second ${fullestSure}, ` +
  `${calls} calls, ${throttled} throttled`;

const share = (idsPerSecond: number, { cap }: Run) => (100 * idsPerSecond) / (cap * batchLimit);

function summary(runs: readonly Run[], stalls: readonly Stall[]): Figures {
  const of = ({ name }: Contestant, cap: number) =>
    runs.filter((run) => run.contestant === name && run.cap === cap);
  const rows = lanes.flatMap(({ cap }) =>
    contestants.map((contestant) => {
      const found = of(contestant, cap);
      const told = (what: (run: Run) => number, digits = 0) => spread(found.map(what), digits);
      return [
        ...[
          cap,
          contestant.name,
          told((run) => run.idsPerSecond),
          told((run) => share(run.idsPerSecond, run), 1),
        ],
        told((run) => share(run.steadyPerSecond, run), 1),
        ...[told((run) => run.fill, 2), Math.max(...found.map((run) => run.fullestSure))],
        ...[told((run) => run.throttled), told((run) => run.calls)],
        ...[contestant.fast ? told((run) => run.emptiedSeconds, 2) : '–', told((run) => run.cpuMs)],
      ];
    }),
  );
  const rate = (contestant: Contestant, cap: number) =>
    median(of(contestant, cap).map((run) => run.idsPerSecond));
  const notes = lanes.flatMap(({ cap }) =>
    [oursInOne, oursInFour].map((our) => {
      const times = slow.map((each) => `${rounded(rate(our, cap) / rate(each, cap), 1)} ×`).join(', ');
      const script = rounded((100 * rate(our, cap)) / rate(ideal, cap), 2);
      return `cap ${cap}, ${our.name}: ${script} % of the rate of the script with batches; ${times} those of one id a call, in the table's order`;
    }),
  );
  const longest = Math.max(0, ...stalls.map(({ ms }) => ms));
  const bunched = runs.filter(({ fullest, fullestSure }) => fullest > fullestSure);
  return {
    columns: [
      ...[
        'cap',
        '',
        'ids/s',
        '% of cap × 20',
        'without its first second',
        'ids a call',
        'fullest rolling second (calls)',
      ],
      ...['throttled', 'calls', 'emptied in s', 'CPU ms for 1,000 ids'],
    ],
    rows,
    notes: [
      ...notes,
      `medians of ${rounds} rounds (least–most), taken in turn; the fullest second is that of all rounds; provider's latency 20–50 ms for all`,
      'ours: signed queue jobs of one id each, unknown to its ledger (libSQL on disk) until they are fetched',
      `the emulator stood still ${stalls.length} times for more than 20 ms, ${rounded(longest)} ms at most; arrivals that this may have bunched count where they surely were (${bunched.length} of ${runs.length} runs)`,
    ],
    runs,
  };
}
