import { describe, expect, it } from 'vitest';
import { vodDeleteImage } from '../../../src/providers/alibaba/vod-delete-image.ts';
import { batchOf, failureOf, outcomesOf, reply } from '../world.ts';

const site = { region: 'ap-southeast-1' };
const batch = batchOf(vodDeleteImage, ['aaa', 'bbb']);

describe('vodDeleteImage', () => {
  it('sends image ids, URLs, or one video with its image types', () => {
    expect(vodDeleteImage.request(batch, site)).toMatchObject({
      origin: 'https://vod.ap-southeast-1.aliyuncs.com',
      query: [
        ['DeleteImageType', 'ImageId'],
        ['ImageIds', 'aaa,bbb'],
      ],
    });
    const urls = ['https://h.example/x,y.png', 'https://h.example/x%2Cy.png'].map((url) => ({
      by: 'imageUrl',
      url,
    }));
    expect(vodDeleteImage.request(batchOf(vodDeleteImage, urls), site).query).toEqual([
      ['DeleteImageType', 'ImageURL'],
      ['ImageURLs', 'https://h.example/x%2Cy.png,https://h.example/x%252Cy.png'],
    ]);
    const video = batchOf(vodDeleteImage, [{ by: 'videoId', id: 'eb18' }], { imageType: 'All' });
    expect(vodDeleteImage.request(video, site).query).toEqual([
      ['DeleteImageType', 'VideoId'],
      ['VideoId', 'eb18'],
      ['ImageType', 'All'],
    ]);
  });

  it('lets no two videos share a call', () => {
    const [a, b] = batchOf(
      vodDeleteImage,
      ['v1', 'v2'].map((id) => ({ by: 'videoId', id })),
      { imageType: 'All' },
    );
    expect(vodDeleteImage.batchKey(a)).not.toBe(vodDeleteImage.batchKey(b!));
    expect(vodDeleteImage.batchKey(batch[0])).toBe(vodDeleteImage.batchKey(batch[1]!));
  });

  it('calls all of them deleted on an answer, which names no ids', () => {
    const said = vodDeleteImage.interpret(reply(200, { RequestId: 'R' }), batch);
    expect(outcomesOf(said, batch)).toEqual(['deleted', 'deleted']);
    expect(said).toMatchObject({ requestId: 'R', strangers: [] });
  });

  it('cannot tell which image a NoSuchResource means', () => {
    const said = vodDeleteImage.interpret(reply(404, { RequestId: 'R', Code: 'NoSuchResource' }), batch);
    expect(failureOf(said)).toMatchObject({ class: 'missing', code: 'NoSuchResource' });
    expect(vodDeleteImage.missingMeans).toBe('split');
  });

  it('reads with GetImageInfos which image ids exist', () => {
    const read = vodDeleteImage.read!;
    expect(read.kinds).toEqual(['imageId']);
    const ask = (status: number, body: object, of = batch) => {
      const said = read.interpret(reply(status, { RequestId: 'R', ...body }), of);
      return 'failure' in said ? said.failure.code : of.map(said.existing);
    };
    expect(read.request(batch, site)).toMatchObject({
      headers: { 'x-acs-action': 'GetImageInfos' },
      query: [['ImageIds', 'aaa,bbb']],
    });
    expect(ask(200, { ImageInfo: [{ ImageId: 'aaa' }], NonExistImageIds: ['bbb'] })).toEqual([
      'present',
      'gone',
    ]);
    expect(ask(200, {})).toEqual(['unknown', 'unknown']);
    expect(ask(404, { Code: 'NoSuchResource' })).toBe('NoSuchResource');
    expect(ask(404, { Code: 'NoSuchResource' }, batchOf(vodDeleteImage, ['aaa']))).toEqual(['gone']);
    expect(ask(200, { ImageInfo: ['aaa'] })).toBe('unreadable');
    const ImageInfo = [{ ImageId: 'bbb', Title: 'Two' }, { ImageId: 'aaa' }];
    const said = read.interpret(reply(200, { RequestId: 'R', ImageInfo }), batch);
    expect('failure' in said || batch.map((target) => said.titleOf?.(target))).toEqual(['', 'Two']);
  });
});
