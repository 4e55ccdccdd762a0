/** A person stops everything, or one lane: how soon nothing is sent any more, and how soon it goes on. */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { emulatorNow, expectAgreement, quiet, until } from './judge.ts';
import { numbered } from './targets.ts';
import { operate } from './operate.ts';
import { ownRedis } from './own-redis.ts';
import { World } from './world.ts';

const image = 'alibaba.vod.delete-image';
const video = 'alibaba.vod.delete-video';
/** Less than the queue holds at once: no job is added later that would wake a worker. */
const count = 2_400;

let world: World;
afterEach(() => world.close());

async function underLoad(redisUrl = inject('redisUrl')) {
  world = await World.open({
    redisUrl,
    accounts: { acc: { [video]: { cap: 30 }, [image]: { cap: 50 } } },
  });
  world.emulator.inventory({ DeleteVideo: { prefix: 'v', count }, DeleteImage: { prefix: 'i', count } });
  const videos = await world.enqueue('acc', video, numbered('v', count));
  const images = await world.enqueue('acc', image, numbered('i', count));
  world.worker();
  await until('both lanes are at speed', () => callsOf('DeleteVideo') >= 10 && callsOf('DeleteImage') >= 10);
  return [videos.request, images.request];
}

const timesOf = (action: string) =>
  world.emulator.calls().flatMap((call) => (call.action === action ? [call.at] : []));
const callsOf = (action: string) => timesOf(action).length;

/** Stops by `stop`, goes on by `go`; answers how long each took to be felt at the emulator, in ms. */
async function stopAndGo(action: string, stop: () => Promise<void>, go: () => Promise<void>) {
  const stopped = await emulatorNow(world);
  await stop();
  await quiet(2_000);
  const last = Math.max(...timesOf(action)) - stopped;
  const gone = await emulatorNow(world);
  expect(timesOf(action).filter((at) => at > stopped + 1_000)).toEqual([]);
  await go();
  await until(`${action} is sent again`, () => timesOf(action).some((at) => at > gone), 5_000);
  const next = Math.min(...timesOf(action).filter((at) => at > gone)) - gone;
  return { last, next };
}

async function expectNothingLost(requests: readonly string[]): Promise<void> {
  for (const request of requests) expect(await world.settled(request)).toEqual({ deleted: count });
  const ids = world.emulator.calls().flatMap((call) => call.ids.map((id) => `${call.action} ${id}`));
  expect(new Set(ids).size).toBe(ids.length);
  await expectAgreement(world);
}

describe('haltAll', () => {
  it('stops both lanes within 1 s; unhaltAll sets them going within 2 s; nothing is lost or sent twice', async () => {
    const requests = await underLoad();
    const { ledger } = world;
    const halted = stopAndGo(
      'DeleteVideo',
      () => ledger.haltAll('a test', 'test'),
      () => ledger.unhaltAll('test'),
    );
    const beside = stopAndGo(
      'DeleteImage',
      async () => undefined,
      async () => undefined,
    );
    for (const [lane, { last, next }] of [
      ['videos', await halted],
      ['images', await beside],
    ] as const) {
      console.info(
        `halt, ${lane}: last call after ${last.toFixed(0)} ms, next ${next.toFixed(0)} ms after unhalt`,
      );
      expect(last).toBeLessThanOrEqual(1_000);
      expect(next).toBeLessThanOrEqual(2_000);
    }
    await expectNothingLost(requests);
  });
});

describe('setLane', () => {
  it('pauses one lane within 1 s and opens it within 2 s, while the other goes on', async () => {
    const requests = await underLoad();
    const { ledger } = world;
    const lane = `acc~${video}`;
    const before = callsOf('DeleteImage');
    const { last, next } = await stopAndGo(
      'DeleteVideo',
      () => ledger.setLane(lane, 'paused', 'a test', 'test'),
      () => ledger.setLane(lane, 'open', '', 'test'),
    );
    console.info(
      `pause: last call after ${last.toFixed(0)} ms, next ${next.toFixed(0)} ms after it was opened`,
    );
    expect(last).toBeLessThanOrEqual(1_000);
    expect(next).toBeLessThanOrEqual(2_000);
    expect(callsOf('DeleteImage') - before).toBeGreaterThan(50);
    await expectNothingLost(requests);
  });
});

describe('expunge halt and lane pause', () => {
  it('stop within 1 s and outlive all that happens to Redis; unhalt and resume lose nothing', async () => {
    const redis = await ownRedis();
    const requests = await underLoad(redis.url);
    const lastOf = (action: string) => Math.max(...timesOf(action));
    const paused = await emulatorNow(world);
    await operate(world, 'lane', 'pause', 'acc', video, '--reason', 'lunch');
    await quiet(1_000);
    const halted = await emulatorNow(world);
    await operate(world, 'halt', '--reason', 'wrong list');
    await quiet(1_500);
    await redis.empty();
    await quiet(1_000);
    await redis.restart();
    await quiet(2_000);
    // A worker that knows nothing of what was before finds both.
    world.worker();
    await quiet(2_000);
    const [pauseMs, haltMs] = [lastOf('DeleteVideo') - paused, lastOf('DeleteImage') - halted];
    console.info(
      `last call ${pauseMs.toFixed(0)} ms after lane pause began, ${haltMs.toFixed(0)} ms after halt did`,
    );
    expect(pauseMs).toBeLessThanOrEqual(1_000);
    expect(haltMs).toBeLessThanOrEqual(1_000);
    expect(haltMs).toBeGreaterThan(-500);

    const videos = callsOf('DeleteVideo');
    const images = callsOf('DeleteImage');
    await operate(world, 'unhalt', '--reason', 'the right one');
    await until('images again', () => callsOf('DeleteImage') > images + 5, 60_000);
    expect(callsOf('DeleteVideo')).toBe(videos);
    await operate(world, 'lane', 'resume', 'acc', video, '--reason', 'eaten');
    await expectNothingLost(requests);
    const events = await world.ledger.events(10);
    expect(events.map(({ lane, what, why }) => [lane, what, why])).toEqual([
      [`acc~${video}`, 'lane paused', 'lunch'],
      ['', 'halt', 'wrong list'],
      ['', 'unhalt', 'the right one'],
      [`acc~${video}`, 'lane open', 'eaten'],
    ]);
  });
});
