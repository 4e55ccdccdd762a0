import { afterEach, describe, expect, inject, it } from 'vitest';
import { World, fullestWindow } from './world.ts';

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

describe.each([
  { operation: 'alibaba.vod.delete-video', action: 'DeleteVideo', cap: 30 },
  { operation: 'alibaba.vod.delete-image', action: 'DeleteImage', cap: 50 },
])('the lane of $operation at $cap calls/s', ({ operation, action, cap }) => {
  it('drains 12,000 ids enqueued one by one in full calls, at 95 % of the cap and never above it', async () => {
    world = await World.open({
      redisUrl: inject('redisUrl'),
      accounts: { acc: { [operation]: { cap } } },
    });
    world.emulator.inventory({ [action]: { prefix: 'v', count: 12_000 } });
    const ids = Array.from({ length: 12_000 }, (_, n) => `v${n}`);
    await inParallel(64, ids, (id) => world?.enqueue('acc', operation, [id]));
    world.worker();
    while (world.emulator.stats().inventory[action]?.deleted !== 12_000)
      await new Promise((resolve) => setTimeout(resolve, 50));

    const calls = world.emulator.calls().filter((call) => call.action === action);
    const seconds = ((calls.at(-1)?.at ?? 0) - (calls[0]?.at ?? 0)) / 1_000;
    const fill = 12_000 / calls.length;
    const share = 12_000 / seconds / (cap * 20);
    const fullest = fullestWindow(
      calls.map(({ at }) => at),
      1_000,
    );
    console.info({ operation, calls: calls.length, fill, share, fullest });
    expect(fill).toBeGreaterThanOrEqual(19.5);
    expect(share).toBeGreaterThanOrEqual(0.95);
    expect(fullest).toBeLessThanOrEqual(cap);
  });
});

async function inParallel<T>(
  width: number,
  items: readonly T[],
  run: (item: T) => Promise<unknown> | undefined,
) {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await run(item);
    }),
  );
}
