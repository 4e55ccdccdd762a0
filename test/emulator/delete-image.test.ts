import { describe, expect, it } from 'vitest';
import { enc } from './client.ts';
import { setup } from './setup.ts';
import { many, table } from './table.ts';

describe('DeleteImage', () => {
  const given = { DeleteImage: { ids: ['a', 'b', 'c'] } };
  const ids = (ImageIds: string) => ({ DeleteImageType: 'ImageId', ImageIds });
  const urls = (...all: string[]) => ({ DeleteImageType: 'ImageURL', ImageURLs: all.map(enc).join(',') });
  const video = (ImageType: string) => ({ DeleteImageType: 'VideoId', VideoId: 'a', ImageType });

  table('DeleteImage', [
    { it: 'deletes ids and names none', given, asks: ids('a,b'), status: 200, says: {}, deletes: ['a', 'b'] },
    {
      it: 'deletes a repeated id once',
      given,
      asks: ids('a,a'),
      status: 200,
      says: {},
      deletes: ['a'],
      records: { ids: ['a', 'a'] },
    },
    { it: 'answers 404 for one that is missing', given, asks: ids('z'), status: 404, says: 'NoSuchResource' },
    {
      it: 'deletes none if some are missing',
      given,
      asks: ids('a,z,b'),
      status: 404,
      says: 'NoSuchResource',
    },
    {
      it: 'deletes the others and answers 404, when switched so',
      given,
      switches: { deleteImageMissing: 'deletes-others-then-404' },
      asks: ids('a,z,b'),
      status: 404,
      says: 'NoSuchResource',
      deletes: ['a', 'b'],
    },
    {
      it: 'deletes the others and answers 200, when switched so',
      given,
      switches: { deleteImageMissing: 'only-all-missing-404' },
      asks: ids('a,z,b'),
      status: 200,
      says: {},
      deletes: ['a', 'b'],
    },
    {
      it: 'answers 404 for all missing, when switched so',
      given,
      switches: { deleteImageMissing: 'only-all-missing-404' },
      asks: ids('y,z'),
      status: 404,
      says: 'NoSuchResource',
    },
    {
      it: 'takes 20',
      given: { DeleteImage: { any: true } },
      asks: ids(many(20).join()),
      status: 200,
      says: {},
      deletes: many(20),
    },
    {
      it: 'refuses 21',
      given: { DeleteImage: { any: true } },
      asks: ids(many(21).join()),
      status: 400,
      says: 'InvalidParameter',
    },
    { it: 'needs a type', given, asks: { ImageIds: 'a' }, status: 400, says: 'MissingDeleteImageType' },
    {
      it: 'refuses an unknown type',
      given,
      asks: { DeleteImageType: 'Id', ImageIds: 'a' },
      status: 400,
      says: 'InvalidParameter',
    },
    {
      it: 'needs the ids of its type',
      given,
      asks: { DeleteImageType: 'ImageURL', ImageIds: 'a' },
      status: 400,
      says: 'MissingImageURLs',
    },
    {
      it: 'ignores the parameters of other types',
      given,
      asks: { ...ids('a'), ImageURLs: 'b', VideoId: 'c', ImageType: 'All' },
      status: 200,
      says: {},
      deletes: ['a'],
      records: { by: 'ImageIds', options: '' },
    },
    {
      it: 'decodes each URL once more, after the split',
      given: { DeleteImage: { ids: ['https://i.example.com/a,b c.png', 'https://i.example.com/100%.png'] } },
      asks: urls('https://i.example.com/a,b c.png', 'https://i.example.com/100%.png'),
      status: 200,
      says: {},
      deletes: ['https://i.example.com/a,b c.png', 'https://i.example.com/100%.png'],
    },
    {
      it: 'splits a URL at a comma that was not encoded',
      given,
      asks: { DeleteImageType: 'ImageURL', ImageURLs: 'https://i.example.com/a,b' },
      status: 404,
      says: 'NoSuchResource',
      records: { ids: ['https://i.example.com/a', 'b'] },
    },
    {
      it: 'does not decode ids a second time',
      given,
      asks: ids('a%2Cb'),
      status: 404,
      says: 'NoSuchResource',
      records: { ids: ['a%2Cb'] },
    },
    {
      it: 'deletes the snapshots of a video',
      given,
      asks: video('All'),
      status: 200,
      says: {},
      deletes: ['a'],
      records: { by: 'VideoId', options: 'ImageType=All' },
    },
    {
      it: 'takes several types',
      given,
      asks: video('CoverSnapshot,SpriteSnapshot'),
      status: 200,
      says: {},
      deletes: ['a'],
    },
    {
      it: 'refuses All among others',
      given,
      asks: video('All,CoverSnapshot'),
      status: 400,
      says: 'InvalidParameter',
    },
    {
      it: 'needs an image type with a video',
      given,
      asks: { DeleteImageType: 'VideoId', VideoId: 'a' },
      status: 400,
      says: 'MissingImageType',
    },
    {
      it: 'refuses two videos',
      given,
      asks: { ...video('All'), VideoId: 'a,b' },
      status: 400,
      says: 'InvalidParameter',
      records: { ids: ['a', 'b'] },
    },
  ]);

  it('deletes the snapshots of a video type by type, the last of which takes the entry away', async () => {
    const { emulator, v3 } = await setup();
    emulator.inventory(given);
    const status = async (types: string) => (await v3('DeleteImage', video(types))).status;
    expect(await status('CoverSnapshot')).toBe(200);
    expect(await status('CoverSnapshot')).toBe(404);
    expect(await status('CoverSnapshot,NormalSnapshot,SpriteSnapshot')).toBe(200);
    expect(emulator.stats().inventory.DeleteImage).toEqual({ present: 3, deleted: 0 });
    expect(await status('All')).toBe(200);
    expect(await status('SpriteOriginSnapshot')).toBe(404);
    expect(emulator.stats().inventory.DeleteImage).toEqual({ present: 2, deleted: 1 });
  });
});
