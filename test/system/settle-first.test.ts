/** The order that loses nothing: an outcome is in the ledger before the job that waits for it is over. */
import { afterEach, expect, inject, it } from 'vitest';
import { quiet, until } from './judge.ts';
import { numbered } from './targets.ts';
import { World } from './world.ts';

const video = 'alibaba.vod.delete-video';

let world: World;
let open = () => {};

afterEach(async () => {
  open();
  await world.close();
});

it('completes no job whose outcomes the ledger has not yet', async () => {
  world = await World.open({ redisUrl: inject('redisUrl'), accounts: { acc: { [video]: { cap: 10 } } } });
  world.emulator.inventory({ DeleteVideo: { any: true } });
  const { settle } = world.ledger;
  const gate = new Promise<void>((resolve) => (open = resolve));
  Object.assign(world.ledger, {
    settle: (...given: Parameters<typeof settle>) => gate.then(() => settle(...given)),
  });
  const { request } = await world.enqueue('acc', video, numbered('v', 40));
  world.worker();
  await until('the first call is answered', () =>
    world.emulator.calls().some(({ deleted }) => deleted.length > 0),
  );
  await quiet(500);
  const { completed, active = 0 } = await world.queues.counts(`acc~${video}`);
  expect(completed ?? 0).toBe(0);
  expect(active).toBeGreaterThan(0);

  open();
  expect(await world.settled(request)).toEqual({ deleted: 40 });
  await until('the jobs are over', async () => (await world.queues.counts(`acc~${video}`))['active'] === 0);
});
