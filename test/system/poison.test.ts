/** One id that can't be deleted must not spoil, hide or exhaust those that ride in the same call. */
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Switches } from '../../src/emulator/switches.ts';
import { compareWithEmulator } from '../../src/producers/compare.ts';
import { fates } from './judge.ts';
import { numbered } from './targets.ts';
import { World } from './world.ts';

const image = 'alibaba.vod.delete-image';
const video = 'alibaba.vod.delete-video';
const media = 'alibaba.ice.delete-media-infos';
const thumbnails = 'huawei.vod.delete-thumbnails';

let world: World;
afterEach(() => world.close());

interface Scenario {
  readonly operation: string;
  readonly action: 'DeleteImage' | 'DeleteVideo' | 'DeleteMediaInfos' | 'DeleteThumbnails';
  readonly ids: readonly string[];
  readonly missing?: readonly string[];
  readonly forbidden?: readonly string[];
  readonly switches?: Partial<Switches>;
  readonly attempts?: number;
}

/** Sends the ids in one call of an idle lane that is known to work; answers what came of them and at what price. */
async function send(scenario: Scenario) {
  const { operation, action, ids, missing = [], forbidden, switches, attempts = 8 } = scenario;
  const account = operation === thumbnails ? 'huawei' : 'acc';
  world = await World.open({
    redisUrl: inject('redisUrl'),
    accounts: { [account]: { [operation]: { cap: 50 } } },
    settings: { brake: false, retry: { attempts, ceilingMs: 50 } },
    ...(switches && { emulator: { switches } }),
  });
  const gone = new Set(missing);
  world.emulator.inventory({ [action]: { ids: ['warm-up', ...ids.filter((id) => !gone.has(id))] } });
  if (forbidden) world.emulator.setFaults([{ kind: 'forbid-ids', action, ids: forbidden }]);
  world.worker();
  // The first call of a lane goes alone: without it the ids would not ride together.
  await world.settled((await world.enqueue(account, operation, ['warm-up'])).request);
  const before = world.emulator.calls().length;
  const { request } = await world.enqueue(account, operation, ids);
  await world.settled(request);
  const calls = world.emulator.calls().slice(before);
  const { differences } = await compareWithEmulator(world.ledger, world.emulator.url);
  return { calls: calls.length, first: calls[0]?.ids.length, fates: await fates(world, ids), differences };
}

const twenty = numbered('p', 20);
const deleted = { settlement: 'deleted', code: '', attempts: 1 };
const allBut = (ids: readonly string[], ...poison: string[]) => ids.filter((id) => !poison.includes(id));

describe('images, where a missing one among several is not documented', () => {
  const one = { operation: image, action: 'DeleteImage', ids: twenty, missing: ['p13'] } as const;

  it('are deleted but for the one, which is absent, where a 404 deletes none, in at most 10 calls', async () => {
    const sent = await send({ ...one, switches: { deleteImageMissing: 'deletes-none' } });
    console.info(`one missing image, deletes-none: ${sent.calls} calls`);
    expect(sent.first).toBe(20);
    expect(sent.calls).toBeLessThanOrEqual(10);
    expect(sent.fates.get('p13')).toMatchObject({
      settlement: 'absent',
      code: 'NoSuchResource',
      attempts: 1,
    });
    for (const id of allBut(twenty, 'p13')) expect(sent.fates.get(id)).toMatchObject(deleted);
    expect(sent.differences).toEqual([]);
  });

  it('are absent and perhaps by our own doing, where a 404 deletes the others all the same', async () => {
    const sent = await send({ ...one, switches: { deleteImageMissing: 'deletes-others-then-404' } });
    console.info(`one missing image, deletes-others-then-404: ${sent.calls} calls`);
    expect(sent.calls).toBeLessThanOrEqual(25);
    for (const id of twenty)
      expect(sent.fates.get(id)).toMatchObject({ settlement: 'absent', attempts: 1, ambiguous: true });
    expect(sent.differences).toEqual([]);
  });

  it('are deleted as the provider says, where it says so of the missing one too', async () => {
    const sent = await send({ ...one, switches: { deleteImageMissing: 'only-all-missing-404' } });
    console.info(`one missing image, only-all-missing-404: ${sent.calls} calls`);
    expect(sent.calls).toBe(1);
    for (const id of twenty) expect(sent.fates.get(id)).toMatchObject({ ...deleted, ambiguous: false });
    expect(sent.differences).toEqual(['DeleteImage p13: deleted by the ledger, not deleted at the provider']);
  });

  it.each(['deletes-none', 'deletes-others-then-404', 'only-all-missing-404'] as const)(
    'are all absent where none of twenty exists, in at most 25 calls and one attempt each (%s)',
    async (deleteImageMissing) => {
      const sent = await send({ ...one, missing: twenty, switches: { deleteImageMissing } });
      console.info(`twenty missing images, ${deleteImageMissing}: ${sent.calls} calls`);
      expect(sent.first).toBe(20);
      expect(sent.calls).toBeLessThanOrEqual(25);
      for (const id of twenty)
        expect(sent.fates.get(id)).toMatchObject({ settlement: 'absent', attempts: 1 });
      expect(sent.differences).toEqual([]);
    },
  );
});

describe('images', () => {
  it('name a forbidden one with the code of the provider and delete the others, in at most 10 calls', async () => {
    const sent = await send({ operation: image, action: 'DeleteImage', ids: twenty, forbidden: ['p7'] });
    console.info(`one forbidden image: ${sent.calls} calls`);
    expect(sent.first).toBe(20);
    expect(sent.calls).toBeLessThanOrEqual(10);
    expect(sent.fates.get('p7')).toMatchObject({
      settlement: 'refused',
      code: 'InvalidParameter',
      attempts: 1,
    });
    for (const id of allBut(twenty, 'p7')) expect(sent.fates.get(id)).toMatchObject(deleted);
    expect((await world.ledger.lanes())[0]?.dead).toBe(1);
  });

  it('refuse twenty forbidden of twenty in at most 25 calls, with one attempt each', async () => {
    const sent = await send({ operation: image, action: 'DeleteImage', ids: twenty, forbidden: twenty });
    console.info(`twenty forbidden images: ${sent.calls} calls`);
    expect(sent.calls).toBeLessThanOrEqual(25);
    for (const id of twenty) expect(sent.fates.get(id)).toMatchObject({ settlement: 'refused', attempts: 1 });
  });
});

describe('videos', () => {
  it('are answered one by one: a missing and a forbidden one among twenty take one call', async () => {
    const poison = { missing: ['p3'], forbidden: ['p4'] };
    const sent = await send({ operation: video, action: 'DeleteVideo', ids: twenty, ...poison });
    console.info(`a missing and a forbidden video: ${sent.calls} calls`);
    expect(sent.calls).toBe(1);
    expect(sent.fates.get('p3')).toMatchObject({ settlement: 'absent', attempts: 1 });
    expect(sent.fates.get('p4')).toMatchObject({ settlement: 'refused', attempts: 1 });
    for (const id of allBut(twenty, 'p3', 'p4')) expect(sent.fates.get(id)).toMatchObject(deleted);
  });

  it('are all absent by one call that finds none of twenty', async () => {
    const sent = await send({ operation: video, action: 'DeleteVideo', ids: twenty, missing: twenty });
    expect(sent.calls).toBe(1);
    for (const id of twenty)
      expect(sent.fates.get(id)).toMatchObject({
        settlement: 'absent',
        code: 'InvalidVideo.NotFound',
        attempts: 1,
      });
  });
});

describe('media', () => {
  it('that are ignored are absent once a read confirms it; those forbidden are refused', async () => {
    const poison = { missing: ['p3'], forbidden: ['p4'] };
    const sent = await send({ operation: media, action: 'DeleteMediaInfos', ids: twenty, ...poison });
    console.info(`an ignored and a forbidden medium: ${sent.calls} calls`);
    expect(world.emulator.calls().map(({ action }) => action)).toContain('BatchGetMediaInfos');
    expect(sent.calls).toBe(2);
    expect(sent.fates.get('p3')).toMatchObject({ settlement: 'absent', code: 'IgnoredList', attempts: 1 });
    expect(sent.fates.get('p4')).toMatchObject({ settlement: 'refused', code: 'ForbiddenList', attempts: 1 });
    for (const id of allBut(twenty, 'p3', 'p4')) expect(sent.fates.get(id)).toMatchObject(deleted);
  });

  it.each(['ignored', 'not-found'] as const)(
    'of which none exists are all absent, where that is answered as %s',
    async (deleteMediaInfosAllMissing) => {
      const sent = await send({
        ...{ operation: media, action: 'DeleteMediaInfos', ids: twenty, missing: twenty },
        switches: { deleteMediaInfosAllMissing },
      });
      console.info(`twenty missing media, ${deleteMediaInfosAllMissing}: ${sent.calls} calls`);
      expect(sent.calls).toBeLessThanOrEqual(25);
      for (const id of twenty)
        expect(sent.fates.get(id)).toMatchObject({ settlement: 'absent', attempts: 1 });
    },
  );
});

describe('thumbnails', () => {
  const ten = numbered('t', 10);

  it.each(['failed', 'unknow'] as const)(
    'of which one is missing: it is absent once a read confirms it, where its status is %s',
    async (deleteThumbnailsMissing) => {
      const sent = await send({
        ...{ operation: thumbnails, action: 'DeleteThumbnails', ids: ten, missing: ['t3'] },
        switches: { deleteThumbnailsMissing },
      });
      console.info(`one missing thumbnail, ${deleteThumbnailsMissing}: ${sent.calls} calls`);
      expect(sent.calls).toBe(2);
      expect(sent.fates.get('t3')).toMatchObject({ settlement: 'absent', attempts: 1 });
      for (const id of allBut(ten, 't3')) expect(sent.fates.get(id)).toMatchObject(deleted);
    },
  );

  it('of which one can not be deleted: it ends a dead letter after its attempts, the others are deleted', async () => {
    const sent = await send({
      ...{ operation: thumbnails, action: 'DeleteThumbnails', ids: ten, forbidden: ['t3'], attempts: 3 },
    });
    console.info(`one thumbnail that fails: ${sent.calls} calls`);
    expect(sent.fates.get('t3')).toMatchObject({ settlement: 'exhausted', code: 'FAILED', attempts: 3 });
    for (const id of allBut(ten, 't3')) expect(sent.fates.get(id)).toMatchObject(deleted);
  });

  it('of which all ten are missing are all absent, with one attempt each', async () => {
    const sent = await send({ operation: thumbnails, action: 'DeleteThumbnails', ids: ten, missing: ten });
    console.info(`ten missing thumbnails: ${sent.calls} calls`);
    expect(sent.calls).toBeLessThanOrEqual(15);
    for (const id of ten) expect(sent.fates.get(id)).toMatchObject({ settlement: 'absent', attempts: 1 });
  });
});
