/**
 * What a fleet needs, from what was measured of two: one whose lanes have nothing to do, which gives the cost of a lane,
 * and one of few lanes with many calls, which gives the cost of a call. All costs are straight lines; the other
 * fleets of the benchmark tell how straight they are. The paper is docs/scale.md.
 */
import { rounded } from '../bench.ts';

/** Of some lanes together, a second. */
export interface Load {
  readonly lanes: number;
  readonly callsPerSecond: number;
}

/** What grows with lanes and calls; Redis' memory grows with lanes alone, whose queues are no longer than some seconds. */
export const needs = ['cores', 'redisCommandsPerSecond', 'redisCores', 'ledgerWritesPerSecond'] as const;
export type Need = (typeof needs)[number];

export interface Measured extends Load {
  readonly figures: Readonly<Record<Need, number>>;
}

export type Model = (load: Load) => Readonly<Record<Need, number>>;

export function modelOf(idle: Measured, busy: Measured): Model {
  const line = (need: Need) => {
    const perLane = idle.figures[need] / idle.lanes;
    const perCall = (busy.figures[need] - perLane * busy.lanes) / busy.callsPerSecond;
    return ({ lanes, callsPerSecond }: Load) => perLane * lanes + perCall * callsPerSecond;
  };
  const lines = Object.fromEntries(needs.map((need) => [need, line(need)])) as Record<
    Need,
    (load: Load) => number
  >;
  return (load) => Object.fromEntries(needs.map((need) => [need, lines[need](load)])) as Record<Need, number>;
}

/** A share of a core that a process's main thread can be busy with and still send at the moment that it should. */
const busiest = 0.6;
/** Of delete-video. */
const documentedCap = 30;
/** Ids of a call, and the rows that it writes: each target when it is claimed and when it is settled, and its own twice. */
const ids = 20;
const rowsOfCall = 2 * ids + 2;

export interface Fleet {
  readonly processes: number;
  readonly redisConnections: number;
  readonly redisCommandsPerSecond: number;
  readonly redisCores: number;
  readonly ledgerRowsPerSecond: number;
  readonly idsPerSecond: number;
}

/** What so many accounts need, each with a lane of this cap that is always full. */
export function fleetFor(model: Model, accounts: number, cap: number): Fleet {
  const load = { lanes: accounts, callsPerSecond: accounts * cap };
  const { cores, redisCommandsPerSecond, redisCores } = model(load);
  const processes = Math.max(1, Math.ceil(cores / busiest));
  return {
    processes,
    redisConnections: accounts + 3 * processes,
    redisCommandsPerSecond: Math.round(redisCommandsPerSecond),
    redisCores,
    ledgerRowsPerSecond: load.callsPerSecond * rowsOfCall,
    idsPerSecond: load.callsPerSecond * ids,
  };
}

const words: Readonly<Record<Need, string>> = {
  cores: 'cores',
  redisCommandsPerSecond: 'Redis commands/s',
  redisCores: 'Redis cores',
  ledgerWritesPerSecond: 'ledger writes/s',
};

/** A sentence for what the model says of each fleet beside what was measured, and one for what larger ones need. */
export function modelWords(
  idle: Measured,
  busy: Measured,
  others: readonly (Measured & { readonly name: string })[],
): readonly string[] {
  const model = modelOf(idle, busy);
  const beside = others.map(({ name, figures, ...load }) => {
    const said = model(load);
    const pairs = needs.map(
      (need) => `${words[need]} ${rounded(said[need], 2)} (${rounded(figures[need], 2)})`,
    );
    return `model (measured), ${name}: ${pairs.join(', ')}`;
  });
  const larger = [10, 1_000, 10_000].map((accounts) => {
    const fleet = fleetFor(model, accounts, documentedCap);
    return (
      `${accounts} accounts at ${documentedCap} calls/s need ${fleet.processes} processes, ` +
      `${fleet.redisConnections} Redis connections, ${fleet.redisCommandsPerSecond} Redis commands/s ` +
      `(${rounded(fleet.redisCores, 1)} cores), and write ${fleet.ledgerRowsPerSecond} rows/s for ${fleet.idsPerSecond} ids/s`
    );
  });
  return [...beside, ...larger];
}
