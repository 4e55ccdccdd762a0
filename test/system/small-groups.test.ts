/**
 * Targets that can't share a call, and groups too small to fill one: the cap is used all the same. It is a high cap,
 * so that it takes more than one claim at a time; in so short a run the first and the last calls cost some of it.
 */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { expectAgreement, fullestUndisturbed } from './judge.ts';
import { numbered } from './targets.ts';
import { World } from './world.ts';

let world: World;
afterEach(() => world.close());

async function drain(account: string, operation: string, entries: readonly unknown[], options?: object) {
  const cap = 120;
  world = await World.open({
    redisUrl: inject('redisUrl'),
    accounts: { [account]: { [operation]: { cap } } },
  });
  for (const action of ['DeleteImage', 'DeleteThumbnails'] as const)
    world.emulator.inventory({ [action]: { any: true } });
  const { request } = await world.enqueue(account, operation, entries, { options });
  world.worker();
  await world.settled(request);
  const at = world.emulator.calls().map((call) => call.at);
  const seconds = ((at.at(-1) ?? 0) - (at[0] ?? 0)) / 1_000;
  await expectAgreement(world);
  const fullest = fullestUndisturbed(world, account, 1_000);
  return { calls: at.length, share: (at.length - 1) / seconds / cap, fullest };
}

describe('a backlog of small groups', () => {
  it('is drained at the cap where each is a call of its own: images by video', async () => {
    const entries = numbered('v', 400).map((id) => ({ by: 'videoId', id }));
    const drained = await drain('acc', 'alibaba.vod.delete-image', entries, { imageType: 'All' });
    console.info('images of 400 videos', drained);
    expect(drained.calls).toBe(400);
    expect(drained.share).toBeGreaterThanOrEqual(0.8);
    expect(drained.fullest).toBeLessThanOrEqual(120);
  });

  it('is drained at the cap where three go together: thumbnails of many assets', async () => {
    const entries = numbered('t', 900).map((task, n) => ({ task, asset: `asset-${n % 300}` }));
    const drained = await drain('huawei', 'huawei.vod.delete-thumbnails', entries);
    console.info('thumbnails of 300 assets', drained);
    expect(drained.calls).toBeLessThanOrEqual(310);
    expect(drained.share).toBeGreaterThanOrEqual(0.8);
    expect(drained.fullest).toBeLessThanOrEqual(120);
  });
});
