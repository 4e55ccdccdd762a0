/**
 * How long an urgent id takes, from before it is asked for over HTTP until the ledger holds it as deleted: while
 * nothing else is to be done, and behind a backlog. The provider takes 20–50 ms of it. Takes about a minute.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import { World } from '../test/system/world.ts';
import { quantile, rounded, type Bench, type Figures } from './bench.ts';
import { accountNamed, EmulatorProcess } from './emulator-process.ts';
import { build } from './floor/build.ts';
import { idsOf } from './ids.ts';
import { Measured } from './process.ts';
import { BenchRedis } from './redis.ts';

const video = 'alibaba.vod.delete-video';
const cap = 30;
const requests = 120;
/** What is drained while the requests are made goes on top, so that so many wait behind the last one too. */
const backlog = 100_000;
/** Between two requests at random: on average they take a quarter of the calls that the cap has room for. */
const betweenMs = { least: 60, most: 200 };
/** The ledger is asked so often whether it is settled: half of it is what asking adds on average. */
const pollMs = 2;

interface Took {
  /** Until "accepted" was heard. */
  readonly accepted: number;
  /** Until the ledger said that it is settled. */
  readonly settled: number;
  /** What one question to the ledger took. */
  readonly poll: number;
}

export const latency: Bench = {
  name: 'latency',
  title: `Latency: an urgent id from POST to settled in the ledger, cap ${cap}/s, provider 20–50 ms`,
  async run(tell) {
    const dir = await mkdtemp(join(tmpdir(), 'expunge-bench-'));
    const redis = await BenchRedis.start();
    const emulator = await EmulatorProcess.start({
      accounts: [accountNamed('acc', { DeleteVideo: { calls: cap, per: 'second' } })],
      inventory: { DeleteVideo: { any: true } },
    });
    const world = await World.open({
      redisUrl: redis.url,
      endpoint: emulator.url,
      accounts: { acc: { [video]: { cap } } },
      settings: { metrics: { port: 0 }, api: { port: 0 } },
    });
    const main = build(join(dir, 'built'));
    const config = join(world.dir, 'expunge.json');
    const server = await Measured.start([main, 'serve', '--json', '--config', config]);
    const door = new Pool(server.url);
    try {
      // The lane is taken, the first call has shown that the provider answers.
      for (const id of idsOf('warm', 10)) await settled(world, door, id);
      tell('idle');
      const idle = await oneByOne(world, door);
      tell(`idle: ${JSON.stringify(summary(idle))}; a backlog is recorded`);
      const drained = Math.ceil((requests * betweenMs.most * cap * 20) / 1_000);
      const { request } = await world.enqueue('acc', video, idsOf('backlog', backlog + drained));
      await wait(2_000);
      const behind = await atRandom(world, door);
      const { open = 0 } = await world.ledger.tally(request);
      tell(`behind a backlog: ${JSON.stringify(summary(behind))}; ${open} open at the end`);
      if (open < backlog) throw new Error(`the backlog shrank to ${open}`);
      return figuresOf([
        ['idle', idle],
        [`behind ${backlog.toLocaleString('en')} ids`, behind],
      ]);
    } finally {
      await door.close();
      await server.stop();
      await world.close();
      await emulator.stop();
      await redis.stop();
      await rm(dir, { recursive: true });
    }
  },
};

/** Each when the one before is settled, and some time after it. */
async function oneByOne(world: World, door: Pool): Promise<readonly Took[]> {
  const took: Took[] = [];
  for (const id of idsOf('idle', requests)) {
    took.push(await settled(world, door, id));
    await wait(between());
  }
  return took;
}

/** Each some time after the one before, settled or not. */
async function atRandom(world: World, door: Pool): Promise<readonly Took[]> {
  const took: Promise<Took>[] = [];
  for (const id of idsOf('behind', requests)) {
    took.push(settled(world, door, id));
    await wait(between());
  }
  return Promise.all(took);
}

async function settled({ ledger }: World, door: Pool, id: string): Promise<Took> {
  const began = performance.now();
  const { statusCode, body } = await door.request({
    method: 'POST',
    path: '/v1/deletions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account: 'acc', operation: video, ids: [id], reason: 'measured', urgent: true }),
  });
  const { id: request } = (await body.json()) as { readonly id: string };
  if (statusCode !== 202) throw new Error(`the API answers ${statusCode}`);
  const accepted = performance.now() - began;
  for (;;) {
    const asked = performance.now();
    const { deleted = 0 } = await ledger.tally(request);
    const now = performance.now();
    if (deleted === 1) return { accepted, settled: now - began, poll: now - asked };
    await wait(pollMs);
  }
}

const between = () => betweenMs.least + Math.random() * (betweenMs.most - betweenMs.least);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const summary = (took: readonly Took[]) => ({
  accepted: percentiles(took.map(({ accepted }) => accepted)),
  settled: percentiles(took.map(({ settled: ms }) => ms)),
  poll: percentiles(took.map(({ poll }) => poll)),
});

const percentiles = (ms: readonly number[]) => [0.5, 0.99, 1].map((p) => rounded(quantile(ms, p), 1));

function figuresOf(found: readonly (readonly [string, readonly Took[]])[]): Figures {
  const rows = found.map(([name, took]) => {
    const { accepted, settled: all } = summary(took);
    return [name, took.length, ...all, ...accepted.slice(0, 2)];
  });
  const poll = summary(found.flatMap(([, took]) => took)).poll;
  return {
    columns: ['', 'requests', 'settled p50 ms', 'p99 ms', 'longest ms', 'accepted p50 ms', 'p99 ms'],
    rows,
    notes: [
      `one process, API and worker, built; the ledger is asked every ${pollMs} ms from another process ` +
        `(a question takes ${poll[0]} ms, p99 ${poll[1]} ms), which adds half of that on average`,
    ],
    runs: found.map(([name, took]) => ({ name, took })),
  };
}
