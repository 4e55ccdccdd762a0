import { describe, expect, it } from 'vitest';
import { sdkHmac } from './client.ts';
import { setup } from './setup.ts';
import { many } from './table.ts';

describe('the reads', () => {
  it('tell what exists of what the deletes know', async () => {
    const { emulator, v3, raw } = await setup();
    const all = { ids: ['a', 'b'] };
    emulator.inventory({
      DeleteImage: all,
      DeleteVideo: all,
      DeleteMediaInfos: all,
      DeleteThumbnails: { ...all, asset: 'P' },
    });
    expect((await v3('GetImageInfos', { ImageIds: 'a,z' })).json).toMatchObject({
      ImageInfo: [{ ImageId: 'a' }],
      NonExistImageIds: ['z'],
    });
    expect((await v3('GetVideoInfos', { VideoIds: 'a,z' })).json).toMatchObject({
      VideoList: [{ VideoId: 'a' }],
      NonExistVideoIds: ['z'],
    });
    expect((await v3('GetVideoInfos', { ReferenceIds: 'a,z' })).json).toMatchObject({
      VideoList: [{ ReferenceId: 'a' }],
      NonExistReferenceIds: ['z'],
    });
    expect((await v3('GetVideoInfos', { VideoIds: 'z' })).json['Code']).toBe('InvalidVideo.NotFound');
    expect((await v3('BatchGetMediaInfos', { MediaIds: 'a,z' })).json).toMatchObject({
      MediaInfos: [{ MediaId: 'a' }],
      IgnoredList: ['z'],
    });
    expect((await raw(sdkHmac('GET', { task_id: 'a' }))).json).toEqual({
      total: 1,
      thumbnails: [{ task_id: 'a', asset_id: 'P', status: 'SUCCEED' }],
    });
    expect((await raw(sdkHmac('GET', { task_id: 'z' }))).json).toEqual({ total: 0, thumbnails: [] });
    expect((await raw(sdkHmac('GET', { asset_id: 'P', limit: '1', offset: '1' }))).json).toMatchObject({
      total: 2,
      thumbnails: [{ task_id: 'b' }],
    });
    expect((await raw(sdkHmac('GET', { task_id: ['a', 'b'] }))).json['error_code']).toBe('VOD.10053');
    expect((await v3('GetImageInfos', { ImageIds: many(21).join() })).json['Code']).toBe('InvalidParameter');
    expect((await v3('GetImageInfos', {})).json['Code']).toBe('MissingImageIds');
    expect(emulator.calls().flatMap(({ deleted }) => deleted)).toEqual([]);
  });

  it('give each thing a title, the same each time', async () => {
    const { emulator, v3 } = await setup();
    const all = { ids: ['a', 'b'] };
    emulator.inventory({ DeleteImage: all, DeleteVideo: all, DeleteMediaInfos: all });
    const images = async () => (await v3('GetImageInfos', { ImageIds: 'a,b' })).json['ImageInfo'];
    const [a, b] = (await images()) as { Title: string }[];
    expect(a?.Title).toMatch(/^\w.+ 20\d\d, part \d+$/);
    expect(b?.Title).not.toBe(a?.Title);
    expect(await images()).toEqual([a, b]);
    expect((await v3('GetVideoInfos', { VideoIds: 'a' })).json).toMatchObject({
      VideoList: [{ Title: a?.Title }],
    });
    expect((await v3('GetVideoInfos', { ReferenceIds: 'a' })).json).toMatchObject({
      VideoList: [{ Title: a?.Title }],
    });
    expect((await v3('BatchGetMediaInfos', { MediaIds: 'a' })).json).toMatchObject({
      MediaInfos: [{ MediaBasicInfo: { Title: a?.Title } }],
    });
  });
});
