/** What lanes share: the cap of a quota group, the egress of an address, a provider that is slow for all. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { fullestSure } from './arrivals.ts';
import { expectAgreement, until } from './judge.ts';
import { numbered } from './targets.ts';
import { WorkerProcess } from './worker-process.ts';
import { fullestWindow, World, type WorldOptions } from './world.ts';

const operation = 'alibaba.vod.delete-video';
let world: World | undefined;
let running: WorkerProcess | undefined;

async function open(options: Omit<WorldOptions, 'redisUrl'>): Promise<World> {
  world = await World.open({ redisUrl: inject('redisUrl'), ...options });
  world.emulator.inventory({ DeleteVideo: { any: true } });
  return world;
}

/** In a process of its own: what holds up the emulator, in this one, delays no call on its way. */
async function work(at: World): Promise<WorkerProcess> {
  return (running = await WorkerProcess.start(at));
}

afterEach(async () => {
  await running?.stop();
  await world?.close();
  running = undefined;
  world = undefined;
});

const timesOf = (from: World, account?: string) =>
  from.emulator
    .calls()
    .filter((call) => account === undefined || call.account === `key-of-${account}`)
    .map(({ at }) => at);

describe('accounts of one quota group', () => {
  it('stay within their one cap together and take turns', async () => {
    const shared = await open({
      accounts: { one: { [operation]: { cap: 20 } }, two: { [operation]: { cap: 20 } } },
      common: { quotaGroup: 'company' },
    });
    const requests = [
      await shared.enqueue('one', operation, numbered('a', 2_000)),
      await shared.enqueue('two', operation, numbered('b', 2_000)),
    ];
    const worker = await work(shared);
    for (const { request } of requests) await shared.settled(request);
    const all = timesOf(shared);
    const share = (all.length - 1) / ((Number(all.at(-1)) - Number(all[0])) / 1_000) / 20;
    // While both have work: the first lane begins a moment earlier and ends so.
    const [from, to] = [Number(all[50]), Number(all[149])];
    const first = timesOf(shared, 'one').filter((at) => at >= from && at <= to).length;
    console.info('quota group', {
      calls: all.length,
      share,
      fullest: fullestWindow(all, 1_000),
      firstOfHundred: first,
    });
    expect(fullestWindow(worker.sent('DeleteVideo'), 1_000)).toBeLessThanOrEqual(20);
    expect(fullestSure(shared.emulator, all)).toBeLessThanOrEqual(20);
    expect(share).toBeGreaterThanOrEqual(0.93);
    expect(first).toBeGreaterThanOrEqual(45);
    expect(first).toBeLessThanOrEqual(55);
    await expectAgreement(shared);
  });
});

describe('lanes of one egress group', () => {
  it('stay within the calls that their address may make together', async () => {
    const shared = await open({
      accounts: { one: { [operation]: { cap: 30 } }, two: { [operation]: { cap: 30 } } },
      common: { egress: 'office' },
      settings: { egress: { office: { perSecond: 25 } } },
    });
    const requests = [
      await shared.enqueue('one', operation, numbered('a', 2_000)),
      await shared.enqueue('two', operation, numbered('b', 2_000)),
    ];
    const worker = await work(shared);
    for (const { request } of requests) await shared.settled(request);
    const all = timesOf(shared);
    const share = (all.length - 1) / ((Number(all.at(-1)) - Number(all[0])) / 1_000) / 25;
    console.info('egress', { calls: all.length, share, fullest: fullestWindow(all, 1_000) });
    expect(fullestWindow(worker.sent('DeleteVideo'), 1_000)).toBeLessThanOrEqual(25);
    expect(fullestSure(shared.emulator, all)).toBeLessThanOrEqual(25);
    expect(share).toBeGreaterThanOrEqual(0.9);
    await expectAgreement(shared);
  });
});

describe('a provider that takes 3 s to answer', () => {
  it('is not flooded: calls in flight stay bounded, and none is lost', async () => {
    const slow = await open({ accounts: { one: { [operation]: { cap: 30 } } } });
    slow.emulator.setFaults([{ kind: 'slow', ms: 3_000 }]);
    const { request } = await slow.enqueue('one', operation, numbered('a', 6_000));
    slow.worker();
    await until('many calls are in flight', () => slow.emulator.calls().length > 60);
    await sleep(2_000);
    const metrics = timesOf(slow);
    const inFlight = metrics.filter((at) => at > Number(metrics.at(-1)) - 3_000).length;
    console.info('slow', { inFlight });
    expect(inFlight).toBeLessThanOrEqual(30 * (2 * 3 + 0.5));
    expect(await slow.settled(request, 60_000)).toEqual({ deleted: 6_000 });
    await expectAgreement(slow);
  });
});
