import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sdkHmac, signHuawei } from '../../../src/providers/huawei/signature.ts';
import { sha256, type HuaweiKeys } from '../../../src/providers/signing.ts';
import { pairsOf, vectors, type Vector } from '../world.ts';

/** The Node SDK's signer; it has no typed entry of its own. */
const { AKSKSigner } = createRequire(import.meta.url)(
  '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js',
) as {
  AKSKSigner: { sign(request: object, credential: object): Record<string, string> };
};

const captured = vectors('huawei-sdk-hmac-sha256');

const unsignedOf = ({ request }: Vector) => ({
  method: request.method,
  origin: `https://${request.headers['host'] ?? ''}`,
  path: request.path,
  query: pairsOf(request.rawQuery).reverse(),
  headers: {
    'content-type': 'application/json',
    'x-project-id': request.headers['x-project-id'] ?? '',
  },
});

const keysOf = ({ credentials }: Vector): HuaweiKeys => ({
  provider: 'huawei',
  accessKey: credentials['ak'] ?? '',
  secretKey: credentials['sk'] ?? '',
  ...(credentials['securityToken'] !== undefined && { securityToken: credentials['securityToken'] }),
});

/** `20261120T081530Z` */
const millis = (basic: string): number =>
  Date.parse(basic.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));

describe('signHuawei', () => {
  it.each(captured.map((vector) => [vector.name, vector] as const))('re-derives %s', (_, vector) => {
    const { headers } = vector.request;
    const signed = signHuawei(unsignedOf(vector), keysOf(vector), millis(headers['x-sdk-date'] ?? ''));
    const { accept: _accept, authorization, ...toSign } = signed.headers;
    expect(sdkHmac(unsignedOf(vector), toSign, vector.credentials['sk'] ?? '')).toEqual(vector.derivation);
    expect(authorization).toBe(headers['authorization']);
    expect(signed.path).toBe(`${vector.request.path}?${vector.request.rawQuery}`);
  });

  it("re-derives the hashed canonical request of the provider's page", () => {
    const { canonicalRequest } = sdkHmac(
      {
        method: 'GET',
        path: '/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs',
        query: [
          ['limit', '2'],
          ['marker', '13551d6b-755d-4757-b956-536f674975c0'],
        ],
      },
      {
        host: 'service.region.example.com',
        'content-type': 'application/json',
        'x-sdk-date': '20191115T033655Z',
      },
      'masked in the page',
    );
    expect(sha256(canonicalRequest)).toBe('b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a');
  });

  it('sends a token alone: no date, no signature', () => {
    const signed = signHuawei(unsignedOf(captured[0]!), { provider: 'huawei', token: 'MIIF…' }, 0);
    expect(signed.headers['x-auth-token']).toBe('MIIF…');
    expect(signed.headers).not.toHaveProperty('authorization');
    expect(signed.headers).not.toHaveProperty('x-sdk-date');
  });

  it("agrees with Huawei's AKSKSigner on 2,000 random requests", () => {
    const value = fc.string({ unit: 'binary', maxLength: 40 });
    const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/);
    const printable = fc.stringMatching(/^[!-~]{1,60}$/);
    fc.assert(
      fc.property(
        fc.constantFrom('GET' as const, 'DELETE' as const),
        fc.dictionary(word, fc.array(value, { minLength: 1, maxLength: 10 }), { maxKeys: 4 }),
        fc.domain(),
        fc.array(fc.stringMatching(/^[A-Za-z0-9._~-]{1,12}$/), { maxLength: 4 }),
        fc.record({ ak: printable, sk: printable, token: fc.option(printable), project: printable }),
        fc.integer({ min: 0, max: 253_402_300_799_000 }),
        (method, query, host, segments, { ak, sk, token, project }, at) => {
          const path = `/v1/${segments.join('/')}`;
          const signed = signHuawei(
            {
              method,
              origin: `https://${host}`,
              path,
              query: Object.entries(query).flatMap(([name, values]) => values.map((v) => [name, v] as const)),
              headers: { 'content-type': 'application/json', 'x-project-id': project },
            },
            {
              provider: 'huawei',
              accessKey: ak,
              secretKey: sk,
              ...(token !== null && { securityToken: token }),
            },
            at,
          );
          const theirs = AKSKSigner.sign(
            {
              method,
              endpoint: `https://${host}${path}`,
              queryParams: { ...query },
              headers: {
                'content-type': 'application/json',
                'x-project-id': project,
                'X-Sdk-Date': signed.headers['x-sdk-date'],
                ...(token !== null && { 'x-security-token': token }),
              },
            },
            { getAk: () => ak, getSk: () => sk },
          );
          expect(signed.headers['authorization']).toBe(theirs['Authorization']);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
