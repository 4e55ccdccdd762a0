import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { acs3, rpcV1 } from './client.ts';
import { alibaba, setup } from './setup.ts';

const frozenNow = Date.parse('2026-11-20T08:15:30Z');
const minutes = 60_000;
const video = { VideoIds: 'v-1' };

describe('the gate of Alibaba', () => {
  it('refuses a nonce that a valid call used, under either signature', async () => {
    const { raw, emulator } = await setup();
    emulator.inventory({ DeleteVideo: { any: true } });
    expect((await raw(acs3('DeleteVideo', video, { nonce: 'n' }))).status).toBe(200);
    expect((await raw(acs3('DeleteVideo', { VideoIds: 'v-2' }, { nonce: 'n' }))).json).toMatchObject({
      Code: 'SignatureNonceUsed',
      Message: 'Specified signature nonce was used already.',
    });
    expect((await raw(rpcV1('DeleteVideo', { ...video, Format: 'JSON' }, { nonce: 'n' }))).json['Code']).toBe(
      'SignatureNonceUsed',
    );
    expect(emulator.calls().map(({ deleted }) => deleted)).toEqual([['v-1'], [], []]);
  });

  it('leaves a nonce unspent when the signature is wrong', async () => {
    const { raw } = await setup();
    const stranger = acs3('DeleteVideo', video, { nonce: 'n', secret: 'guessed' });
    expect((await raw(stranger)).json['Code']).toBe('SignatureDoesNotMatch');
    expect((await raw(acs3('DeleteVideo', video, { nonce: 'n' }))).json['Code']).toBe(
      'InvalidVideo.NotFound',
    );
  });

  it('remembers nonces by key', async () => {
    const { raw } = await setup({ accounts: [alibaba, { ...alibaba, name: 'b', accessKeyId: 'ak-2' }] });
    await raw(acs3('DeleteVideo', video, { nonce: 'n' }));
    expect((await raw(acs3('DeleteVideo', video, { nonce: 'n', keyId: 'ak-2' }))).json['Code']).toBe(
      'InvalidVideo.NotFound',
    );
  });

  it('remembers a nonce for 30 minutes', async () => {
    const clock = { ...systemClock, now: () => now };
    let now = frozenNow;
    const { raw } = await setup({ clock });
    const again = async (at: number) =>
      (await raw(acs3('DeleteVideo', video, { nonce: 'n', at }))).json['Code'];
    expect(await again(now + 15 * minutes)).toBe('InvalidVideo.NotFound');
    now += 30 * minutes;
    expect(await again(now - 15 * minutes)).toBe('SignatureNonceUsed');
    now += 1;
    expect(await again(now)).toBe('InvalidVideo.NotFound');
  });

  it.each([
    ['15 minutes behind', -15 * minutes, 'InvalidVideo.NotFound'],
    ['a second more than that', -15 * minutes - 1_000, 'InvalidTimeStamp.Expired'],
    ['15 minutes ahead', 15 * minutes, 'InvalidVideo.NotFound'],
    ['a second more than that', 15 * minutes + 1_000, 'InvalidTimeStamp.Expired'],
  ])('takes a date that is %s (%i ms) for %s', async (_, off, code) => {
    const { raw } = await setup({ frozenNow });
    const at = frozenNow + off;
    expect((await raw(acs3('DeleteVideo', video, { at }))).json['Code']).toBe(code);
    expect((await raw(rpcV1('DeleteVideo', { ...video, Format: 'JSON' }, { at }))).json['Code']).toBe(code);
  });

  it('says which string it signed', async () => {
    const { raw } = await setup();
    const v3 = await raw(acs3('DeleteVideo', video, { secret: 'wrong' }));
    expect(v3.status).toBe(400);
    expect(v3.json['Message']).toMatch(
      /^Specified signature does not match our calculation. server StringToSign is \[ACS3-HMAC-SHA256\n[0-9a-f]{64}\]$/,
    );
    const v1 = await raw(rpcV1('DeleteVideo', { ...video, Format: 'JSON' }, { secret: 'wrong' }));
    expect(v1.json['Message']).toMatch(
      /^Specified signature is not matched with our calculation. server string to sign is:GET&%2F&AccessKeyId%3D/,
    );
  });

  it('answers in the documented envelope', async () => {
    const { raw } = await setup();
    const { json, status, headers } = await raw(acs3('DeleteVideo', video, { keyId: 'nobody' }));
    expect(status).toBe(404);
    expect(headers['content-type']).toBe('application/json;charset=utf-8');
    expect(json).toEqual({
      RequestId: expect.stringMatching(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/) as string,
      HostId: 'vod.cn-shanghai.aliyuncs.com',
      Code: 'InvalidAccessKeyId.NotFound',
      Message: 'Specified access key is not found.',
      Recommend: `https://api.aliyun.com/troubleshoot?q=InvalidAccessKeyId.NotFound&product=vod&requestId=${String(json['RequestId'])}`,
    });
  });

  it('looks at action, key, token, date and signature in this order', async () => {
    const sts = { ...alibaba, securityToken: 'token' };
    const { raw } = await setup({ accounts: [sts], frozenNow });
    const code = async (action: string, signing: object) =>
      (await raw(acs3(action, video, signing))).json['Code'];
    const wrong = { secret: 'wrong', at: frozenNow + 20 * minutes };
    expect(await code('DeleteEverything', { ...wrong, keyId: 'nobody' })).toBe('InvalidAction.NotFound');
    expect(await code('DeleteVideo', { ...wrong, keyId: 'nobody' })).toBe('InvalidAccessKeyId.NotFound');
    expect(await code('DeleteVideo', wrong)).toBe('MissingSecurityToken');
    expect(await code('DeleteVideo', { ...wrong, securityToken: 'other' })).toBe(
      'InvalidSecurityToken.MismatchWithAccessKey',
    );
    expect(await code('DeleteVideo', { ...wrong, securityToken: 'token' })).toBe('InvalidTimeStamp.Expired');
    expect(await code('DeleteVideo', { secret: 'wrong', at: frozenNow, securityToken: 'token' })).toBe(
      'SignatureDoesNotMatch',
    );
    expect(await code('DeleteVideo', { at: frozenNow, securityToken: 'token' })).toBe(
      'InvalidVideo.NotFound',
    );
  });

  it('refuses a security token that the key does not have', async () => {
    const { v3 } = await setup();
    expect((await v3('DeleteVideo', video, { securityToken: 'token' })).json['Code']).toBe(
      'InvalidSecurityToken.MismatchWithAccessKey',
    );
  });

  it.each(['host', 'x-acs-date', 'x-acs-signature-nonce', 'x-acs-content-sha256'])(
    'refuses a request that does not sign %s',
    async (name) => {
      const { raw } = await setup();
      const request = acs3('DeleteVideo', video);
      const headers = request.headers.map(
        ([key, value]) =>
          [key, value.replace(/SignedHeaders=[^,]*/, (list) => list.replace(`${name};`, ''))] as const,
      );
      expect((await raw({ ...request, headers })).json['Code']).toBe('IncompleteSignature');
    },
  );

  it('refuses a body that differs from its signed digest', async () => {
    const { raw } = await setup();
    const request = acs3('DeleteVideo', video, { body: 'abc' });
    expect((await raw(request)).json['Code']).toBe('InvalidVideo.NotFound');
    expect((await raw({ ...acs3('DeleteVideo', video, { body: 'abc' }), body: 'abd' })).json['Code']).toBe(
      'SignatureDoesNotMatch',
    );
  });

  it('refuses a signed digest that is not the digest of the body', async () => {
    const { raw } = await setup();
    const lying = acs3('DeleteVideo', video, { body: 'abc', digest: '0'.repeat(64) });
    expect((await raw(lying)).json['Code']).toBe('SignatureDoesNotMatch');
  });

  it.each([
    ['without an action', { Action: '' }, 400, 'MissingAction'],
    ['without a version', { Version: '' }, 400, 'MissingVersion'],
    ['with an unknown version', { Version: '2000-01-01' }, 400, 'InvalidVersion'],
    ['with an action of another product', { Version: '2020-11-09' }, 404, 'InvalidAction.NotFound'],
    ['without a key', { AccessKeyId: '' }, 400, 'MissingAccessKeyId'],
    ['without a nonce', { SignatureNonce: '' }, 400, 'MissingSignatureNonce'],
    ['with another signature method', { SignatureMethod: 'HMAC-SHA256' }, 400, 'SignatureDoesNotMatch'],
    ['with a date that is none', { Timestamp: 'now' }, 400, 'InvalidTimeStamp.Format'],
  ])('refuses a V1 request %s', async (_, parameters, status, code) => {
    const { raw } = await setup();
    const answer = await raw(rpcV1('DeleteVideo', { ...video, Format: 'JSON', ...parameters }));
    expect([answer.status, answer.json['Code']]).toEqual([status, code]);
  });

  it('refuses other methods and paths', async () => {
    const { raw } = await setup();
    const request = acs3('DeleteVideo', video);
    expect((await raw({ ...request, method: 'PUT' })).json['Code']).toBe('UnsupportedHTTPMethod');
    expect((await raw({ ...request, path: '/v' })).json['Code']).toBe('InvalidAction.NotFound');
  });

  it('takes a plus for a plus in a query and for a space in a form', async () => {
    const { raw, last } = await setup();
    const plus = acs3('DeleteVideo', { VideoIds: 'a+b' });
    expect((await raw({ ...plus, rawQuery: plus.rawQuery.replace('%2B', '+') })).json['Code']).toBe(
      'InvalidVideo.NotFound',
    );
    expect(last().ids).toEqual(['a+b']);
    await raw(rpcV1('DeleteVideo', { VideoIds: 'a b+c', Format: 'JSON' }, { form: true }));
    expect(last()).toMatchObject({ ids: ['a b+c'], code: 'InvalidVideo.NotFound' });
  });
});
