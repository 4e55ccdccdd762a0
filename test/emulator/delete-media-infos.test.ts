import { describe, expect, it } from 'vitest';
import { setup } from './setup.ts';
import { many, table } from './table.ts';

describe('DeleteMediaInfos', () => {
  const given = { DeleteMediaInfos: { ids: ['a', 'b', 'OSS://bucket/a%2Cb.mp4'] } };
  const none = { IgnoredList: [], ForbiddenList: [] };
  table('DeleteMediaInfos', [
    { it: 'deletes ids', given, asks: { MediaIds: 'a,b' }, status: 200, says: none, deletes: ['a', 'b'] },
    {
      it: 'ignores what is missing',
      given,
      asks: { MediaIds: 'a,z' },
      status: 200,
      says: { ...none, IgnoredList: ['z'] },
      deletes: ['a'],
    },
    {
      it: 'ignores all if all are missing',
      given,
      asks: { MediaIds: 'y,z' },
      status: 200,
      says: { ...none, IgnoredList: ['y', 'z'] },
    },
    {
      it: 'answers 404 if all are missing, when switched so',
      given,
      switches: { deleteMediaInfosAllMissing: 'not-found' },
      asks: { MediaIds: 'y,z' },
      status: 404,
      says: 'ResourceNotFound',
    },
    {
      it: 'deletes by URL, which is not decoded again',
      given,
      asks: { InputURLs: 'OSS://bucket/a%2Cb.mp4' },
      status: 200,
      says: none,
      deletes: ['OSS://bucket/a%2Cb.mp4'],
      records: { by: 'InputURLs' },
    },
    {
      it: 'prefers MediaIds',
      given,
      asks: { MediaIds: 'a', InputURLs: 'b' },
      status: 200,
      says: none,
      deletes: ['a'],
      records: { ids: ['a'], by: 'MediaIds' },
    },
    {
      it: 'records the physical files',
      given,
      asks: { MediaIds: 'a', DeletePhysicalFiles: 'true' },
      status: 200,
      says: none,
      deletes: ['a'],
      records: { options: 'DeletePhysicalFiles=true' },
    },
    {
      it: 'refuses a flag that is no boolean',
      given,
      asks: { MediaIds: 'a', DeletePhysicalFiles: 'True' },
      status: 400,
      says: 'InvalidParameter',
    },
    {
      it: 'needs one of them',
      given,
      asks: { DeletePhysicalFiles: 'true' },
      status: 400,
      says: 'MissingParameter',
    },
    {
      it: 'refuses 21',
      given: { DeleteMediaInfos: { any: true } },
      asks: { MediaIds: many(21).join() },
      status: 400,
      says: 'InvalidParameter',
    },
  ]);

  it('ends some of the entries of its lists with a line break, as the page does', async () => {
    const { v3 } = await setup();
    const { json } = await v3('DeleteMediaInfos', { MediaIds: many(20).join() });
    const entries = json['IgnoredList'] as string[];
    expect(entries.map((id) => id.trim())).toEqual(many(20));
    const careless = entries.filter((id) => id.endsWith('\n')).length;
    expect(careless).toBeGreaterThan(0);
    expect(careless).toBeLessThan(20);
  });
});
