/**
 * What lanes, processes and ids cost. Short, some three minutes: fleets of 1 to 500 lanes and of 1 to 4 processes once
 * each, and campaigns of 10^4 and 10^5 ids. Asked for by its name, about an hour: every combination three times, on a
 * PostgreSQL too where there is one, and campaigns up to 10^7 ids.
 */
import { median, spread, type Asked, type Bench, type Figures } from './bench.ts';
import { fleetAtWork, type FleetFigures, type FleetSetup } from './scale/fleet.ts';
import { campaignAtWork } from './scale/ids.ts';
import { modelWords, needs, type Need } from './scale/model.ts';
import { BenchRedis } from './redis.ts';

type Fleet = Pick<FleetSetup, 'lanes' | 'cap' | 'processes' | 'idsPerCall' | 'backlog'>;

const usual = { cap: 2, processes: 1, idsPerCall: 20, backlog: true } as const;
/** What the model is made of (see scale/model): lanes without work, and work in few lanes. */
const idle = { ...usual, lanes: 500, backlog: false };
const busy = { ...usual, lanes: 10, cap: 50 };
const short: readonly Fleet[] = [
  ...[1, 10, 100, 500].map((lanes) => ({ ...usual, lanes })),
  { ...usual, lanes: 500, idsPerCall: 1 },
  ...[2, 4].map((processes) => ({ ...usual, lanes: 100, processes })),
  idle,
  busy,
];
const long: readonly Fleet[] = [
  ...[1, 2, 4].flatMap((processes) => [1, 10, 100, 500].map((lanes) => ({ ...usual, lanes, processes }))),
  { ...usual, lanes: 500, idsPerCall: 1 },
  idle,
  busy,
];

export const scale: Bench = {
  name: 'scale',
  title: 'Scale: lanes, processes and ids',
  async run(tell, asked) {
    const redis = await BenchRedis.start();
    try {
      const fleets = await fleetsOf(redis, tell, asked);
      const campaigns = await campaignsOf(redis, tell, asked);
      return { ...fleets, notes: [...fleets.notes, ...campaigns] };
    } finally {
      await redis.stop();
    }
  },
};

type Column = readonly [title: string, of: (figures: FleetFigures) => number, digits: number];

const columns: readonly Column[] = [
  ['share of the caps', ({ share }) => share, 3],
  ['calls/s', ({ callsPerSecond }) => callsPerSecond, 0],
  ['fullest second of a lane', ({ fullest }) => fullest, 0],
  ['CPU ms/call', ({ cpuMsPerCall }) => cpuMsPerCall, 2],
  ['cores', ({ cores }) => cores, 2],
  ['busiest main thread', ({ busy }) => busy, 2],
  ['RSS MB', ({ rssMb }) => rssMb, 0],
  ['Redis connections', ({ redisConnections }) => redisConnections, 0],
  ['Redis MB', ({ redisMb }) => redisMb, 1],
  ['Redis commands/s', ({ redisCommandsPerSecond }) => redisCommandsPerSecond, 0],
  ['Redis cores', ({ redisCores }) => redisCores, 2],
  ['ledger writes/s', ({ ledgerWritesPerSecond }) => ledgerWritesPerSecond, 0],
  ['ledger MB', ({ ledgerMb }) => ledgerMb, 0],
  ['all at work after s', ({ startSeconds }) => startSeconds, 1],
  ['scrape ms', ({ scrapeMs }) => scrapeMs, 0],
];

async function fleetsOf(redis: BenchRedis, tell: (text: string) => void, asked: Asked): Promise<Figures> {
  const fleets = asked.long ? long : short;
  const rounds = asked.long ? 3 : 1;
  const seconds = asked.long ? 20 : 6;
  const found = fleets.map((): FleetFigures[] => []);
  for (let round = 1; round <= rounds; round++)
    for (const [n, fleet] of fleets.entries()) {
      const figures = await fleetAtWork(redis, { ...fleet, seconds });
      found[n]?.push(figures);
      tell(`${round}/${rounds} ${nameOf(fleet)}: ${JSON.stringify(figures)}`);
    }
  const cell = (runs: readonly FleetFigures[], [, of, digits]: Column) => {
    const values = runs.map(of).filter(Number.isFinite);
    return values.length === 0 ? '' : spread(values, digits);
  };
  return {
    columns: ['', ...columns.map(([title]) => title)],
    rows: fleets.map((fleet, n) => [nameOf(fleet), ...columns.map((column) => cell(found[n] ?? [], column))]),
    notes: [
      `${rounds === 1 ? 'one run' : `medians of ${rounds} runs`} of ${seconds} s each; ledger: libSQL on disk; every ` +
        'lane is an account of its own; Redis connections without those of the benchmark; Redis counts the commands ' +
        'inside a script too',
      ...modelled(fleets, found),
    ],
    runs: fleets.map((fleet, n) => ({ ...fleet, runs: found[n] })),
  };
}

/** What a lane and a call cost, and how well that tells what the other fleets need. */
function modelled(fleets: readonly Fleet[], found: readonly (readonly FleetFigures[])[]): readonly string[] {
  const measured = (fleet: Fleet) => {
    const runs = found[fleets.indexOf(fleet)] ?? [];
    const middle = (of: (figures: FleetFigures) => number) => median(runs.map(of));
    const figures = Object.fromEntries(needs.map((need) => [need, middle((each) => each[need])]));
    const callsPerSecond = middle((each) => each.callsPerSecond);
    return { lanes: fleet.lanes, callsPerSecond, figures: figures as Record<Need, number> };
  };
  const others = fleets.filter(
    (fleet) => fleet.processes === 1 && fleet.idsPerCall === 20 && fleet !== idle && fleet !== busy,
  );
  return modelWords(
    measured(idle),
    measured(busy),
    others.map((fleet) => ({ name: nameOf(fleet), ...measured(fleet) })),
  );
}

const nameOf = ({ lanes, cap, processes, idsPerCall, backlog }: Fleet): string => {
  const many = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  const work = backlog ? (idsPerCall === 20 ? '' : ', an id a call') : ', idle';
  return `${many(lanes, 'lane')} at ${cap}/s, ${processes === 1 ? '1 process' : `${processes} processes`}${work}`;
};

async function campaignsOf(
  redis: BenchRedis,
  tell: (text: string) => void,
  { long }: Asked,
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const ids of long ? [1e4, 1e5, 1e6, 1e7] : [1e4, 1e5]) {
    const found = await campaignAtWork(redis, ids);
    notes.push(
      `${ids.toExponential(0).replace('e+', ' × 10^')} ids: planned in ${found.planSeconds} s with at most ` +
        `${found.planMb} MB, deleted in ${found.runSeconds} s (${found.idsPerSecond} ids/s) with at most ` +
        `${found.workerMb} MB in the worker and ${found.redisMb} MB in Redis; ledger ${found.ledgerMb} MB, ` +
        `${found.bytesPerId} bytes an id`,
    );
    tell(notes.at(-1) ?? '');
  }
  return notes;
}
