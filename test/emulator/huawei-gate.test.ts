import { describe, expect, it } from 'vitest';
import { sdkHmac } from './client.ts';
import { huawei, setup } from './setup.ts';

const frozenNow = Date.parse('2026-11-20T08:15:30Z');
const minutes = 60_000;

describe('the gate of Huawei', () => {
  const tasks = { task_id: 't-1' };
  const text = (cause: string) => `Incorrect IAM authentication information: ${cause}`;

  it.each([
    ['15 minutes behind', -15 * minutes, 'VOD.10062'],
    ['a second more than that', -15 * minutes - 1_000, 'APIGW.0301'],
    ['15 minutes ahead', 15 * minutes, 'VOD.10062'],
    ['a second more than that', 15 * minutes + 1_000, 'APIGW.0301'],
  ])('takes a date that is %s (%i ms) for %s', async (_, off, code) => {
    const { thumbnails } = await setup({ frozenNow });
    expect((await thumbnails(tasks, { at: frozenNow + off })).json['error_code']).toBe(code);
  });

  it.each([
    ['a wrong secret', { secret: 'x' }, 'verify aksk signature fail, signature mismatch'],
    ['an unknown key', { keyId: 'x' }, 'verify aksk signature fail, access key not found'],
    [
      'a token of nobody',
      { securityToken: 'x' },
      'verify aksk signature fail, security token does not match the access key',
    ],
  ])('answers %s with 401 APIGW.0301', async (_, signing, cause) => {
    const { thumbnails } = await setup();
    const answer = await thumbnails(tasks, signing);
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({
      error_code: 'APIGW.0301',
      error_msg: text(cause),
      request_id: answer.headers['x-request-id'],
    });
  });

  it('asks temporary keys for their security token', async () => {
    const { thumbnails } = await setup({ accounts: [{ ...huawei, securityToken: 'temporary' }] });
    expect((await thumbnails(tasks)).json['error_code']).toBe('APIGW.0301');
    expect((await thumbnails(tasks, { securityToken: 'temporary' })).json['error_code']).toBe('VOD.10062');
  });

  it('accepts the token instead of a signature', async () => {
    const { raw, last } = await setup();
    const bare = (headers: [string, string][]) => ({
      ...sdkHmac('DELETE', tasks),
      headers: [['host', 'h'] as const, ...headers],
    });
    expect((await raw(bare([['X-Auth-Token', 'iam-token']]))).json['error_code']).toBe('VOD.10062');
    expect(last().account).toBe('hw-1');
    expect((await raw(bare([['X-Auth-Token', 'stale']]))).json['error_msg']).toBe(text('decrypt token fail'));
    expect((await raw(bare([]))).json['error_msg']).toBe(text('x-auth-token not found'));
  });

  it('accepts a replay: there is no nonce', async () => {
    const { raw, emulator } = await setup();
    emulator.inventory({ DeleteThumbnails: { any: true } });
    const request = sdkHmac('DELETE', tasks);
    expect((await raw(request)).status).toBe(200);
    expect((await raw(request)).json['error_code']).toBe('VOD.10062');
  });

  it('keeps an account to its project', async () => {
    const { raw } = await setup();
    const answer = await raw(sdkHmac('DELETE', tasks, { project: 'project-2' }));
    expect([answer.status, answer.json['error_code']]).toEqual([403, 'APIGW.0310']);
  });

  it('has no other paths or methods', async () => {
    const { raw } = await setup();
    for (const request of [sdkHmac('POST', tasks), { ...sdkHmac('DELETE', tasks), path: '/v1/p/asset' }]) {
      const answer = await raw(request);
      expect([answer.status, answer.json['error_code']]).toEqual([404, 'APIGW.0101']);
    }
  });

  it('refuses a list of signed headers without host or date', async () => {
    const { raw } = await setup();
    const request = sdkHmac('DELETE', tasks);
    for (const name of ['host;', ';x-sdk-date']) {
      const headers = request.headers.map(([key, value]) => [key, value.replace(name, '')] as const);
      expect((await raw({ ...request, headers })).json).toMatchObject({
        error_code: 'APIGW.0301',
        error_msg: text('verify aksk signature fail, authorization header is malformed'),
      });
    }
  });
});
