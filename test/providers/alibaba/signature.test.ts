import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acs3, signAlibaba } from '../../../src/providers/alibaba/signature.ts';
import type { AlibabaCredentials } from '../../../src/providers/signing.ts';
import { pairsOf, vectors, type Vector } from '../world.ts';

/** The signer of the SDKs' common library. */
const { default: openApiUtil } = createRequire(import.meta.url)('@alicloud/openapi-util') as {
  default: {
    getAuthorization(request: object, algorithm: string, hash: string, id: string, secret: string): string;
  };
};

const captured = [
  ...vectors('ali-v3-vod-delete-image'),
  ...vectors('ali-v3-vod-delete-video'),
  ...vectors('ali-v3-ice-delete-media-infos'),
  ...vectors('doc-published').filter(({ name }) => name === 'ali-v3-ecs-doc'),
];

const unsignedOf = ({ request }: Vector) => ({
  method: request.method,
  origin: `https://${request.headers['host'] ?? ''}`,
  path: request.path,
  query: pairsOf(request.rawQuery),
  // Everything that the signer does not add by itself: action, version, the SDK's own marks.
  headers: Object.fromEntries(
    Object.entries(request.headers).filter(
      ([name]) =>
        name.startsWith('x-acs-') && !/-(?:date|signature-nonce|content-sha256|security-token)$/.test(name),
    ),
  ),
});

const credentialsOf = ({ credentials }: Vector): AlibabaCredentials => ({
  provider: 'alibaba',
  accessKeyId: credentials['accessKeyId'] ?? '',
  accessKeySecret: credentials['accessKeySecret'] ?? '',
});

describe('signAlibaba', () => {
  it.each(captured.map((vector) => [vector.name, vector] as const))('re-derives %s', (_, vector) => {
    const { headers } = vector.request;
    const at = Date.parse(headers['x-acs-date'] ?? '') + 123;
    const signed = signAlibaba(
      unsignedOf(vector),
      credentialsOf(vector),
      at,
      headers['x-acs-signature-nonce'] ?? '',
    );
    const steps = acs3(
      unsignedOf(vector),
      { ...signed.headers },
      vector.credentials['accessKeySecret'] ?? '',
    );
    expect(steps).toEqual({
      canonicalRequest: vector.derivation.canonicalRequest,
      stringToSign: vector.derivation.stringToSign,
      signedHeaders: vector.derivation.signedHeaders,
      signature: vector.derivation.signature,
    });
    expect(signed.headers['authorization']).toBe(headers['authorization']);
    expect(signed.path).toBe(
      `/${steps.canonicalRequest.split('\n')[2] ? '?' : ''}${steps.canonicalRequest.split('\n')[2] ?? ''}`,
    );
  });

  it('covers all captured requests', () => {
    expect(captured).toHaveLength(24);
  });

  const value = fc.string({ unit: 'binary', maxLength: 60 });
  const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,20}$/);
  const printable = fc.stringMatching(/^[!-~]{1,60}$/);

  it('agrees with @alicloud/openapi-util on 2,000 random requests', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('GET' as const, 'POST' as const),
        fc.dictionary(word, value, { maxKeys: 6, noNullPrototype: true }),
        fc.domain(),
        fc.record({ action: word, id: printable, secret: printable, token: fc.option(printable) }),
        fc.integer({ min: 0, max: 4_102_444_800_000 }),
        fc.stringMatching(/^[0-9a-f]{32}$/),
        (method, query, host, { action, id, secret, token }, at, nonce) => {
          const signed = signAlibaba(
            {
              method,
              origin: `https://${host}`,
              path: '/',
              query: Object.entries(query),
              headers: { 'x-acs-action': action, 'x-acs-version': '2017-03-21' },
            },
            {
              provider: 'alibaba',
              accessKeyId: id,
              accessKeySecret: secret,
              ...(token !== null && { securityToken: token }),
            },
            at,
            nonce,
          );
          const { authorization, ...headers } = signed.headers;
          const theirs = openApiUtil.getAuthorization(
            { method, pathname: '/', query, headers },
            'ACS3-HMAC-SHA256',
            headers['x-acs-content-sha256']!,
            id,
            secret,
          );
          expect(authorization).toBe(theirs);
          expect(Object.fromEntries(pairsOf(signed.path.split('?')[1] ?? ''))).toEqual(query);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('signs the security token of temporary credentials', () => {
    const [first] = captured;
    const signed = signAlibaba(
      unsignedOf(first!),
      { ...credentialsOf(first!), securityToken: 'CAIS+/token==' },
      0,
      'n',
    );
    expect(signed.headers['x-acs-security-token']).toBe('CAIS+/token==');
    expect(signed.headers['authorization']).toContain('x-acs-security-token');
  });
});
