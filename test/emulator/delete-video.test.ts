import { describe, expect, it } from 'vitest';
import { acs3 } from './client.ts';
import { ndjson, setup } from './setup.ts';
import { many, table } from './table.ts';

describe('DeleteVideo', () => {
  const given = { DeleteVideo: { ids: ['a', 'b', 'r'] } };
  const none = { ForbiddenVideoIds: [], NonExistVideoIds: [], NonExistReferenceIds: [] };
  table('DeleteVideo', [
    { it: 'deletes ids', given, asks: { VideoIds: 'a,b' }, status: 200, says: none, deletes: ['a', 'b'] },
    {
      it: 'names what is missing',
      given,
      asks: { VideoIds: 'a,z' },
      status: 200,
      says: { ...none, NonExistVideoIds: ['z'] },
      deletes: ['a'],
    },
    {
      it: 'leaves empty lists out, when switched so',
      given,
      switches: { emptyLists: 'absent' },
      asks: { VideoIds: 'a,z' },
      status: 200,
      says: { NonExistVideoIds: ['z'] },
      deletes: ['a'],
    },
    {
      it: 'answers 404 if all are missing',
      given,
      asks: { VideoIds: 'y,z' },
      status: 404,
      says: 'InvalidVideo.NotFound',
    },
    {
      it: 'deletes by reference ids',
      given,
      asks: { ReferenceIds: 'r,z' },
      status: 200,
      says: { ...none, NonExistReferenceIds: ['z'] },
      deletes: ['r'],
      records: { by: 'ReferenceIds' },
    },
    {
      it: 'deletes both kinds if both are given',
      given,
      asks: { VideoIds: 'a,y', ReferenceIds: 'r,z' },
      status: 200,
      says: { ...none, NonExistVideoIds: ['y'], NonExistReferenceIds: ['z'] },
      deletes: ['a', 'r'],
      records: { ids: ['a', 'y', 'r', 'z'], by: 'VideoIds,ReferenceIds' },
    },
    { it: 'needs one of them', given, asks: {}, status: 400, says: 'MissingParameter' },
    {
      it: 'takes 20',
      given: { DeleteVideo: { any: true } },
      asks: { VideoIds: many(20).join() },
      status: 200,
      says: none,
      deletes: many(20),
    },
    {
      it: 'refuses 21',
      given: { DeleteVideo: { any: true } },
      asks: { VideoIds: many(21).join() },
      status: 400,
      says: 'VideoIdsExceededMax',
    },
    {
      it: 'counts both kinds against the 20',
      given: { DeleteVideo: { any: true } },
      asks: { VideoIds: many(20).join(), ReferenceIds: 'r' },
      status: 400,
      says: 'VideoIdsExceededMax',
    },
    {
      it: 'neither trims ids nor drops empty ones',
      given,
      asks: { VideoIds: ' a,,b' },
      status: 200,
      says: { ...none, NonExistVideoIds: [' a', ''] },
      deletes: ['b'],
      records: { ids: [' a', '', 'b'] },
    },
  ]);

  it('shows an injected comma as two ids', async () => {
    const { emulator, v3, last } = await setup();
    emulator.inventory({ DeleteVideo: { any: true } });
    await v3('DeleteVideo', { VideoIds: 'mine,yours' });
    expect(last()).toMatchObject({ ids: ['mine', 'yours'], deleted: ['mine', 'yours'] });
  });

  it.each(['\n', '\0', '\u{ff0c}', '\u202e', '\u2028', '__proto__', '%2C', '<&>"', ' x '])(
    'records %j as it came, here and in the stream',
    async (id) => {
      const { emulator, v3, admin, last } = await setup();
      emulator.inventory({ DeleteVideo: { any: true } });
      await v3('DeleteVideo', { VideoIds: id });
      expect(last()).toMatchObject({ ids: [id], deleted: [id] });
      const { text } = await admin('GET', 'calls');
      expect(text.split(/[\n\u2028\u2029]/).length).toBe(2);
      expect(ndjson(text)[0]!['ids']).toEqual([id]);
    },
  );

  it('refuses a parameter that is given twice', async () => {
    const { emulator, raw, deleted } = await setup();
    emulator.inventory({ DeleteVideo: { any: true } });
    const twice = acs3('DeleteVideo', { VideoIds: ['a', 'b'] });
    expect((await raw(twice)).json['Code']).toBe('InvalidParameter');
    expect(deleted()).toEqual([]);
  });
});
