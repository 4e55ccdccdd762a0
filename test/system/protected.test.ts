/** An id that became protected after it was accepted is never sent, whatever else rides with it. */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { lanesOf } from '../../src/lanes.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics, type Metrics } from '../../src/metrics.ts';
import { counted } from '../../src/observe.ts';
import type { ProtectedLists } from '../../src/protection.ts';
import { startWorker, type RunningWorker } from '../../src/worker.ts';
import { expectAgreement, until } from './judge.ts';
import { numbered } from './targets.ts';
import { World, type WorldOptions } from './world.ts';
import { keeping } from '../secrets/heard.ts';

const video = 'alibaba.vod.delete-video';
const thumbnails = 'huawei.vod.delete-thumbnails';

let world: World;
let worker: RunningWorker | undefined;
let metrics: Metrics;
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
  await world.close();
});

const open = (accounts: WorldOptions['accounts'], settings: WorldOptions['settings'] = { brake: false }) => {
  metrics = createMetrics({ build: { version: 'test', node: process.version } });
  return World.open({ redisUrl: inject('redisUrl'), accounts, settings, deeds: counted(metrics) });
};

const file = (...ids: string[]): ProtectedLists => ({
  files: [{ path: '/etc/keep.txt', lines: new Map(ids.map((id, index) => [id, index + 1])) }],
  patterns: [],
});

/** A worker whose configuration protects these, as one that was restarted after they became so. */
function protecting(lists: ProtectedLists) {
  const { ledger, queues, logged } = world;
  const config = { ...world.config, protected: lists };
  const log = createLog({
    level: 'debug',
    clock: systemClock,
    destination: keeping(logged),
  });
  const means = { ledger, queues, metrics, log, clock: systemClock, userAgent: 'expunge/test' };
  worker = startWorker({ ...means, config, lanes: lanesOf(config) });
}

const sent = (): readonly string[] => world.emulator.calls().flatMap(({ ids }) => ids);
const row = async (id: string) => (await world.ledger.lookup(id))[0];

describe('a target that became protected after it was accepted', () => {
  it('is settled as refused without a call, and those beside it are deleted', async () => {
    world = await open({ acc: { [video]: { cap: 50 } } });
    const ids = [...numbered('v', 100), 'keep-1', 'prod-7', ...numbered('w', 100)];
    world.emulator.inventory({ DeleteVideo: { ids } });
    const { request } = await world.enqueue('acc', video, ids);
    protecting({ ...file('other', 'keep-1'), patterns: ['prod-*'] });
    expect(await world.settled(request, 30_000)).toEqual({ deleted: 200, refused: 2 });
    expect(sent()).not.toContain('keep-1');
    expect(sent()).not.toContain('prod-7');
    const refused = { settlement: 'refused', code: 'Protected', attempts: 0, ambiguous: false, calls: [] };
    expect(await row('keep-1')).toMatchObject({
      ...refused,
      message: 'protected by line 2 of /etc/keep.txt',
    });
    expect(await row('prod-7')).toMatchObject({ ...refused, message: 'protected by the pattern prod-*' });
    await expectAgreement(world);
    expect(await metrics.render()).toMatch(/targets_settled_total\{[^}]*settlement="refused"[^}]*\} 2\n/);
    const lines = world.logged.filter((line) => line.includes('protected ids were refused and not sent'));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join()).toContain('"code":"Protected"');
  });

  it('is not sent again where it was tried before', async () => {
    world = await open(
      { acc: { [video]: { cap: 50 } } },
      { retry: { attempts: 100, ceilingMs: 200 }, brake: false },
    );
    world.emulator.inventory({ DeleteVideo: { ids: ['stuck'] } });
    world.emulator.setFaults([{ kind: 'error-5xx' }]);
    protecting(file('other'));
    const { request } = await world.enqueue('acc', video, ['stuck']);
    await until('it was tried twice', () => sent().length > 1);
    await worker?.stop();
    const tried = sent().length;
    world.emulator.setFaults([]);
    protecting(file('stuck'));
    expect(await world.settled(request, 60_000)).toEqual({ refused: 1 });
    expect(sent()).toHaveLength(tried);
    expect((await row('stuck'))?.attempts).toBeGreaterThan(0);
    await expectAgreement(world);
  });

  it('is protected by what it belongs to', async () => {
    world = await open({ huawei: { [thumbnails]: { cap: 50 } } });
    world.emulator.inventory({ DeleteThumbnails: { any: true } });
    const entries = ['A', 'B'].flatMap((asset) =>
      numbered(`${asset}-`, 5).map((task) => ({ by: 'task', task, asset })),
    );
    const { request } = await world.enqueue('huawei', thumbnails, entries);
    protecting(file('A'));
    expect(await world.settled(request, 30_000)).toEqual({ deleted: 5, refused: 5 });
    expect(sent().toSorted()).toEqual(numbered('B-', 5));
  });
});

describe('a list of which most is protected', () => {
  it('pauses its lane like other refusals, and without a call', async () => {
    const brake = { window: 50, minimum: 20, refusedShare: 0.5, absentShare: 0.5 };
    world = await open({ acc: { [video]: { cap: 50 } } }, { brake });
    world.emulator.inventory({ DeleteVideo: { any: true } });
    await world.enqueue('acc', video, numbered('keep-', 200));
    protecting({ files: [], patterns: ['keep-*'] });
    await until('the lane is paused', async () => (await world.ledger.lanes())[0]?.state === 'paused');
    expect((await world.ledger.lanes())[0]?.reason).toMatch(/^brake: \d+ of the last \d+ ids were refused/);
    expect(sent()).toEqual([]);
  });
});
