/**
 * The HTTP API under sustained POSTs of 20 ids each, every one durable in the ledger before its 202, beside a bare
 * route that validates the same and keeps nothing; and how still its event loop stands while a lane drains beside it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/clock.ts';
import { findOrStartRedis } from '../src/redis-server/find.ts';
import { World } from '../test/system/world.ts';
import { median, quantile, rounded, type Bench, type Figures } from './bench.ts';
import { Measured, posts, type Stall } from './process.ts';
import type { Posts } from './posts.ts';

const video = 'alibaba.vod.delete-video';
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const seconds = Number(process.env['BENCH_SECONDS'] ?? 4);
const connections = 16;
/** What the measured event loop may stand still at most, in ms. */
const mostStallMs = 50;

interface Round extends Posts {
  /** Processor time of the server for each request. */
  readonly cpuMs: number;
}

export const api: Bench = {
  name: 'api',
  title: `HTTP API: POST /v1/deletions of 20 ids, ${connections} connections`,
  async run(tell) {
    const world = await openWorld();
    try {
      const figures = await beside(world, tell);
      const drained = await draining(world, tell);
      return { ...figures, notes: [...figures.notes, ...drained] };
    } finally {
      await world.close();
    }
  },
};

async function openWorld(): Promise<World> {
  const dataDir = await mkdtemp(join(tmpdir(), 'expunge-bench-'));
  const tools = { clock: systemClock, log: { info: () => undefined }, env: process.env };
  const redis = await findOrStartRedis({ dataDir, cacheDir: '.cache', ...tools });
  if ('problem' in redis) throw new Error(redis.problem);
  const world = await World.open({
    redisUrl: redis.url,
    accounts: { acc: { [video]: { cap: 30 } } },
    settings: { metrics: { port: 0 }, api: { port: 0, requestsPerSecond: 1_000_000 } },
  });
  world.emulator.inventory({ DeleteVideo: { any: true } });
  const close = world.close.bind(world);
  world.close = async () => {
    await close();
    await redis.stop();
    await rm(dataDir, { recursive: true });
  };
  return world;
}

const server = (world: World, parts: readonly string[]) =>
  Measured.start(
    ['../src/main.ts', 'serve', ...parts, '--json', '--config', `${world.dir}/expunge.json`],
    (process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter(Boolean),
  );

/** In turn, so that what else the machine does falls upon all alike. */
async function beside(world: World, tell: (text: string) => void): Promise<Figures> {
  const bare = await Measured.start(['bare-route.ts']);
  const served = await server(world, ['--api']);
  const contestants = [
    { name: 'bare route, the same validation', asks: bare, keyed: false },
    { name: '`serve --api`', asks: served, keyed: false },
    { name: '`serve --api`, with an Idempotency-Key', asks: served, keyed: true },
  ];
  const found = contestants.map((): Round[] => []);
  for (let round = 0; round <= rounds; round++)
    for (const [n, { asks, keyed, name }] of contestants.entries()) {
      const asked = { url: asks.url, keyed, connections, perSecond: 0, prefix: `r${round}n${n}v` };
      asks.watch();
      const answered = await posts({ ...asked, seconds: round === 0 ? 2 : seconds });
      const cpuMs = rounded((await asks.since()).cpuMs / answered.count, 2);
      const told = { ...answered, cpuMs };
      // The first round only warms up.
      if (round > 0) found[n]?.push(told);
      tell(`${round}/${rounds} ${name}: ${JSON.stringify(told)}`);
    }
  await bare.stop();
  await served.stop();
  const of = (n: number, what: keyof Round) => median((found[n] ?? []).map((each) => each[what]));
  const rows = contestants.map(({ name }, n) => {
    const share = rounded(of(n, 'perSecond') / of(0, 'perSecond'), 2);
    return [name, of(n, 'perSecond'), of(n, 'p50'), of(n, 'p99'), of(n, 'cpuMs'), share, of(n, 'refused')];
  });
  return {
    columns: ['', 'requests/s', 'p50 ms', 'p99 ms', 'CPU ms/request', 'share of the bare route', 'not 202'],
    rows,
    notes: [`medians of ${rounds} rounds of ${seconds} s each, taken in turn; ledger: libSQL on disk`],
  };
}

/** A server with both parts: sustained POSTs at a rate that it can bear, while its worker sends 30 calls a second. */
async function draining(world: World, tell: (text: string) => void): Promise<readonly string[]> {
  const both = await server(world, ['--api', '--worker']);
  const idle = await Measured.start(['bare-route.ts']);
  const asked = { url: both.url, keyed: true, connections };
  await posts({ ...asked, seconds: 3, perSecond: 100, prefix: 'warm' });
  const notes: string[] = [];
  for (const perSecond of [100, 0]) {
    const sentBefore = world.emulator.calls().length;
    both.watch();
    idle.watch();
    const told = await posts({ ...asked, seconds: 2 * seconds, perSecond, prefix: `drain${perSecond}v` });
    const [{ stalls }, { stalls: others }] = [await both.since(), await idle.since()];
    const sent = world.emulator.calls().slice(sentBefore);
    const span = ((sent.at(-1)?.at ?? 0) - (sent[0]?.at ?? 0)) / 1_000;
    const calls = rounded((sent.length - 1) / span, 1);
    const rate = perSecond === 0 ? 'as many as there can be' : `${perSecond}/s`;
    notes.push(
      `while a lane drains (${calls} calls/s of 30) in the same process, asked ${rate}: ${told.perSecond} requests/s, ` +
        `p50 ${told.p50} ms, p99 ${told.p99} ms; event loop: ${summary(stalls)}; an idle process meanwhile: ${summary(others)}`,
    );
    tell(notes.at(-1) ?? '');
  }
  await both.stop();
  await idle.stop();
  return notes;
}

function summary(stalls: readonly Stall[]): string {
  const longest = rounded(Math.max(0, ...stalls.map(({ ms }) => ms)));
  const over = stalls.filter(({ ms }) => ms > mostStallMs);
  const own = over.filter(({ cpuMs }) => cpuMs > mostStallMs);
  const p99 = rounded(
    quantile(
      stalls.map(({ ms }) => ms),
      0.99,
    ) || 0,
  );
  return `longest stall ${longest} ms (p99 of those above 10 ms: ${p99}), ${over.length} above ${mostStallMs} ms, ${own.length} of them with as much work of its own`;
}
