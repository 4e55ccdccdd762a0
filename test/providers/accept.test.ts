import { describe, expect, it } from 'vitest';
import { iceDeleteMediaInfos } from '../../src/providers/alibaba/ice-delete-media-infos.ts';
import { vodDeleteImage } from '../../src/providers/alibaba/vod-delete-image.ts';
import { vodDeleteVideo } from '../../src/providers/alibaba/vod-delete-video.ts';
import { entryOf } from '../../src/providers/entry.ts';
import { vodDeleteThumbnails } from '../../src/providers/huawei/vod-delete-thumbnails.ts';
import { accepted, problemsOf } from './world.ts';

const target = (by: string, id: string, rest: object = {}) => ({ by, id, parent: '', options: '', ...rest });

describe('accept', () => {
  it('takes a plain string for the first kind of each operation', () => {
    expect(accepted(vodDeleteImage, 'bbc65b')).toEqual(target('imageId', 'bbc65b'));
    expect(accepted(vodDeleteVideo, 'e44ebf')).toEqual(target('videoId', 'e44ebf'));
    expect(accepted(iceDeleteMediaInfos, '20b48f')).toEqual(target('mediaId', '20b48f'));
    expect(accepted(vodDeleteThumbnails, '2xxxxx30')).toEqual(target('task', '2xxxxx30'));
  });

  it('takes every kind written out', () => {
    const url = 'https://img.example.com/a,b%2C.png';
    expect(accepted(vodDeleteImage, { by: 'imageId', id: 'a1' })).toEqual(target('imageId', 'a1'));
    expect(accepted(vodDeleteImage, { by: 'imageUrl', url })).toEqual(target('imageUrl', url));
    expect(accepted(vodDeleteVideo, { by: 'referenceId', id: '_23-123' })).toEqual(
      target('referenceId', '_23-123'),
    );
    expect(accepted(iceDeleteMediaInfos, { by: 'inputUrl', url: 'OSS://bucket/a.mp4' })).toEqual(
      target('inputUrl', 'OSS://bucket/a.mp4'),
    );
    expect(accepted(vodDeleteThumbnails, { task: 't', asset: 'd59386' })).toEqual(
      target('task', 't', { parent: 'd59386' }),
    );
    expect(accepted(vodDeleteThumbnails, { by: 'task', task: 't' })).toEqual(target('task', 't'));
  });

  it('says which kinds there are where the kind is missing or unknown', () => {
    expect(problemsOf(vodDeleteVideo, { id: 'e44ebf' })).toEqual([
      { pointer: '/by', problem: 'is missing', remedy: 'Name one of: videoId, referenceId.' },
    ]);
    expect(problemsOf(vodDeleteVideo, { by: 'imageId', id: 'e44ebf' })).toMatchObject([
      { pointer: '/by', problem: 'is not a kind of this operation' },
    ]);
  });

  it('refuses unknown fields and options, and shows all problems at once', () => {
    expect(
      problemsOf(vodDeleteImage, { by: 'imageId', id: 'a,b', url: 'x', 'a/b~': 1 }, { force: true }),
    ).toEqual([
      expect.objectContaining({ pointer: '/url', problem: 'is not a known field' }),
      expect.objectContaining({ pointer: '/a~1b~0', problem: 'is not a known field' }),
      expect.objectContaining({ pointer: '/id', problem: 'holds U+002C' }),
      {
        pointer: '/options/force',
        problem: 'is not a known field',
        remedy: 'Options of this operation: imageType.',
      },
    ]);
    expect(problemsOf(vodDeleteVideo, 'e44ebf', [])).toMatchObject([{ pointer: '/options' }]);
    expect(problemsOf(vodDeleteVideo, 'e44ebf', null)).toMatchObject([{ pointer: '/options' }]);
  });

  it('refuses an id that is missing or not a string', () => {
    expect(problemsOf(vodDeleteImage, { by: 'imageUrl', id: 'a' })).toMatchObject([
      { pointer: '/id', problem: 'is not a known field' },
      { pointer: '/url', problem: 'is missing' },
    ]);
    expect(problemsOf(vodDeleteImage, { by: 'imageId', id: 5 })).toMatchObject([
      { pointer: '/id', problem: 'is not a string' },
    ]);
  });

  it.each(['a'.repeat(129), '', '-a', '_a', 'a.b', 'a*b', 'é'])('refuses the id %j', (id) => {
    expect(problemsOf(vodDeleteVideo, id)).toHaveLength(1);
  });

  it('takes ids of 128 characters and reference ids of 6 to 64', () => {
    expect(problemsOf(vodDeleteVideo, 'a'.repeat(128))).toEqual([]);
    const lengths = [5, 6, 64, 65].filter(
      (n) => problemsOf(vodDeleteVideo, { by: 'referenceId', id: '-'.repeat(n) }).length === 0,
    );
    expect(lengths).toEqual([6, 64]);
  });

  it('is found again from a target with an asset', () => {
    const withAsset = accepted(vodDeleteThumbnails, { task: 't', asset: 'd59386' });
    expect(accepted(vodDeleteThumbnails, entryOf(vodDeleteThumbnails, withAsset))).toEqual(withAsset);
  });

  it('refuses an asset without a task, and says why', () => {
    expect(problemsOf(vodDeleteThumbnails, { asset: 'd59386' })).toMatchObject([
      { pointer: '/task', remedy: expect.stringContaining('nobody knows') as string },
    ]);
  });

  describe('imageType', () => {
    const video = { by: 'videoId', id: 'eb1861' };
    it.each([
      ['All', 'All'],
      [['All'], 'All'],
      ['CoverSnapshot', 'CoverSnapshot'],
      ['SpriteSnapshot,CoverSnapshot', 'CoverSnapshot,SpriteSnapshot'],
      [
        ['SpriteOriginSnapshot', 'SpriteSnapshot', 'NormalSnapshot', 'CoverSnapshot'],
        'CoverSnapshot,NormalSnapshot,SpriteSnapshot,SpriteOriginSnapshot',
      ],
    ])('reads %j as %s', (imageType, canonical) => {
      expect(accepted(vodDeleteImage, video, { imageType }).options).toBe(`imageType=${canonical}`);
    });

    it.each([
      'all',
      '',
      'All,CoverSnapshot',
      ['All', 'CoverSnapshot'],
      [],
      'CoverSnapshot, NormalSnapshot',
      'CoverSnapshot,CoverSnapshot',
      ['CoverSnapshot,NormalSnapshot'],
      true,
      null,
      { 0: 'All' },
    ])('refuses %j', (imageType) => {
      expect(problemsOf(vodDeleteImage, video, { imageType })).toMatchObject([
        { pointer: '/options/imageType' },
      ]);
    });

    it('is required with a video id and refused with any other kind', () => {
      expect(problemsOf(vodDeleteImage, video)).toMatchObject([
        { pointer: '/options/imageType', problem: 'is missing' },
      ]);
      expect(problemsOf(vodDeleteImage, 'bbc65b', { imageType: 'All' })).toMatchObject([
        { pointer: '/options/imageType', problem: 'goes with videoId only' },
      ]);
    });
  });

  it('takes deletePhysicalFiles as true or false only, and leaves it out where it is not given', () => {
    expect(accepted(iceDeleteMediaInfos, 'a1', { deletePhysicalFiles: true }).options).toBe(
      'deletePhysicalFiles=true',
    );
    expect(accepted(iceDeleteMediaInfos, 'a1', { deletePhysicalFiles: false }).options).toBe(
      'deletePhysicalFiles=false',
    );
    expect(accepted(iceDeleteMediaInfos, 'a1', {}).options).toBe('');
    for (const deletePhysicalFiles of ['true', 1, null, 'yes']) {
      expect(problemsOf(iceDeleteMediaInfos, 'a1', { deletePhysicalFiles })).toMatchObject([
        { pointer: '/options/deletePhysicalFiles' },
      ]);
    }
  });
});
