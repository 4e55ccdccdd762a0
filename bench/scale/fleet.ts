/**
 * A fleet at work on a backlog: so many lanes of one cap, drained by so many processes, seen from outside: by the
 * emulator's record, Redis's own figures, the ledger's size, and what each process says of its processor time.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { World } from '../../test/system/world.ts';
import { paceOf } from '../arrivals.ts';
import { rounded } from '../bench.ts';
import { accountNamed, EmulatorProcess } from '../emulator-process.ts';
import { Measured } from '../process.ts';
import type { BenchRedis } from '../redis.ts';

export interface FleetSetup {
  readonly lanes: number;
  /** Calls a second of each lane. */
  readonly cap: number;
  readonly processes: number;
  readonly idsPerCall: 1 | 20;
  readonly seconds: number;
  /** False: nothing to do, to see what lanes cost by being there. */
  readonly backlog: boolean;
  /** Where the ledger is kept, if not in a file. */
  readonly database?: string;
}

export interface FleetFigures {
  /** Of the sum of the caps. */
  readonly share: number;
  readonly callsPerSecond: number;
  /** Most calls of one lane in any rolling second, at the emulator, but for what its own stalls bunched. */
  readonly fullest: number;
  /** Processor time of all processes for each call, in ms; while idle it is NaN. */
  readonly cpuMsPerCall: number;
  /** Of one core, all processes together. */
  readonly cores: number;
  /** Share of the time in which the busiest process's main thread had work. */
  readonly busy: number;
  /** Of the largest process. */
  readonly rssMb: number;
  readonly redisConnections: number;
  readonly redisMb: number;
  readonly redisCommandsPerSecond: number;
  readonly redisCores: number;
  readonly ledgerWritesPerSecond: number;
  readonly ledgerMb: number;
  /** From the start of the first process until every lane has sent a call. */
  readonly startSeconds: number;
  /** What a scrape of /metrics takes. */
  readonly scrapeMs: number;
}

const warmUpMs = 4_000;
const operations = {
  20: { name: 'alibaba.vod.delete-video', action: 'DeleteVideo', with: {} },
  // By video: each one is a call of its own.
  1: { name: 'alibaba.vod.delete-image', action: 'DeleteImage', with: { options: { imageType: 'All' } } },
} as const;

export async function fleetAtWork(redis: BenchRedis, setup: FleetSetup): Promise<FleetFigures> {
  const { lanes, cap, processes, idsPerCall, seconds, backlog, database } = setup;
  const { name: operation, action, with: options } = operations[idsPerCall];
  const names = Array.from({ length: lanes }, (_, n) => `lane${n}`);
  await redis.flush();
  const emulator = await EmulatorProcess.start({
    accounts: names.map((name) => accountNamed(name, { [action]: { calls: cap, per: 'second' } })),
    inventory: { [action]: { any: true } },
  });
  const world = await World.open({
    redisUrl: redis.url,
    endpoint: emulator.url,
    accounts: Object.fromEntries(names.map((name) => [name, { [operation]: { cap } }])),
    settings: { metrics: { port: 0 }, ...(database !== undefined && { database: { url: database } }) },
  });
  const workers: Measured[] = [];
  try {
    const before = await redis.state();
    if (backlog) {
      // What is sent while it starts, warms up and is measured, and some more.
      const ids = Math.ceil(cap * idsPerCall * (seconds + warmUpMs / 1_000 + 12));
      for (const name of names) await world.enqueue(name, operation, entries(name, ids, idsPerCall), options);
    }
    const began = performance.now();
    const arguments_ = [
      '../src/main.ts',
      'serve',
      '--worker',
      '--json',
      '--config',
      `${world.dir}/expunge.json`,
    ];
    const nodeArgs = (process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter(Boolean);
    workers.push(
      ...(await Promise.all(Array.from({ length: processes }, () => Measured.start(arguments_, nodeArgs)))),
    );
    const allSend = async () => {
      const { accounts } = await emulator.stats();
      return names.every((name) => (accounts[`key-of-${name}`]?.[action]?.accepted ?? 0) > 0);
    };
    while (backlog && !(await allSend())) await wait(250);
    const startSeconds = (performance.now() - began) / 1_000;
    await wait(warmUpMs);

    const from = await redis.state();
    const writesBefore = await ledgerWrites(workers);
    for (const worker of workers) worker.watch();
    const watched = performance.now();
    await wait(seconds * 1_000);
    const sinces = await Promise.all(workers.map((worker) => worker.since()));
    const lasted = (performance.now() - watched) / 1_000;
    const to = await redis.state();
    const asked = performance.now();
    const writes = await ledgerWrites(workers);
    const scrapeMs = (performance.now() - asked) / workers.length;
    const ledgerMb = database === undefined ? await sizeMb(join(world.dir, 'ledger.db')) : NaN;
    // The stalls last: telling the calls may be one.
    const calls = await emulator.calls();
    const { stalls } = await emulator.stats();
    const end = calls.at(-1)?.at ?? 0;
    const measured = calls.filter(({ at }) => at > end - seconds * 1_000);
    const ofLanes = names.map((name) => measured.filter(({ account }) => account === `key-of-${name}`));
    const callsPerSecond = total(ofLanes, (each) => rateOf(each, cap));
    const fullest = ofLanes.map((each) => paceOf(each, stalls, end).fullestSure);
    const cpuMs = total(sinces, ({ cpuMs }) => cpuMs);
    return {
      share: rounded(callsPerSecond / (lanes * cap), 3),
      callsPerSecond: rounded(callsPerSecond, 1),
      fullest: Math.max(0, ...fullest),
      cpuMsPerCall: rounded(cpuMs / lasted / callsPerSecond, 2),
      cores: rounded(cpuMs / lasted / 1_000, 2),
      busy: rounded(Math.max(...sinces.map(({ busy }) => busy)), 2),
      rssMb: rounded(Math.max(...sinces.map(({ rss }) => rss)) / 1e6),
      redisConnections: to.connections - before.connections,
      redisMb: rounded((to.bytes - before.bytes) / 1e6, 1),
      redisCommandsPerSecond: rounded((to.commands - from.commands) / lasted),
      redisCores: rounded((to.cpuMs - from.cpuMs) / lasted / 1_000, 2),
      ledgerWritesPerSecond: rounded((writes - writesBefore) / lasted),
      ledgerMb: rounded(ledgerMb),
      startSeconds: rounded(startSeconds, 1),
      scrapeMs: rounded(scrapeMs),
    };
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    await world.close();
    await emulator.stop();
  }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const entries = (name: string, count: number, idsPerCall: 1 | 20): readonly unknown[] =>
  Array.from({ length: count }, (_, n) =>
    idsPerCall === 20 ? `${name}x${n}` : { by: 'videoId', id: `${name}x${n}` },
  );

/**
 * A lane's rate: over whole multiples of its cap, since its calls come unevenly within a window and evenly from one to
 * the next.
 */
function rateOf(calls: readonly { readonly at: number }[], cap: number): number {
  const last = calls.length - 1 - ((calls.length - 1) % cap);
  return last <= 0 ? 0 : (1_000 * last) / ((calls[last]?.at ?? NaN) - (calls[0]?.at ?? NaN));
}

async function ledgerWrites(workers: readonly Measured[]): Promise<number> {
  const texts = await Promise.all(
    workers.map(async ({ metricsUrl }) => (await fetch(`${metricsUrl}/metrics`)).text()),
  );
  const count = /^expunge_ledger_write_duration_seconds_count(?:\{.*\})? (\d+)/m;
  return total(texts, (text) => Number(count.exec(text)?.[1] ?? 0));
}

/** Of a ledger's file, and of what is written beside it. */
export async function sizeMb(path: string): Promise<number> {
  const sizes = await Promise.all(
    [path, `${path}-wal`].map((each) =>
      stat(each).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return total(sizes, Number) / 1e6;
}

const total = <Each>(list: readonly Each[], of: (each: Each) => number): number =>
  list.reduce((sum, each) => sum + of(each), 0);
