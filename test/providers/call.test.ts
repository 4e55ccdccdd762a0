import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Batch } from '../../src/deletion.ts';
import { vodDeleteImage } from '../../src/providers/alibaba/vod-delete-image.ts';
import { vodDeleteVideo } from '../../src/providers/alibaba/vod-delete-video.ts';
import { attemptCall, attemptRead, originOf, type Attempt } from '../../src/providers/call.ts';
import { vodDeleteThumbnails } from '../../src/providers/huawei/vod-delete-thumbnails.ts';
import type { Operation } from '../../src/providers/operation.ts';
import { createTransport } from '../../src/providers/transport.ts';
import { batchOf, handClock, outcomesOf } from './world.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const alibaba = { provider: 'alibaba', accessKeyId: 'LTAI', accessKeySecret: 's3cret' } as const;
const huawei = { provider: 'huawei', accessKey: 'AK', secretKey: 's3cret' } as const;

/** A server and what an attempt needs to call it. */
async function setup(operation: Operation, batch: Batch, answer: (response: ServerResponse) => void) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.sendDate = false;
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const clock = handClock();
  const transport = createTransport({ clock: { ...systemClock, now: clock.now } });
  ends.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => transport.close(),
  );
  const attempt: Attempt = {
    operation,
    batch,
    site: {
      region: 'cn-shanghai',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      projectId: '0f51',
    },
    credentials: operation.provider === 'alibaba' ? alibaba : huawei,
    transport,
    clock,
    onWrite: () => true,
  };
  return { attempt, requests, clock };
}

describe('attemptCall', () => {
  it('signs, sends and interprets', async () => {
    const batch = batchOf(vodDeleteVideo, ['aaa', 'bbb']);
    const { attempt, requests } = await setup(vodDeleteVideo, batch, (response) =>
      response.end('{"RequestId":"R","NonExistVideoIds":["bbb"]}'),
    );
    const result = await attemptCall(attempt);
    if ('vetoed' in result) throw new Error('vetoed');
    expect(outcomesOf(result.interpretation, batch)).toEqual(['deleted', 'absent:NonExistVideoIds']);
    expect(result).toMatchObject({ requestId: 'R', written: true });
    expect(result.ms).toBeGreaterThan(0);
    expect(requests[0]).toMatchObject({ method: 'POST', url: '/?VideoIds=aaa%2Cbbb' });
    expect(requests[0]?.headers).toMatchObject({
      accept: 'application/json',
      'x-acs-action': 'DeleteVideo',
      'x-acs-date': '2026-11-20T08:15:30Z',
      'x-acs-signature-nonce': '0'.repeat(32),
      authorization: expect.stringContaining('Credential=LTAI,SignedHeaders=host;x-acs-action') as string,
    });
  });

  it('signs each attempt anew, with its own date and nonce', async () => {
    const { attempt, requests, clock } = await setup(
      vodDeleteVideo,
      batchOf(vodDeleteVideo, ['aaa']),
      (response) => response.end('{"RequestId":"R"}'),
    );
    await attemptCall(attempt);
    clock.advance(2000);
    await attemptCall(attempt);
    const of = (header: string) => requests.map(({ headers }) => headers[header]);
    expect(of('x-acs-date')).toEqual(['2026-11-20T08:15:30Z', '2026-11-20T08:15:32Z']);
    expect(new Set(of('x-acs-signature-nonce')).size).toBe(2);
    expect(new Set(of('authorization')).size).toBe(2);
  });

  it('does not blame the account for a wrong date, and signs the next attempt with the right one', async () => {
    const expired = '{"RequestId":"R","Code":"InvalidTimeStamp.Expired","Message":"m"}';
    const { attempt, requests, clock } = await setup(
      vodDeleteVideo,
      batchOf(vodDeleteVideo, ['aaa']),
      (response) => {
        response.statusCode = 400;
        response.setHeader('date', 'Fri, 20 Nov 2026 09:15:30 GMT').end(expired);
      },
    );
    const refused = { code: 'InvalidTimeStamp.Expired' };
    expect(await attemptCall(attempt)).toMatchObject({
      interpretation: { failure: { ...refused, class: 'transient' } },
    });
    // Refused although it bore the date that the provider itself had told.
    expect(await attemptCall(attempt)).toMatchObject({
      interpretation: { failure: { ...refused, class: 'unauthorized' } },
    });
    clock.advance(-86_400_000);
    await attemptCall(attempt);
    const dates = requests.map(({ headers }) => String(headers['x-acs-date']).slice(0, 16));
    expect(dates).toEqual(['2026-11-20T08:15', '2026-11-20T09:15', '2026-11-20T09:15']);
  });

  it('speaks to Huawei too, with keys or a token', async () => {
    const batch = batchOf(vodDeleteThumbnails, ['a']);
    const { attempt, requests } = await setup(vodDeleteThumbnails, batch, (response) =>
      response
        .setHeader('X-Request-Id', 'H')
        .end('{"delete_result_array":[{"task_id":"a","status":"DELETED"}]}'),
    );
    expect(await attemptCall(attempt)).toMatchObject({ requestId: 'H' });
    await attemptCall({ ...attempt, credentials: { provider: 'huawei', token: 'tok' } });
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'DELETE /v1/0f51/asset/thumbnails?task_id=a',
      'DELETE /v1/0f51/asset/thumbnails?task_id=a',
    ]);
    expect(requests[0]?.headers.authorization).toContain('SDK-HMAC-SHA256 Access=AK');
    expect(requests[1]?.headers['x-auth-token']).toBe('tok');
  });

  it('hands the request to the transport before it returns', async () => {
    const { attempt } = await setup(vodDeleteVideo, batchOf(vodDeleteVideo, ['aaa']), () => undefined);
    let sent = false;
    const transport = {
      ...attempt.transport,
      send: () => ((sent = true), Promise.resolve({ vetoed: true } as const)),
    };
    const pending = attemptCall({ ...attempt, transport });
    expect(sent).toBe(true);
    expect(await pending).toEqual({ vetoed: true });
  });

  it('makes no call after a veto', async () => {
    const { attempt, requests } = await setup(vodDeleteVideo, batchOf(vodDeleteVideo, ['aaa']), (response) =>
      response.end(),
    );
    expect(await attemptCall({ ...attempt, onWrite: () => false })).toEqual({ vetoed: true });
    expect(requests).toEqual([]);
  });

  it('hands on the failure of the transport', async () => {
    const { attempt } = await setup(vodDeleteVideo, batchOf(vodDeleteVideo, ['aaa']), (response) =>
      response.destroy(),
    );
    expect(await attemptCall(attempt)).toMatchObject({
      written: true,
      requestId: '',
      interpretation: { failure: { code: 'reset', ambiguous: true } },
    });
  });

  it('refuses to send what may not share a call, or with the credentials of another provider', async () => {
    const { attempt, requests } = await setup(vodDeleteVideo, batchOf(vodDeleteVideo, ['aaa']), (response) =>
      response.end('{"RequestId":"R"}'),
    );
    const mixed = [...attempt.batch, ...batchOf(vodDeleteVideo, [{ by: 'referenceId', id: 'ref-01' }])];
    const twice = [...attempt.batch, ...attempt.batch];
    const many = batchOf(
      vodDeleteVideo,
      Array.from({ length: 21 }, (_, i) => `id${i}`),
    );
    const videos = batchOf(
      vodDeleteImage,
      ['v1', 'v2'].map((id) => ({ by: 'videoId', id })),
      { imageType: 'All' },
    );
    for (const batch of [mixed, twice, many]) {
      await expect(attemptCall({ ...attempt, batch: batch as unknown as Batch })).rejects.toThrow(
        'may not share',
      );
    }
    await expect(attemptCall({ ...attempt, operation: vodDeleteImage, batch: videos })).rejects.toThrow(
      'share',
    );
    await expect(attemptCall({ ...attempt, credentials: huawei })).rejects.toThrow('another provider');
    expect(requests).toEqual([]);
  });
});

describe('attemptRead', () => {
  it('tells which targets still exist', async () => {
    const batch = batchOf(vodDeleteVideo, ['aaa', 'bbb']);
    const { attempt, requests } = await setup(vodDeleteVideo, batch, (response) =>
      response.end('{"RequestId":"R","VideoList":[{"VideoId":"aaa"}],"NonExistVideoIds":["bbb"]}'),
    );
    const result = await attemptRead({ ...attempt, read: vodDeleteVideo.read! });
    if ('vetoed' in result || 'failure' in result.answer) throw new Error('no answer');
    expect(batch.map(result.answer.existing)).toEqual(['present', 'gone']);
    expect(requests[0]?.headers['x-acs-action']).toBe('GetVideoInfos');
  });

  it('is never asked about a kind that it does not know', async () => {
    const batch = batchOf(vodDeleteImage, [{ by: 'imageUrl', url: 'https://h.example/a.png' }]);
    const { attempt } = await setup(vodDeleteImage, batch, () => undefined);
    await expect(attemptRead({ ...attempt, read: vodDeleteImage.read! })).rejects.toThrow('not its kind');
  });
});

describe('originOf', () => {
  it('is where the calls go: by region, or by the endpoint that stands in for it', () => {
    const origin = (operation: Operation, endpoint?: string) =>
      originOf(operation, {
        region: 'cn-north-4',
        projectId: 'p',
        ...(endpoint !== undefined && { endpoint }),
      });
    expect(origin(vodDeleteImage)).toBe('https://vod.cn-north-4.aliyuncs.com');
    expect(origin(vodDeleteThumbnails)).toBe('https://vod.cn-north-4.myhuaweicloud.com');
    expect(origin(vodDeleteVideo, 'http://127.0.0.1:9090')).toBe('http://127.0.0.1:9090');
  });
});
