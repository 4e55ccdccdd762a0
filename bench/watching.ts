/**
 * What it costs to be watched. One worker drains a backlog; in turn, changing every few calls, it has metrics and logs,
 * one of them, or neither, and what counts is its processor time per call. Once as fast as the processor goes, since the
 * cap is out of reach; once at the real caps of four lanes. Then what a scrape of fifty busy lanes costs. About 2.5
 * minutes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/clock.ts';
import { findOrStartRedis } from '../src/redis-server/find.ts';
import { World } from '../test/system/world.ts';
import { median, quantile, rounded, type Bench } from './bench.ts';
import { ways } from './ways.ts';
import { WatchedWorker } from './watched-worker.ts';

const video = 'alibaba.vod.delete-video';
const image = 'alibaba.vod.delete-image';
const media = 'alibaba.ice.delete-media-infos';

interface Lane {
  readonly account: string;
  readonly operation: string;
  readonly cap: number;
}

const paces: readonly {
  readonly name: string;
  readonly lanes: readonly Lane[];
  /** Calls a turn, rounds through all ways, and calls that only warm up. */
  readonly turn: number;
  readonly rounds: number;
  readonly warmUp: number;
}[] = [
  {
    // Out of reach, and not so far that the queues' windows outgrow what a feeder keeps up with.
    name: 'as fast as it goes',
    lanes: Array.from({ length: 8 }, (_, n) => ({ account: `fast-${n}`, operation: video, cap: 80 })),
    ...{ turn: 50, rounds: 40, warmUp: 2_000 },
  },
  {
    name: 'at real caps, 120 calls/s',
    lanes: [
      { account: 'a', operation: video, cap: 30 },
      { account: 'a', operation: image, cap: 50 },
      { account: 'a', operation: media, cap: 10 },
      { account: 'b', operation: video, cap: 30 },
    ],
    ...{ turn: 30, rounds: 16, warmUp: 300 },
  },
];
const scrapes = 60;

type Tell = (text: string) => void;

export const watching: Bench = {
  name: 'watching',
  title: 'Being watched: processor time per call with metrics and logs, and without',
  async run(tell) {
    const dataDir = await mkdtemp(join(tmpdir(), 'expunge-bench-'));
    const tools = { clock: systemClock, log: { info: () => undefined }, env: process.env };
    const redis = await findOrStartRedis({ dataDir, cacheDir: '.cache', ...tools });
    if ('problem' in redis) throw new Error(redis.problem);
    try {
      const rows: (string | number)[][] = [];
      for (const pace of paces) rows.push(...(await compared(redis.url, pace, tell)));
      return {
        columns: ['pace', 'watched by', 'CPU ms/call', 'ratio', 'rounds, p25 to p75'],
        rows,
        notes: [
          'medians; the ratio is the median of those of the rounds; calls of 20 ids, ledger: libSQL on disk',
          ...(await scraped(redis.url, tell)),
        ],
      };
    } finally {
      await redis.stop();
      await rm(dataDir, { recursive: true });
    }
  },
};

async function compared(redisUrl: string, pace: (typeof paces)[number], tell: Tell) {
  const { name, lanes, turn, rounds, warmUp } = pace;
  const calls = warmUp + turn * ways.length * (rounds + 1);
  const { world, worker } = await backlogged(redisUrl, lanes, calls);
  const sent = () => world.emulator.calls().length;
  await until(() => sent() >= warmUp, 30_000);
  await worker.ask(turn);
  await until(() => sent() >= calls - turn, 60_000);
  const told = (await worker.ask(0)).rounds;
  await worker.stop();
  await world.close();
  if (told.length === 0) throw new Error(`${name}: not one round in a minute`);
  const rows = ways.map((way, at) => {
    const ratios = told.map((round) => (round[at] ?? NaN) / (round[0] ?? NaN));
    const spread = [0.25, 0.75].map((p) => rounded(quantile(ratios, p), 3)).join(' to ');
    return [
      `${name}, ${told.length} rounds`,
      way.name,
      rounded(median(told.map((round) => round[at] ?? NaN)), 3),
      rounded(median(ratios), 3),
      spread,
    ];
  });
  tell(`${name}, ${told.length} rounds: ${JSON.stringify(rows)}`);
  return rows;
}

/** A worker that drains so many full calls, each lane in proportion to its cap. */
async function backlogged(redisUrl: string, lanes: readonly Lane[], calls: number) {
  const accounts: Record<string, Record<string, { cap: number }>> = {};
  for (const { account, operation, cap } of lanes) (accounts[account] ??= {})[operation] = { cap };
  const world = await World.open({ redisUrl, accounts, settings: { metrics: { port: 0 } } });
  for (const action of ['DeleteVideo', 'DeleteImage', 'DeleteMediaInfos'] as const)
    world.emulator.inventory({ [action]: { any: true } });
  const total = lanes.reduce((sum, { cap }) => sum + cap, 0);
  for (const { account, operation, cap } of lanes)
    for (let left = Math.ceil((calls * cap) / total); left > 0; left -= 5_000)
      await world.enqueue(account, operation, hexadecimal(20 * Math.min(left, 5_000)));
  return { world, worker: await WatchedWorker.start(world.dir) };
}

/** Ids that every operation takes, no two alike. */
let made = 0;
const hexadecimal = (count: number): string[] =>
  Array.from({ length: count }, () => (made++).toString(16).padStart(32, '0'));

/** On a machine that is busy with other things it takes what there is by then. */
async function until(holds: () => boolean, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  while (!holds() && performance.now() < end) await pause(200);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Fifty busy lanes in one process, asked again and again as Prometheus does. */
async function scraped(redisUrl: string, tell: Tell): Promise<readonly string[]> {
  const lanes = Array.from({ length: 25 }, (_, n) => `account-${n}`).flatMap((account) => [
    { account, operation: video, cap: 3 },
    { account, operation: image, cap: 3 },
  ]);
  const { world, worker } = await backlogged(redisUrl, lanes, 50 * 3 * 50);
  await pause(6_000);
  const before = world.emulator.calls().length;
  const { began, took, text } = await asked(worker, 500);
  const rate = rounded((world.emulator.calls().length - before) / ((performance.now() - began) / 1_000));
  await worker.stop();
  await world.close();
  const series = text.split('\n').filter((line) => line && !line.startsWith('#')).length;
  const note =
    `a scrape of 50 lanes that drain at ${rate} calls/s: p50 ${rounded(median(took), 1)} ms, p99 ${rounded(quantile(took, 0.99), 1)} ms ` +
    `of ${scrapes}; ${series} series, ${rounded(text.length / 1_024)} KiB`;
  tell(note);
  return [note];
}

async function asked(worker: WatchedWorker, everyMs: number) {
  const began = performance.now();
  const took: number[] = [];
  let text = '';
  for (let scrape = 0; scrape < scrapes; scrape++) {
    await pause(everyMs);
    const at = performance.now();
    text = await worker.scrape();
    took.push(performance.now() - at);
  }
  return { began, took, text };
}
