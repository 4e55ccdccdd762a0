/**
 * Targets that can't share a call, and groups too small to fill one: the cap is used all the same. It is a high cap,
 * so that it takes more than one claim at a time. What else this machine does only takes from a rate: the best run
 * of three counts.
 */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { expectAgreement, fullestUndisturbed } from './judge.ts';
import { numbered } from './targets.ts';
import { World } from './world.ts';

let world: World;
afterEach(() => world.close());

const cap = 120;
/** Of the cap: in so short a run the first and the last calls cost some of it. */
const least = 0.8;

/** The best of up to three runs; the cap holds in each. */
async function drain(
  ...of: [account: string, operation: string, entries: readonly unknown[], options?: object]
) {
  let best = await drainOnce(...of);
  for (let run = 2; run <= 3 && best.share < least; run++) {
    await world.close();
    const next = await drainOnce(...of);
    if (next.share > best.share) best = next;
  }
  return best;
}

async function drainOnce(account: string, operation: string, entries: readonly unknown[], options?: object) {
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
  expect(fullestUndisturbed(world, account, 1_000)).toBeLessThanOrEqual(cap);
  const drained = { calls: at.length, share: (at.length - 1) / seconds / cap };
  console.info(operation, drained);
  return drained;
}

describe('a backlog of small groups', () => {
  it('is drained at the cap where each is a call of its own: images by video', async () => {
    const entries = numbered('v', 400).map((id) => ({ by: 'videoId', id }));
    const drained = await drain('acc', 'alibaba.vod.delete-image', entries, { imageType: 'All' });
    expect(drained.calls).toBe(400);
    expect(drained.share).toBeGreaterThanOrEqual(least);
  });

  it('is drained at the cap where three go together: thumbnails of many assets', async () => {
    const entries = numbered('t', 900).map((task, n) => ({ task, asset: `asset-${n % 300}` }));
    const drained = await drain('huawei', 'huawei.vod.delete-thumbnails', entries);
    expect(drained.calls).toBeLessThanOrEqual(310);
    expect(drained.share).toBeGreaterThanOrEqual(least);
  });
});
