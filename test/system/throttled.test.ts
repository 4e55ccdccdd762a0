/** A provider that takes less than it documents: the lane finds out, and no target pays for it. */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { emulatorNow, expectAgreement, quiet } from './judge.ts';
import { everyTarget, numbered } from './targets.ts';
import { World } from './world.ts';

const video = 'alibaba.vod.delete-video';
const cap = 30;
const real = 18;
/** 32 s at the real cap, then some 45 s on the way back to the documented one and at it. */
const count = 31_500;

let world: World;
afterEach(() => world.close());

describe('a real cap 40 % below the configured one', () => {
  it('is settled on within 30 s and left again when it rises, without an attempt spent or an id left', async () => {
    world = await World.open({
      redisUrl: inject('redisUrl'),
      accounts: { acc: { [video]: { cap } } },
      realCaps: { DeleteVideo: { calls: real, per: 'second' } },
    });
    world.emulator.inventory({ DeleteVideo: { prefix: 'v', count } });
    world.worker();
    const { request } = await world.enqueue('acc', video, numbered('v', count));
    await quiet(32_000);
    world.setRealCap('acc', 'DeleteVideo', cap);
    const rises = await emulatorNow(world);
    await world.settled(request, 120_000);

    const calls = world.emulator.calls();
    const began = calls[0]?.at ?? 0;
    const end = calls.at(-1)?.at ?? 0;
    /** Accepted calls per second of the `seconds` before `at`. */
    const rate = (at: number, seconds: number) =>
      calls.filter((call) => call.result === 'accepted' && call.at > at - seconds * 1_000 && call.at <= at)
        .length / seconds;
    /** Seconds from `from` after which the rate is no more below `least` until `to`. */
    const steadyAfter = (least: number, seconds: number, from: number, to: number) => {
      let since = from + seconds * 1_000;
      for (let at = from + seconds * 1_000; at <= to; at += 250)
        if (rate(at, seconds) < least) since = at + 250;
      return Math.round((since - from) / 100) / 10;
    };
    const settledAfter = steadyAfter(0.9 * real, 10, began, rises);
    const climbed = steadyAfter(0.9 * cap, 3, rises, end);
    const throttled = (from: number, to: number) =>
      calls.filter(({ at, result }) => result === 'throttled' && at > from && at <= to).length;
    console.info(
      `real cap ${real} of ${cap}: within 10 % of it after ${settledAfter} s,`,
      `${throttled(began, rises)} calls throttled until it rose, ${throttled(rises, end)} after that;`,
      `within 10 % of ${cap} after ${climbed} s of ${((end - rises) / 1_000).toFixed(1)}`,
    );
    const targets = await everyTarget(world);
    expect(targets.filter(({ attempts }) => attempts !== 1)).toEqual([]);
    expect(targets.filter(({ settlement }) => settlement !== 'deleted')).toEqual([]);
    expect(throttled(began, rises)).toBeGreaterThan(0);
    expect(settledAfter).toBeLessThanOrEqual(30);
    // 32 s by its rule if the last cut was made as the real cap rose, and the three that a rate is looked at.
    expect(climbed).toBeLessThanOrEqual(38);
    expect(climbed).toBeLessThan((end - rises) / 1_000 - 2);
    await expectAgreement(world);
  });
});
