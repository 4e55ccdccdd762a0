/**
 * Answers that can't be believed, and answers that tell half: what can't be read deletes nothing on record, each id
 * that was sent is classified, and one that was not is counted and changes nothing.
 */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';
import { expectAgreement, fates, quiet } from './judge.ts';
import { everyTarget, numbered } from './targets.ts';
import { WorkerProcess } from './worker-process.ts';
import { World } from './world.ts';

const video = 'alibaba.vod.delete-video';
const thumbnails = 'huawei.vod.delete-thumbnails';
const lanes = [
  { account: 'acc', operation: 'alibaba.vod.delete-image', action: 'DeleteImage' },
  { account: 'acc', operation: video, action: 'DeleteVideo' },
  { account: 'acc', operation: 'alibaba.ice.delete-media-infos', action: 'DeleteMediaInfos' },
  { account: 'huawei', operation: thumbnails, action: 'DeleteThumbnails' },
] as const;
const kinds = ['malformed', 'html', 'wrong-type', 'truncated', 'empty', 'huge'] as const;

let world: World;
let worker: WorkerProcess | undefined;
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
  await world.close();
});

async function open(settings: object, emulator = {}): Promise<void> {
  const caps = (account: string) =>
    Object.fromEntries(
      lanes.filter((lane) => lane.account === account).map(({ operation }) => [operation, { cap: 100 }]),
    );
  world = await World.open({
    redisUrl: inject('redisUrl'),
    accounts: { acc: caps('acc'), huawei: caps('huawei') },
    settings: { brake: false, metrics: { port: 0 }, ...settings },
    realCaps: { ListThumbnails: { calls: 150, per: 'second' } },
    emulator,
  });
  for (const { action } of lanes) world.emulator.inventory({ [action]: { prefix: 'id', count: 4_000 } });
}

describe('an answer with status 200', () => {
  it.each(kinds)('that is %s counts nothing as deleted, although all of it was', async (kind) => {
    await open({ retry: { attempts: 1 } });
    world.emulator.setFaults([{ kind }]);
    world.worker();
    for (const { account, operation } of lanes)
      await world.settled((await world.enqueue(account, operation, numbered('id', 20))).request);
    const targets = await everyTarget(world);
    expect(targets).toHaveLength(80);
    for (const { settlement, ambiguous } of targets)
      expect({ settlement, ambiguous }).toEqual({ settlement: 'exhausted', ambiguous: 1 });
    for (const { action } of lanes) expect(world.emulator.stats().inventory[action].deleted).toBe(20);
    await expectAgreement(world);
  });

  it('that is 5 MB long is not held in memory', async () => {
    await open({ retry: { attempts: 12, ceilingMs: 50 } });
    worker = await WorkerProcess.start(world);
    const warm = await world.enqueue('acc', video, numbered('id', 1_000));
    await world.settled(warm.request);
    const before = await worker.metric('process_resident_memory_bytes');
    world.emulator.setFaults([{ kind: 'huge', share: 0.3 }]);
    const { request } = await world.enqueue('acc', video, numbered('id', 3_000, 1_000));
    let most = before;
    const watch = async () => {
      for (let open = 1; open > 0; { open = 0 } = await world.ledger.tally(request)) {
        most = Math.max(most, (await worker?.metric('process_resident_memory_bytes')) ?? 0);
        await quiet(100);
      }
    };
    await Promise.all([world.settled(request), watch()]);
    const huge = world.emulator.calls().filter(({ code }) => code === 'huge').length;
    console.info(
      `${huge} answers of 5 MB: ${Math.round(before / 1e6)} MB resident before, ${Math.round(most / 1e6)} at most`,
    );
    expect(huge).toBeGreaterThan(40);
    // One in twenty of what was sent to it.
    expect(most - before).toBeLessThan((huge * (5 << 20)) / 5);
    expect(most - before).toBeLessThan(64 << 20);
    await expectAgreement(world);
  });
});

describe('an answer', () => {
  it('that tells of each task something else settles each by what is known of it', async () => {
    await open(
      { retry: { attempts: 3, ceilingMs: 50 } },
      { switches: { deleteThumbnailsMissing: 'unknow' } },
    );
    const ids = ['id0', 'gone', 'id2', 'forbidden', 'id4', 'id5', 'id6', 'id7', 'id8', 'id9'];
    world.emulator.inventory({ DeleteThumbnails: { ids: ['forbidden'] } });
    world.worker();
    await world.settled((await world.enqueue('huawei', thumbnails, ['id100'])).request);
    world.emulator.setFaults([
      { kind: 'forbid-ids', ids: ['forbidden'] },
      { kind: 'unnamed', action: 'DeleteThumbnails', count: 1 },
    ]);
    await world.settled((await world.enqueue('huawei', thumbnails, ids)).request);
    const found = await fates(world, ids);
    // The emulator lists results in an order of its own: the last of the call comes first, and is left out.
    const unnamed =
      world.emulator
        .calls()
        .find(({ code }) => code === 'unnamed')
        ?.ids.at(-1) ?? '';
    expect(unnamed).toMatch(/^id/);
    expect(found.get('gone')).toMatchObject({ settlement: 'absent', code: 'UNKNOW', attempts: 1 });
    expect(found.get('forbidden')).toMatchObject({ settlement: 'exhausted', code: 'FAILED', attempts: 3 });
    // Deleted, but the answer did not name it: a read finds it gone.
    expect(found.get(unnamed)).toMatchObject({ settlement: 'absent', code: 'unanswered', attempts: 1 });
    for (const id of ids.filter((each) => each.startsWith('id') && each !== unnamed))
      expect(found.get(id)).toMatchObject({ settlement: 'deleted', attempts: 1 });
    await expectAgreement(world);
  });

  it.each(lanes.slice(1))(
    'of $operation that names an id which was not sent raises a counter and changes nothing',
    async ({ account, operation, action }) => {
      await open({});
      const metrics = createMetrics({ build: { version: 'test', node: process.version } });
      world.emulator.setFaults([{ kind: 'stranger', action, count: 1 }]);
      world.worker(metrics);
      const { request } = await world.enqueue(account, operation, numbered('id', 10));
      expect(await world.settled(request)).toEqual({ deleted: 10 });
      expect(await metrics.render()).toContain(`expunge_strange_ids_total{operation="${operation}"} 1`);
      expect(world.logged.filter((line) => line.includes('ids that were not sent'))).toHaveLength(1);
      expect(await world.ledger.lookup('never-sent-1')).toEqual([]);
      await expectAgreement(world);
    },
  );
});
