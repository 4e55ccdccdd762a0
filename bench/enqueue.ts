/**
 * How fast ids are accepted, on record when that is said: through the library, a file for the command line, and HTTP;
 * beside BullMQ's `addBulk`, which keeps them in Redis alone. Each round begins with an empty ledger and an empty
 * Redis. Takes about a minute.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { World } from '../test/system/world.ts';
import { median, rounded, spread, type Bench, type Figures } from './bench.ts';
import { build } from './floor/build.ts';
import { idsOf } from './ids.ts';
import { Measured, posts } from './process.ts';
import { BenchRedis } from './redis.ts';

const video = 'alibaba.vod.delete-video';
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const count = 100_000;
const ofBody = 1_000;
const connections = 4;
const root = fileURLToPath(new URL('..', import.meta.url));

interface Ran {
  /** Ids a second, the program's own start left out where `startMs` tells it. */
  readonly perSecond: number;
  /** The same command for a single id. */
  readonly startMs?: number;
  /** With the start. */
  readonly whole?: number;
}

interface Place {
  readonly world: World;
  readonly redis: BenchRedis;
  /** The main program, built. */
  readonly main: string;
  /** The ids, one a line. */
  readonly file: string;
}

const contestants: readonly (readonly [string, (place: Place) => Promise<Ran>])[] = [
  ['BullMQ alone: `addBulk` of 1,000 jobs of one id', ({ redis }) => loop('enqueue/bullmq.ts', redis.url)],
  [
    'library: 1,000 ids a call, one after the other',
    ({ world, main }) => loop('enqueue/library.ts', join(main, '../producers/producer.js'), configOf(world)),
  ],
  ['CLI file, built: `expunge enqueue`', (place) => byFile(place, process.execPath, place.main)],
  [
    'CLI file, from the sources: `npm run -s expunge -- enqueue`',
    (place) => byFile(place, 'npm', 'run', '-s', 'expunge', '--'),
  ],
  [`HTTP: POST of 1,000 ids, ${connections} connections`, byHttp],
];

export const enqueue: Bench = {
  name: 'enqueue',
  title: `Enqueue: ${count.toLocaleString('en')} ids accepted, ledger included (libSQL, each commit on disk)`,
  async run(tell) {
    const dir = await mkdtemp(join(tmpdir(), 'expunge-bench-'));
    const redis = await BenchRedis.start();
    try {
      const main = build(join(dir, 'built'));
      const file = join(dir, 'ids.txt');
      await writeFile(file, `${idsOf('f', count).join('\n')}\n`);
      const runs: Ran[][] = contestants.map(() => []);
      // In turn, so that what else the machine does falls upon all alike.
      for (let round = 1; round <= rounds; round++)
        for (const [n, [name, run]] of contestants.entries()) {
          const ran = await inNewWorld(redis, (world) => run({ world, redis, main, file }));
          runs[n]?.push(ran);
          tell(`${round}/${rounds} ${name}: ${JSON.stringify(ran)}`);
        }
      return figuresOf(runs);
    } finally {
      await redis.stop();
      await rm(dir, { recursive: true });
    }
  },
};

async function inNewWorld(redis: BenchRedis, run: (world: World) => Promise<Ran>): Promise<Ran> {
  await redis.flush();
  const world = await World.open({
    redisUrl: redis.url,
    accounts: { acc: { [video]: { cap: 30 } } },
    settings: { metrics: { port: 0 }, api: { port: 0, requestsPerSecond: 1_000_000 } },
  });
  try {
    return await run(world);
  } finally {
    await world.close();
  }
}

const configOf = ({ dir }: World): string => join(dir, 'expunge.json');

/** A program of ours that accepts in a loop and says how long that took. */
async function loop(program: string, ...args: readonly string[]): Promise<Ran> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const { out } = await ended(process.execPath, ['--import', 'tsx', path, ...args, String(count)]);
  return { perSecond: rounded((1_000 * count) / (JSON.parse(out) as { ms: number }).ms) };
}

/** The whole command, as a person waits for it. */
async function byFile({ world, file }: Place, ...command: readonly string[]): Promise<Ran> {
  const [program = '', ...args] = command;
  const asked = ['--reason', 'measured', '--yes', '--json', '--config', configOf(world)];
  const enqueued = async (...ids: readonly string[]) =>
    ended(program, [...args, 'enqueue', 'acc', video, ...ids, ...asked]);
  const { ms: startMs } = await enqueued('start1');
  const { ms, out } = await enqueued('--file', file);
  const { accepted } = JSON.parse(out) as { accepted: number };
  if (accepted !== count) throw new Error(`${accepted} of ${count} were accepted`);
  return {
    perSecond: rounded((1_000 * count) / (ms - startMs)),
    startMs: rounded(startMs),
    whole: rounded((1_000 * count) / ms),
  };
}

async function byHttp({ world, main }: Place): Promise<Ran> {
  const server = await Measured.start([main, 'serve', '--api', '--json', '--config', configOf(world)]);
  const asked = { url: server.url, connections, keyed: false, perSecond: 0, ids: ofBody };
  await posts({ ...asked, seconds: 1, prefix: 'warm' });
  const { perSecond, refused } = await posts({ ...asked, seconds: 4, prefix: 'measured' });
  await server.stop();
  if (refused > 0) throw new Error(`${refused} bodies were refused`);
  return { perSecond: rounded(perSecond * ofBody) };
}

async function ended(program: string, args: readonly string[]): Promise<{ ms: number; out: string }> {
  const began = performance.now();
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
  let out = '';
  child.stdout.on('data', (part: Buffer) => void (out += part.toString()));
  const [exit] = (await once(child, 'close')) as [number | null];
  if (exit !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exit}: ${out}`);
  return { ms: performance.now() - began, out };
}

function figuresOf(runs: readonly (readonly Ran[])[]): Figures {
  const of = (n: number, what: keyof Ran) => (runs[n] ?? []).flatMap((ran) => ran[what] ?? []);
  const told = (values: readonly number[]) => (values.length > 0 ? spread(values) : '');
  const bare = median(of(0, 'perSecond'));
  return {
    columns: ['', 'ids/s', 'of `addBulk`’s', 'start-up, ms', 'ids/s, start-up included'],
    rows: contestants.map(([name], n) => {
      const perSecond = of(n, 'perSecond');
      const share = rounded(median(perSecond) / bare, 2);
      return [name, spread(perSecond), share, told(of(n, 'startMs')), told(of(n, 'whole'))];
    }),
    notes: [
      `medians of ${rounds} rounds, each with an empty ledger and an empty Redis (appendonly, everysec), taken in turn`,
      'start-up: the same command with one id',
    ],
    runs,
  };
}
