import { describe, expect, it } from 'vitest';
import { vodDeleteVideo } from '../../../src/providers/alibaba/vod-delete-video.ts';
import { batchOf, failureOf, outcomesOf, reply } from '../world.ts';

const batch = batchOf(vodDeleteVideo, ['aaa', 'bbb', 'ccc']);
const references = batchOf(
  vodDeleteVideo,
  ['ref-01', 'ref-02'].map((id) => ({ by: 'referenceId', id })),
);
const answer = (lists: object) => reply(200, { RequestId: 'E4EB', ...lists });
const outcomes = (lists: object, of = batch) => outcomesOf(vodDeleteVideo.interpret(answer(lists), of), of);

describe('vodDeleteVideo', () => {
  it('sends video ids or reference ids, comma-joined, to the region', () => {
    const site = { region: 'cn-shanghai' };
    expect(vodDeleteVideo.request(batch, site)).toEqual({
      method: 'POST',
      origin: 'https://vod.cn-shanghai.aliyuncs.com',
      path: '/',
      query: [['VideoIds', 'aaa,bbb,ccc']],
      headers: { 'x-acs-action': 'DeleteVideo', 'x-acs-version': '2017-03-21' },
    });
    expect(vodDeleteVideo.request(references, site).query).toEqual([['ReferenceIds', 'ref-01,ref-02']]);
  });

  it.each([
    ['cn-hangzhou', 'https://vod.cn-shanghai.aliyuncs.com'],
    ['ap-south-1', 'https://vod.ap-south-1.aliyuncs.com'],
    ['eu-central-1', 'https://vod.eu-central-1.aliyuncs.com'],
  ])('calls %s at %s', (region, origin) => {
    expect(vodDeleteVideo.request(batch, { region }).origin).toBe(origin);
  });

  it('calls the endpoint that the site names instead', () => {
    expect(vodDeleteVideo.request(batch, { region: 'x', endpoint: 'http://127.0.0.1:9090' }).origin).toBe(
      'http://127.0.0.1:9090',
    );
  });

  it('settles each id by its list, with empty lists given or absent', () => {
    expect(outcomes({})).toEqual(['deleted', 'deleted', 'deleted']);
    expect(outcomes({ ForbiddenVideoIds: [], NonExistVideoIds: [], NonExistReferenceIds: [] })).toEqual([
      'deleted',
      'deleted',
      'deleted',
    ]);
    expect(outcomes({ ForbiddenVideoIds: ['aaa'], NonExistVideoIds: ['ccc\n'] })).toEqual([
      'refused:ForbiddenVideoIds',
      'deleted',
      'absent:NonExistVideoIds',
    ]);
  });

  it('takes the safer word for an id in two lists', () => {
    expect(
      outcomes({
        ForbiddenVideoIds: ['aaa'],
        NonExistVideoIds: ['aaa', 'bbb'],
        NonExistReferenceIds: ['bbb'],
      }),
    ).toEqual(['refused:ForbiddenVideoIds', 'unresolved:NonExistReferenceIds', 'deleted']);
  });

  it('reports strangers and does not act on them', () => {
    const said = vodDeleteVideo.interpret(answer({ NonExistVideoIds: ['zzz', 'aaa', 'zzz'] }), batch);
    expect(said).toMatchObject({ requestId: 'E4EB', strangers: ['zzz'] });
    expect(outcomesOf(said, batch)).toEqual(['absent:NonExistVideoIds', 'deleted', 'deleted']);
  });

  it('says nothing of a target that was not in the call', () => {
    const said = vodDeleteVideo.interpret(answer({}), batch);
    expect('outcome' in said && said.outcome(references[0])).toMatchObject({
      is: 'unresolved',
      doubt: false,
    });
  });

  it('calls no reference id deleted where a forbidden video may be any of them', () => {
    expect(outcomes({ ForbiddenVideoIds: ['73ab'], NonExistReferenceIds: ['ref-02'] }, references)).toEqual([
      'unresolved:unmatched-entry',
      'absent:NonExistReferenceIds',
    ]);
    const single = batchOf(vodDeleteVideo, [{ by: 'referenceId', id: 'ref-01' }]);
    expect(outcomes({ ForbiddenVideoIds: ['73ab'] }, single)).toEqual(['refused:ForbiddenVideoIds']);
    expect(outcomes({ NonExistVideoIds: ['73ab'] }, single)).toEqual(['unresolved:unmatched-entry']);
    expect(outcomes({}, single)).toEqual(['deleted']);
  });

  it.each([
    ['a string for a list', { ForbiddenVideoIds: 'aaa,bbb' }],
    ['the old nested list', { NonExistVideoIds: { VideoId: ['aaa'] } }],
    ['numbers in a list', { NonExistVideoIds: [1] }],
    ['no RequestId', { RequestId: undefined }],
    ['a RequestId that is no text', { RequestId: 7 }],
  ])('reads nothing from an answer with %s', (_, fields) => {
    expect(failureOf(vodDeleteVideo.interpret(answer(fields), batch))).toMatchObject({
      class: 'transient',
      code: 'unreadable',
      ambiguous: true,
      known: true,
    });
  });

  it('means all of them by a 404 of InvalidVideo.NotFound', () => {
    const said = vodDeleteVideo.interpret(
      reply(404, { RequestId: 'R', Code: 'InvalidVideo.NotFound', Message: 'The video does not exist.' }),
      batch,
    );
    expect(failureOf(said)).toMatchObject({ class: 'missing', ambiguous: false, requestId: 'R' });
    expect(vodDeleteVideo.missingMeans).toBe('all');
  });

  it('reads with GetVideoInfos which videos exist', () => {
    const read = vodDeleteVideo.read!;
    const ask = (body: object, of = batch) => {
      const said = read.interpret(reply('Code' in body ? 404 : 200, { RequestId: 'R', ...body }), of);
      return 'failure' in said ? said.failure.code : of.map(said.existing);
    };
    expect(read.request(batch, { region: 'cn-shanghai' }).query).toEqual([['VideoIds', 'aaa,bbb,ccc']]);
    expect(ask({ VideoList: [{ VideoId: 'aaa' }], NonExistVideoIds: ['aaa', 'bbb'] })).toEqual([
      'present',
      'gone',
      'unknown',
    ]);
    expect(
      ask({ VideoList: [{ ReferenceId: 'ref-01' }], NonExistReferenceIds: ['ref-02'] }, references),
    ).toEqual(['present', 'gone']);
    expect(ask({ Code: 'InvalidVideo.NotFound' })).toEqual(['gone', 'gone', 'gone']);
    expect(ask({ Code: 'Forbidden.RAM' })).toBe('Forbidden.RAM');
    expect(ask({ VideoList: 'aaa' })).toBe('unreadable');
  });

  it('reads titles, each of its own video, however it was asked for', () => {
    const read = vodDeleteVideo.read!;
    const ask = (list: object[], of: typeof batch) => {
      const said = read.interpret(reply(200, { RequestId: 'R', VideoList: list }), of);
      return 'failure' in said ? said.failure.code : of.map((target) => said.titleOf?.(target));
    };
    const videos = [{ VideoId: 'bbb', Title: 'Two' }, { VideoId: 'aaa', Title: 'One' }, { VideoId: 'ccc' }];
    expect(ask(videos, batch)).toEqual(['One', 'Two', '']);
    const byReference = [{ VideoId: 'aaa', ReferenceId: 'ref-02', Title: 'T'.repeat(400) }];
    expect(ask(byReference, references)).toEqual(['', 'T'.repeat(300)]);
    expect(ask([{ VideoId: 'aaa', Title: 7 }], batch)).toEqual(['', '', '']);
  });
});
