import { describe, expect, it } from 'vitest';
import { vodDeleteThumbnails } from '../../../src/providers/huawei/vod-delete-thumbnails.ts';
import { batchOf, failureOf, reply } from '../world.ts';

const ask = (body: object, status: number, headers: Record<string, string> = {}) =>
  failureOf(
    vodDeleteThumbnails.interpret(reply(status, body, headers), batchOf(vodDeleteThumbnails, ['a', 'b'])),
  );

describe("Huawei's error codes", () => {
  // From the service's and the gateway's error pages, with the status that goes with each.
  it.each([
    ['VOD.10062', 400, 'missing', false],
    ['VOD.10062', 403, 'missing', false],
    ['VOD.10053', 400, 'rejected', false],
    ['VOD.10081', 403, 'rejected', false],
    ['VST.10001', 400, 'rejected', false],
    ['VST.10002', 500, 'transient', false],
    ['VST.10004', 400, 'unauthorized', false],
    ['VOD.10051', 403, 'transient', true],
    ['VOD.10052', 403, 'transient', true],
    ['VOD.10054', 403, 'unauthorized', false],
    ['VOD.10060', 403, 'transient', false],
    ['VOD.10120', 403, 'unauthorized', false],
    ['VOD.10127', 403, 'throttled', false],
    ['VOD.10136', 403, 'transient', false],
    ['APIGW.0101', 404, 'unauthorized', false],
    ['APIG.0101', 404, 'unauthorized', false],
    ['APIGW.0103', 404, 'transient', false],
    ['APIGW.0201', 400, 'rejected', false],
    ['APIGW.0201', 414, 'rejected', false],
    ['APIGW.0201', 494, 'rejected', false],
    ['APIGW.0201', 502, 'transient', true],
    ['APIG.0201', 504, 'transient', true],
    ['APIGW.0301', 401, 'unauthorized', false],
    ['APIGW.0307', 401, 'unauthorized', false],
    ['APIGW.0308', 429, 'throttled', false],
    ['APIGW.0501', 405, 'unauthorized', false],
    ['APIGW.0601', 500, 'transient', true],
    ['APIGW.0602', 400, 'rejected', false],
    ['APIGW.0610', 502, 'transient', false],
  ])('%s with %d is %s, ambiguous %s', (code, status, failureClass, ambiguous) => {
    expect(ask({ error_code: code, error_msg: 'why' }, status)).toMatchObject({
      class: failureClass,
      ambiguous,
      code,
      known: true,
      message: 'why',
    });
  });

  it('never means all of several tasks by a missing one', () => {
    expect(vodDeleteThumbnails.missingMeans).toBe('split');
  });

  it('reads the other envelope and the request id of a gateway', () => {
    expect(ask({ error: { code: 'APIGW.0301', message: 'm' }, request_id: 'q' }, 401)).toMatchObject({
      class: 'unauthorized',
      message: 'm',
      requestId: 'q',
    });
  });

  it('takes a standard hint, and does not take the window of the policy for one', () => {
    const body = {
      error_code: 'APIGW.0308',
      error_msg:
        'The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 minute',
    };
    expect(ask(body, 429)).not.toHaveProperty('retryAfter');
    expect(ask(body, 429, { 'retry-after': '7' }).retryAfter).toBe(7000);
    expect(ask({ error_code: 'VOD.10051' }, 403, { 'retry-after': '7' })).not.toHaveProperty('retryAfter');
  });
});
