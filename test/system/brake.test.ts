/** A wrong region looks like success: everything is "already gone". The lane stops before all of it is gone through. */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { expectAgreement, quiet, until } from './judge.ts';
import { numbered } from './targets.ts';
import { World } from './world.ts';

const video = 'alibaba.vod.delete-video';

let world: World;
afterEach(() => world.close());

describe("the lane's brake", () => {
  it('pauses a lane whose first 120 ids are missing, says why, and lets it go on when it is opened', async () => {
    world = await World.open({ redisUrl: inject('redisUrl'), accounts: { acc: { [video]: { cap: 30 } } } });
    const ids = numbered('v', 1_000);
    world.emulator.inventory({ DeleteVideo: { ids: ids.slice(120) } });
    // 100 are evidence enough to pause; the 20 at most that are left when it is opened again are none.
    const { request } = await world.enqueue('acc', video, ids);
    world.worker();
    const lane = async () => (await world.ledger.lanes())[0];
    await until('the lane is paused', async () => (await lane())?.state === 'paused');
    await quiet(1_500);
    const { open = 0, absent = 0, deleted = 0 } = await world.ledger.tally(request);
    console.info(`brake: paused after ${absent} absent and ${deleted} deleted of 1,000`);
    expect((await lane())?.reason).toMatch(/^brake: \d+ of the last \d+ ids were absent .* wrong region/);
    expect((await lane())?.by).toBe('worker');
    expect(open).toBeGreaterThanOrEqual(600);
    expect(world.emulator.calls().flatMap((call) => call.ids)).toHaveLength(1_000 - open);

    await world.ledger.setLane(`acc~${video}`, 'open', '', 'test');
    expect(await world.settled(request)).toEqual({ absent: 120, deleted: 880 });
    await expectAgreement(world);
  });

  it('stops again where all that follows is missing too', async () => {
    world = await World.open({ redisUrl: inject('redisUrl'), accounts: { acc: { [video]: { cap: 30 } } } });
    const { request } = await world.enqueue('acc', video, numbered('v', 1_000));
    world.worker();
    const paused = async () => (await world.ledger.lanes())[0]?.state === 'paused';
    const stops: number[] = [];
    for (let stop = 0; stop < 2; stop++) {
      await until('the lane is paused', paused);
      await quiet(1_000);
      stops.push((await world.ledger.tally(request)).absent ?? 0);
      await world.ledger.setLane(`acc~${video}`, 'open', '', 'test');
    }
    console.info(`brake, all missing: paused after ${stops.join(' and ')} of 1,000`);
    expect(stops[0]).toBeLessThan(400);
    expect(stops[1]).toBeGreaterThan(stops[0] ?? 0);
    expect(stops[1]).toBeLessThan(800);
  });
});
