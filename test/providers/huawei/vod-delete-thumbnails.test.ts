import { describe, expect, it } from 'vitest';
import { vodDeleteThumbnails } from '../../../src/providers/huawei/vod-delete-thumbnails.ts';
import { batchOf, failureOf, outcomesOf, reply } from '../world.ts';

const site = { region: 'cn-north-4', projectId: '0f51' };
const batch = batchOf(vodDeleteThumbnails, ['b', 'a', 'c']);
const ofAsset = batchOf(
  vodDeleteThumbnails,
  ['b', 'a'].map((task) => ({ task, asset: 'd59' })),
);
const results = (...array: unknown[]) => reply(200, { delete_result_array: array });
const outcomes = (answer: ReturnType<typeof reply>, of = batch) =>
  outcomesOf(vodDeleteThumbnails.interpret(answer, of), of);

describe('vodDeleteThumbnails', () => {
  it('repeats task_id, and names the asset once where it is known', () => {
    expect(vodDeleteThumbnails.request(batch, site)).toEqual({
      method: 'DELETE',
      origin: 'https://vod.cn-north-4.myhuaweicloud.com',
      path: '/v1/0f51/asset/thumbnails',
      query: [
        ['task_id', 'b'],
        ['task_id', 'a'],
        ['task_id', 'c'],
      ],
      headers: { 'content-type': 'application/json', 'x-project-id': '0f51' },
    });
    expect(vodDeleteThumbnails.request(ofAsset, site).query).toEqual([
      ['asset_id', 'd59'],
      ['task_id', 'b'],
      ['task_id', 'a'],
    ]);
    expect(() => vodDeleteThumbnails.request(batch, { region: 'cn-north-4' })).toThrow('projectId');
  });

  it('lets tasks share a call only where they name the same asset, or none', () => {
    const key = (asset?: string) =>
      vodDeleteThumbnails.batchKey(batchOf(vodDeleteThumbnails, [asset ? { task: 't', asset } : 't'])[0]);
    expect(key('d59')).toBe(vodDeleteThumbnails.batchKey(ofAsset[0]));
    expect(new Set([key(), key('d59'), key('d60')]).size).toBe(3);
  });

  it('settles each task by its own status, in whatever order', () => {
    const answer = results({ task_id: 'a', status: 'FAILED' }, { task_id: 'b', status: 'DELETED' });
    expect(outcomes(answer)).toEqual(['deleted', 'unresolved:FAILED', 'unresolved:unanswered']);
    expect(outcomes(results())).toEqual(Array(3).fill('unresolved:unanswered'));
  });

  it('doubts what the provider does not know, and whether what it failed at still exists', () => {
    const said = vodDeleteThumbnails.interpret(
      results(
        { task_id: 'a', status: 'FAILED' },
        { task_id: 'b', status: 'UNKNOW' },
        { task_id: 'c', status: 'deleted' },
      ),
      batch,
    );
    expect('outcome' in said && batch.map(said.outcome)).toMatchObject([
      { is: 'unresolved', code: 'UNKNOW', doubt: true },
      { is: 'unresolved', code: 'FAILED', doubt: true },
      { is: 'unresolved', code: 'UNKNOW', doubt: true },
    ]);
  });

  it('establishes nothing by two results that disagree, or that speak of another asset', () => {
    expect(
      outcomes(
        results(
          { task_id: 'a', status: 'DELETED' },
          { task_id: 'a', status: 'FAILED' },
          { task_id: 'b', status: 'DELETED' },
          { task_id: 'b', status: 'DELETED' },
        ),
      ),
    ).toEqual(['deleted', 'unresolved:contradiction', 'unresolved:unanswered']);
    expect(
      outcomes(
        results(
          { task_id: 'a', asset_id: 'd59', status: 'DELETED' },
          { task_id: 'b', asset_id: 'd60', status: 'DELETED' },
        ),
        ofAsset,
      ),
    ).toEqual(['unresolved:other-asset', 'deleted']);
  });

  it('reports strangers', () => {
    const said = vodDeleteThumbnails.interpret(results({ task_id: 'z', status: 'DELETED' }), batch);
    expect(said).toMatchObject({ strangers: ['z'] });
  });

  it.each([
    ['an empty body', reply(200, '')],
    ['no array', reply(200, {})],
    ['an object for the array', reply(200, { delete_result_array: { task_id: 'a', status: 'DELETED' } })],
    ['a result without a status', results({ task_id: 'a' })],
    ['a result without a task', results({ status: 'DELETED' })],
    ['a result that is a text', results('DELETED')],
    ['another status than 200', { ...results({ task_id: 'a', status: 'DELETED' }), status: 202 }],
    ['204', reply(204, '')],
    ['an error beside the results', reply(200, { delete_result_array: [], error: null })],
  ])('reads nothing from %s', (_, answer) => {
    expect(failureOf(vodDeleteThumbnails.interpret(answer, batch))).toMatchObject({
      class: 'transient',
      code: 'unreadable',
      ambiguous: true,
    });
  });

  it('keeps the request id of the header', () => {
    const said = vodDeleteThumbnails.interpret({ ...results(), headers: { 'x-request-id': 'abc' } }, batch);
    expect(said).toMatchObject({ requestId: 'abc' });
  });

  it('reads with the list of thumbnails whether a task still has some', () => {
    const read = vodDeleteThumbnails.read!;
    const one = batchOf(vodDeleteThumbnails, ['a']);
    const ask = (status: number, body: object) => {
      const said = read.interpret(reply(status, body), one);
      return 'failure' in said ? said.failure.code : said.existing(one[0]);
    };
    expect(read.limit).toBe(1);
    expect(read.request(one, site)).toMatchObject({ method: 'GET', query: [['task_id', 'a']] });
    expect(ask(200, { total: 1, thumbnails: [{ task_id: 'a' }] })).toBe('present');
    expect(ask(200, { total: 0, thumbnails: [] })).toBe('gone');
    expect(ask(200, { total: 0 })).toBe('gone');
    expect(ask(200, { total: 3, thumbnails: [] })).toBe('unknown');
    expect(ask(400, { error_code: 'VOD.10062' })).toBe('gone');
    expect(ask(403, { error_code: 'VOD.10051' })).toBe('VOD.10051');
    expect(ask(200, {})).toBe('unreadable');
  });
});
