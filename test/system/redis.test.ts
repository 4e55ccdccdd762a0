/** What happens to Redis: the ledger refills a queue that lost everything, and sending goes on when Redis is back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { ask } from '../../src/redis-server/ask.ts';
import { findOrStartRedis, type PrivateRedis } from '../../src/redis-server/find.ts';
import { arrivalsOf } from './arrivals.ts';
import { emulatorNow, expectAgreement, numbered, until } from './judge.ts';
import { WorkerProcess } from './worker-process.ts';
import { World } from './world.ts';

const lanes = [
  { operation: 'alibaba.vod.delete-video', action: 'DeleteVideo', cap: 30 },
  { operation: 'alibaba.vod.delete-image', action: 'DeleteImage', cap: 50 },
] as const;

/** A worker under way on a backlog of so many seconds, with a Redis of its own. */
async function setup({ onTestFinished }: TestContext, seconds: number) {
  const dataDir = await mkdtemp(join(tmpdir(), 'expunge-redis-'));
  let redis = await start();
  const world = await World.open({
    redisUrl: redis.url,
    accounts: { acc: Object.fromEntries(lanes.map(({ operation, cap }) => [operation, { cap }])) },
    settings: { metrics: { port: 0 } },
  });
  const worker = await WorkerProcess.start(world);
  onTestFinished(async () => {
    await worker.stop();
    await world.close();
    await redis.stop();
    await rm(dataDir, { recursive: true });
  });
  for (const { action } of lanes) world.emulator.inventory({ [action]: { any: true } });
  const requests = await Promise.all(
    lanes.map(async ({ operation, cap }) => {
      return (await world.enqueue('acc', operation, numbered('id', seconds * cap * 20))).request;
    }),
  );
  const arrivals = (action: string) => arrivalsOf(world.emulator, 'acc', action);
  await until('40 calls a lane', () => lanes.every(({ action }) => arrivals(action).at.length >= 40));

  async function start(): Promise<PrivateRedis> {
    const tools = { clock: systemClock, log: { info: () => undefined }, env: process.env };
    const found = await findOrStartRedis({ dataDir, cacheDir: '.cache', ...tools });
    if ('problem' in found) throw new Error(found.problem);
    return found;
  }

  const total = (action: string) => seconds * 20 * (lanes.find((lane) => lane.action === action)?.cap ?? 0);
  return {
    ...{ world, arrivals, redis, total },
    restart: async () => (redis = await start()),
    /** Everything is settled within `withinMs`, the ledger is right, no cap was passed. */
    async judge(name: string, figures: object, withinMs?: number): Promise<void> {
      for (const request of requests) await world.settled(request, withinMs);
      await expectAgreement(world);
      const fullest = lanes.map(({ action, cap }) => `${arrivals(action).fullest}/${cap}`).join(' ');
      const stalls = world.emulator.stats().stalls.length;
      console.info(`${name}: ${JSON.stringify(figures)}; fullest ${fullest}, emulator stalls ${stalls}`);
      for (const { action, cap } of lanes) expect(arrivals(action).fullestSure).toBeLessThanOrEqual(cap);
    },
  };
}

/** Milliseconds from `since` to the next call at or after it. */
const firstAfter = (at: readonly number[], since: number) =>
  Math.round((at.find((time) => time >= since) ?? Infinity) - since);

// Side by side: one of them mostly waits for offers to run out.
describe.concurrent('a Redis', () => {
  it('that loses everything in mid-run is refilled from the ledger within 60 s', async (context) => {
    const { world, arrivals, redis, total, judge } = await setup(context, 8);
    const counts = await Promise.all(lanes.map(({ operation }) => world.queues.counts(`acc~${operation}`)));
    const jobsLost = counts.map(({ prioritized = 0 }) => prioritized);
    const lost = await emulatorNow(world);
    expect(await ask(Number(new URL(redis.url).port), ['FLUSHALL'])).toEqual(['+OK']);
    await until(
      'the last id',
      () => lanes.every(({ action }) => world.emulator.stats().inventory[action].deleted === total(action)),
      70_000,
    );
    const finishedMs = lanes.map(({ action }) => Math.round((arrivals(action).at.at(-1) ?? 0) - lost));
    await judge('FLUSHALL', { jobsLost, finishedMs });
    expect(Math.max(...jobsLost)).toBeGreaterThan(0);
    for (const ms of finishedMs) expect(ms).toBeLessThan(60_000);
  });

  it('that is killed and comes back with its data is used again within 5 s', async (context) => {
    const { world, arrivals, redis, restart, judge } = await setup(context, 8);
    if (redis.pid === undefined) throw new Error('this Redis has no process');
    const killed = await emulatorNow(world);
    process.kill(redis.pid, 'SIGKILL');
    // Jobs at hand are sent without it: only when none are left can a call show that it is used again.
    await until('the last job at hand', async () => {
      const now = await emulatorNow(world);
      return lanes.every(({ action }) => now - (arrivals(action).at.at(-1) ?? 0) > 700);
    });
    const awayMs = Math.round((await emulatorNow(world)) - killed);
    await restart();
    const back = await emulatorNow(world);
    await until('calls', () => lanes.every(({ action }) => firstAfter(arrivals(action).at, back) < Infinity));
    const resumed = lanes.map(({ action }) => firstAfter(arrivals(action).at, back));
    await judge('Redis killed', { awayMs, resumedMs: resumed }, 90_000);
    for (const ms of resumed) expect(ms).toBeLessThan(5_000);
  });
});
