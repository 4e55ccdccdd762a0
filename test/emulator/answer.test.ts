import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { rpcV1 } from './client.ts';
import { setup } from './setup.ts';

const xml = (body: string): unknown => new XMLParser({ parseTagValue: false }).parse(body);

describe('answer', () => {
  it('is XML for V1 unless JSON was asked for', async () => {
    const { emulator, raw } = await setup();
    emulator.inventory({ DeleteVideo: { ids: ['a', 'b', 'c'] } });
    const answer = await raw(rpcV1('DeleteVideo', { VideoIds: 'a,<&>,\'"' }));
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/xml;charset=utf-8');
    expect(xml(answer.body)).toEqual({
      '?xml': expect.anything() as unknown,
      DeleteVideoResponse: { RequestId: emulator.calls()[0]!.requestId, NonExistVideoIds: ['<&>', '\'"'] },
    });
    expect((await raw(rpcV1('DeleteVideo', { VideoIds: 'b', Format: 'XML' }))).body).toMatch(/^<\?xml /);
    const json = await raw(rpcV1('DeleteVideo', { VideoIds: 'c', Format: 'json' }));
    expect(json.json).toMatchObject({ NonExistVideoIds: [] });
    expect(json.headers['content-type']).toBe('application/json;charset=utf-8');
  });

  it('is an Error element where V1 in XML fails', async () => {
    const { raw, last } = await setup();
    const answer = await raw(rpcV1('DeleteVideo', { VideoIds: 'a' }));
    expect(answer.status).toBe(404);
    expect(xml(answer.body)).toMatchObject({
      Error: {
        RequestId: last().requestId,
        HostId: 'vod.cn-shanghai.aliyuncs.com',
        Code: 'InvalidVideo.NotFound',
        Message: 'The video does not exist.',
        Recommend: expect.stringContaining('troubleshoot') as string,
      },
    });
  });

  it('holds no character that XML can not carry', async () => {
    const { emulator, raw } = await setup();
    emulator.inventory({ DeleteVideo: { ids: ['a'] } });
    const { body } = await raw(rpcV1('DeleteVideo', { VideoIds: 'a,x\0\u001b\ty\u{1f600}' }));
    expect(body).toContain('<NonExistVideoIds>x\ufffd\ufffd\ty\u{1f600}</NonExistVideoIds>');
  });

  it('bears the request id in a header at Huawei', async () => {
    const { emulator, thumbnails, last } = await setup();
    emulator.inventory({ DeleteThumbnails: { any: true } });
    const answer = await thumbnails({ task_id: 'a' });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(answer.headers['x-request-id']).toBe(last().requestId);
    expect(answer.json).toEqual({ delete_result_array: [{ task_id: 'a', status: 'DELETED' }] });
    expect((await thumbnails({ task_id: 'a' })).json).toEqual({
      error_code: 'VOD.10062',
      error_msg: 'The asset or resource does not exist.',
    });
  });
});
