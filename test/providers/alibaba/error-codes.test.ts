import { describe, expect, it } from 'vitest';
import { vodDeleteImage } from '../../../src/providers/alibaba/vod-delete-image.ts';
import { vodDeleteVideo } from '../../../src/providers/alibaba/vod-delete-video.ts';
import { iceDeleteMediaInfos } from '../../../src/providers/alibaba/ice-delete-media-infos.ts';
import { batchOf, failureOf, reply } from '../world.ts';

const operations = { vodDeleteImage, vodDeleteVideo, iceDeleteMediaInfos };

const ask = (
  code: string,
  status: number,
  operation = vodDeleteVideo,
  headers: Record<string, string> = {},
) =>
  failureOf(
    operation.interpret(
      reply(status, { RequestId: 'R', Code: code, Message: 'why' }, headers),
      batchOf(operation, ['a', 'b']),
    ),
  );

describe("Alibaba's error codes", () => {
  // From the gateway's and the services' error pages, with the status that goes with each.
  it.each([
    ['Throttling.User', 400, 'throttled', false],
    ['Throttling.User', 429, 'throttled', false],
    ['Throttling', 503, 'throttled', false],
    ['Throttling.Something.New', 400, 'throttled', false],
    ['RequestsTooFrequent', 403, 'throttled', false],
    ['ServiceUnAvailable', 503, 'transient', false],
    ['ServiceUnavailable', 503, 'transient', false],
    ['InternalError', 500, 'transient', true],
    ['SignatureNonceUsed', 400, 'transient', true],
    ['MissingParameter', 400, 'rejected', false],
    ['MissingVideoIds', 400, 'rejected', false],
    ['InvalidParameter', 400, 'rejected', false],
    ['InvalidParameter.VideoIds', 400, 'rejected', false],
    ['MissingAccessKeyId', 400, 'unauthorized', false],
    ['MissingSecurityToken', 400, 'unauthorized', false],
    ['InvalidAccessKeyId.NotFound', 404, 'unauthorized', false],
    ['InvalidApi.NotFound', 404, 'unauthorized', false],
    ['InvalidProtocol.NeedSsl', 404, 'unauthorized', false],
    ['InvalidTimeStamp.Expired', 400, 'unauthorized', false],
    ['InvalidTimeStamp.Format', 400, 'rejected', false],
    ['SignatureDoesNotMatch', 400, 'unauthorized', false],
    ['InvalidSecurityToken.Expired', 400, 'unauthorized', false],
    ['Forbidden.RAM', 403, 'unauthorized', false],
    ['OperationDenied.Suspended', 403, 'unauthorized', false],
    ['UserNotFound', 404, 'unauthorized', false],
  ])('%s with %d is %s, ambiguous %s', (code, status, failureClass, ambiguous) => {
    for (const operation of Object.values(operations)) {
      expect(ask(code, status, operation)).toMatchObject({
        class: failureClass,
        ambiguous,
        code,
        known: true,
        message: 'why',
      });
    }
  });

  it.each([
    ['NoSuchResource', 404, 'vodDeleteImage', 'missing', false],
    ['InvalidVideo.NotFound', 404, 'vodDeleteVideo', 'missing', false],
    ['ResourceNotFound', 404, 'iceDeleteMediaInfos', 'missing', false],
    ['VideoIdsExceededMax', 400, 'vodDeleteVideo', 'rejected', false],
    ['DeleteVideoFailed', 503, 'vodDeleteVideo', 'transient', true],
  ] as const)('%s with %d means something to %s alone', (code, status, owner, failureClass, ambiguous) => {
    for (const [name, operation] of Object.entries(operations)) {
      expect(ask(code, status, operation)).toMatchObject(
        name === owner
          ? { class: failureClass, ambiguous, known: true }
          : { class: 'transient', ambiguous: true, known: false },
      );
    }
  });

  it.each([
    [{}, undefined],
    [{ 'x-acs-retry-after': '1500' }, 1500],
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after': 'Fri, 20 Nov 2026 08:15:30 GMT' }, undefined],
    [{ 'x-ratelimit-user-api': 'Limit:1,Remain:0,TimeLeft:2000,Reset:1234' }, 2000],
    [
      {
        'x-ratelimit-user-api': 'Limit:1,Remain:0,TimeLeft:2000,Reset:1234',
        'x-ratelimit-user': 'Limit:1,Remain:0,TimeLeft:4000,Reset:1234',
      },
      4000,
    ],
    [{ 'x-acs-retry-after': '-5' }, undefined],
    [{ 'x-acs-retry-after': 'soon', 'retry-after': '1' }, 1000],
    [{ 'retry-after': '999999999' }, 3_600_000],
  ] as [Record<string, string>, number | undefined][])(
    'with %j a throttled answer asks for %s ms',
    (headers, ms) => {
      expect(ask('Throttling.User', 400, vodDeleteVideo, headers).retryAfter).toBe(ms);
      expect(ask('InternalError', 500, vodDeleteVideo, headers)).not.toHaveProperty('retryAfter');
    },
  );

  it('understands errors in XML where they say that they are', () => {
    const xml =
      '<?xml version="1.0"?><Error><RequestId>R</RequestId><HostId>h</HostId><Code>Throttling.User</Code><Message>a &amp; b</Message></Error>';
    const read = (body: string, type: string, status = 400) =>
      failureOf(
        vodDeleteVideo.interpret(
          reply(status, body, { 'content-type': type }),
          batchOf(vodDeleteVideo, ['a']),
        ),
      );
    expect(read(xml, 'text/xml;charset=utf-8')).toMatchObject({
      class: 'throttled',
      code: 'Throttling.User',
      requestId: 'R',
      message: 'a & b',
    });
    expect(read(xml, 'text/html')).toMatchObject({ code: 'unreadable' });
    expect(read('<Error><Code>Thro', 'text/xml')).toMatchObject({ class: 'transient', ambiguous: true });
    expect(read('<Error><RequestId>R</RequestId></Error>', 'text/xml', 200)).toMatchObject({
      code: 'unreadable',
    });
    expect(
      read('<DeleteVideoResponse><RequestId>R</RequestId></DeleteVideoResponse>', 'text/xml', 200),
    ).toMatchObject({ code: 'unreadable' });
  });

  it('accepts the lower-case spelling of the fields of an error', () => {
    const said = vodDeleteVideo.interpret(
      reply(403, { requestId: 'R', code: 'NoPermission', message: 'no' }),
      batchOf(vodDeleteVideo, ['a']),
    );
    expect(failureOf(said)).toMatchObject({ class: 'unauthorized', requestId: 'R', message: 'no' });
  });

  it('keeps the request id of the header where there is no body to read', () => {
    const said = vodDeleteVideo.interpret(
      reply(502, '<html>', { 'x-acs-request-id': 'H' }),
      batchOf(vodDeleteVideo, ['a']),
    );
    expect(failureOf(said)).toMatchObject({
      code: 'unreadable',
      requestId: 'H',
      message: expect.stringContaining('502') as string,
    });
  });
});
