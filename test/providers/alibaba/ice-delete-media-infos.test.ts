import { describe, expect, it } from 'vitest';
import { iceDeleteMediaInfos } from '../../../src/providers/alibaba/ice-delete-media-infos.ts';
import { batchOf, failureOf, outcomesOf, reply } from '../world.ts';

const site = { region: 'cn-beijing' };
const batch = batchOf(iceDeleteMediaInfos, ['aaa', 'bbb', 'ccc']);
const urls = batchOf(
  iceDeleteMediaInfos,
  ['OSS://bucket/a.mp4', 'OSS://bucket/b.mp4'].map((url) => ({ by: 'inputUrl', url })),
  { deletePhysicalFiles: false },
);
const outcomes = (lists: object, of = batch) =>
  outcomesOf(iceDeleteMediaInfos.interpret(reply(200, { RequestId: 'R', ...lists }), of), of);

describe('iceDeleteMediaInfos', () => {
  it('sends media ids or URLs to the regional host, DeletePhysicalFiles only where it was asked for', () => {
    expect(iceDeleteMediaInfos.request(batch, site)).toMatchObject({
      origin: 'https://ice.cn-beijing.aliyuncs.com',
      query: [['MediaIds', 'aaa,bbb,ccc']],
      headers: { 'x-acs-action': 'DeleteMediaInfos', 'x-acs-version': '2020-11-09' },
    });
    expect(iceDeleteMediaInfos.request(urls, site).query).toEqual([
      ['InputURLs', 'OSS://bucket/a.mp4,OSS://bucket/b.mp4'],
      ['DeletePhysicalFiles', 'false'],
    ]);
    const physical = batchOf(iceDeleteMediaInfos, ['aaa'], { deletePhysicalFiles: true });
    expect(iceDeleteMediaInfos.request(physical, site).query).toContainEqual(['DeletePhysicalFiles', 'true']);
  });

  it('keeps apart what deletes files, what does not, and what leaves it open', () => {
    const keys = [undefined, { deletePhysicalFiles: true }, { deletePhysicalFiles: false }].map((options) =>
      iceDeleteMediaInfos.batchKey(batchOf(iceDeleteMediaInfos, ['aaa'], options)[0]),
    );
    expect(new Set(keys).size).toBe(3);
  });

  it('refuses what is forbidden, doubts what is ignored, and trims entries', () => {
    expect(outcomes({ IgnoredList: ['aaa'], ForbiddenList: ['bbb\n', 'aaa '] })).toEqual([
      'refused:ForbiddenList',
      'refused:ForbiddenList',
      'deleted',
    ]);
    const said = iceDeleteMediaInfos.interpret(reply(200, { RequestId: 'R', IgnoredList: ['aaa'] }), batch);
    expect('outcome' in said && said.outcome(batch[0])).toMatchObject({ is: 'unresolved', doubt: true });
  });

  it('calls no URL deleted where the answer names one otherwise', () => {
    expect(outcomes({ IgnoredList: ['oss://bucket/a.mp4'] }, urls)).toEqual([
      'unresolved:unmatched-entry',
      'unresolved:unmatched-entry',
    ]);
    expect(outcomes({ IgnoredList: ['OSS://bucket/a.mp4'] }, urls)).toEqual([
      'unresolved:IgnoredList',
      'deleted',
    ]);
  });

  it('does not take a missing one for all of them', () => {
    const said = iceDeleteMediaInfos.interpret(
      reply(404, { RequestId: 'R', Code: 'ResourceNotFound' }),
      batch,
    );
    expect(failureOf(said).class).toBe('missing');
    expect(iceDeleteMediaInfos.missingMeans).toBe('split');
  });

  it('reads with BatchGetMediaInfos which media exist', () => {
    const read = iceDeleteMediaInfos.read!;
    const ask = (body: object) => {
      const said = read.interpret(reply(200, { RequestId: 'R', ...body }), batch);
      return 'failure' in said ? said.failure.code : batch.map(said.existing);
    };
    expect(read.kinds).toEqual(['mediaId']);
    expect(ask({ MediaInfos: [{ MediaId: 'aaa' }], IgnoredList: ['bbb'] })).toEqual([
      'present',
      'gone',
      'gone',
    ]);
    expect(ask({ IgnoredList: ['bbb'] })).toEqual(['unknown', 'gone', 'unknown']);
    expect(ask({ MediaInfos: [{}] })).toBe('unreadable');
    expect(ask({ MediaInfos: [null] })).toBe('unreadable');
    const MediaInfos = [
      { MediaId: 'bbb', MediaBasicInfo: { Title: 'Two' } },
      { MediaId: 'aaa', MediaBasicInfo: 7 },
    ];
    const said = read.interpret(reply(200, { RequestId: 'R', MediaInfos }), batch);
    expect('failure' in said || batch.map((target) => said.titleOf?.(target))).toEqual(['', 'Two', '']);
  });
});
