/** A provider that takes less than it documents: the lane finds out, and no target pays for it. */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { everyTarget, expectAgreement, numbered } from './judge.ts';
import { World } from './world.ts';

const video = 'alibaba.vod.delete-video';
const count = 14_000;

let world: World;
afterEach(() => world.close());

describe('a real cap 40 % below the configured one', () => {
  it('is found and used, without an attempt spent on throttles or an id left behind', async () => {
    const real = 18;
    world = await World.open({
      redisUrl: inject('redisUrl'),
      accounts: { acc: { [video]: { cap: 30 } } },
      realCaps: { DeleteVideo: { calls: real, per: 'second' } },
    });
    world.emulator.inventory({ DeleteVideo: { prefix: 'v', count } });
    world.worker();
    const { request } = await world.enqueue('acc', video, numbered('v', count));
    await world.settled(request, 120_000);

    const calls = world.emulator.calls();
    const seconds = ((calls.at(-1)?.at ?? 0) - (calls[0]?.at ?? 0)) / 1_000;
    const from = (calls[0]?.at ?? 0) + (seconds * 2_000) / 3;
    const last = calls.filter(({ at, result }) => at >= from && result === 'accepted').length;
    const share = last / (real * (seconds / 3));
    const throttled = calls.filter(({ result }) => result === 'throttled').length;
    console.info(
      `real cap ${real} of 30: ${seconds.toFixed(1)} s, ${throttled} of ${calls.length} calls throttled,`,
      `${share.toFixed(3)} of the real cap used in the last third`,
    );
    const targets = await everyTarget(world);
    expect(targets.filter(({ attempts }) => attempts !== 1)).toEqual([]);
    expect(targets.filter(({ settlement }) => settlement !== 'deleted')).toEqual([]);
    expect(throttled).toBeGreaterThan(0);
    expect(share).toBeGreaterThanOrEqual(0.85);
    await expectAgreement(world);
  });
});
