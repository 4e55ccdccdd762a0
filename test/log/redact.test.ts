import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSecretName, redact, redactText, withoutPassword } from '../../src/redact.ts';

const secret = 'hunter2hunter2';
const cyclic: Record<string, unknown> = { password: secret, name: 'me' };
cyclic['self'] = [cyclic];
const throwing = Object.defineProperty({}, 'x', {
  enumerable: true,
  get: () => {
    throw new Error(secret);
  },
});

describe('redact', () => {
  it.each([
    [
      { a: { b: { c: { d: { accessKeySecret: secret } } } } },
      { a: { b: { c: { d: { accessKeySecret: '***' } } } } },
    ],
    [
      { 'X-Acs-Security-Token': secret, X_AUTH_TOKEN: 7 },
      { 'X-Acs-Security-Token': '***', X_AUTH_TOKEN: '***' },
    ],
    [
      { token: { nested: secret }, cookie: [secret] },
      { token: '***', cookie: '***' },
    ],
    [
      [
        ['authorization', secret],
        ['host', 'h'],
      ],
      [
        ['authorization', '***'],
        ['host', 'h'],
      ],
    ],
    [
      ['Authorization', secret, 'host', 'h'],
      ['Authorization', '***', 'host', 'h'],
    ],
    [
      [Buffer.from('Cookie'), Buffer.from(secret)],
      ['[6 bytes]', '***'],
    ],
    [[{ name: 'X-Auth-Token', value: secret }], [{ name: 'X-Auth-Token', value: '***' }]],
    [
      new Map<string, unknown>([
        ['signingKey', secret],
        ['n', 1],
      ]),
      { signingKey: '***', n: 1 },
    ],
    [new Headers({ authorization: secret, host: 'h' }), { authorization: '***', host: 'h' }],
    [new Set([`redis://u:${secret}@h`]), ['redis://u:***@h']],
    [new URL(`https://u:${secret}@h/p`), 'https://u:***@h/p'],
    [cyclic, { password: '***', name: 'me', self: ['[cyclic]'] }],
    [throwing, '[unreadable]'],
    [
      { at: new Date(0), big: 1n, none: undefined, f: () => 0, nil: null },
      { at: '1970-01-01T00:00:00.000Z', big: '1', nil: null },
    ],
    [
      { tokens: 5, tokenFile: '/t', accessKeyId: 'LTAI', signatureNonce: 'n' },
      { tokens: 5, tokenFile: '/t', accessKeyId: 'LTAI', signatureNonce: 'n' },
    ],
  ])('makes plain data without secrets (%#)', (input, expected) => expect(redact(input)).toEqual(expected));

  it('shows the same object twice where it is no cycle', () => {
    const shared = { n: 1 };
    expect(redact([shared, shared])).toEqual([shared, shared]);
  });

  it('reads errors with their causes and own fields', () => {
    const err = Object.assign(
      new TypeError(`at redis://u:${secret}@h`, { cause: new Error(`Bearer ${secret}`) }),
      {
        code: 'E',
        config: { headers: { Authorization: secret } },
      },
    );
    const shown = redact({ err });
    expect(shown).toMatchObject({ err: { type: 'TypeError', code: 'E', cause: { type: 'Error' } } });
    expect(JSON.stringify(shown)).not.toContain(secret);
  });

  it('ends on endless structures', () => {
    let deep: unknown = secret;
    for (let n = 0; n < 100_000; n++) deep = { deep };
    expect(JSON.stringify(redact(deep))).toContain('[too deep]');
  });

  it('lets no configured secret through, wherever in whatever it stands', () => {
    const around = fc.anything({ withMap: true, withSet: true, withDate: true, withNullPrototype: true });
    fc.assert(
      fc.property(around, fc.string(), fc.string(), (thing, before, after) => {
        const text = `${before}${secret}${after}`;
        const shown = redact({ thing, list: [text, new Map([[text, { text }]])], [text]: new Error(text) }, [
          secret,
        ]);
        expect(JSON.stringify(shown)).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });
});

describe('withoutPassword', () => {
  it.each([
    ['postgres://ann:hunter2@h:5432/d', 'postgres://ann:***@h:5432/d'],
    ['postgresql://ann:a:b@c@h/d?sslmode=require', 'postgresql://ann:***@h/d?sslmode=require'],
    ['postgres://:hunter2@h/d', 'postgres://:***@h/d'],
    ['postgres://ann:a/b?c#d@h/d', 'postgres://ann:***@h/d'],
    ['postgres://ann:a%40b%2Fc@h/d', 'postgres://ann:***@h/d'],
    [
      'postgres://h/d?user=ann&password=hunter2&application_name=x',
      'postgres://h/d?user=ann&password=***&application_name=x',
    ],
    ['postgres://ann@h/d?sslpassword=hunter2', 'postgres://ann@h/d?sslpassword=***'],
    ['redis://:x@h:6379', 'redis://:***@h:6379'],
  ])('tells %s as %s', (url, shown) => expect(withoutPassword(url)).toBe(shown));

  it.each([
    'file:/data/ledger.db',
    'file:./a:b@c/ledger.db',
    'postgres://ann@h:5432/d',
    'postgres://h:5432/d',
  ])('leaves %s as it is', (url) => expect(withoutPassword(url)).toBe(url));

  it('never tells a password, however it is written', () => {
    const password = fc.string({ minLength: 1 }).map((text) => `<${text}>`);
    fc.assert(
      fc.property(password, (text) => {
        expect(withoutPassword(`postgres://ann:${text}@h/d`)).toBe('postgres://ann:***@h/d');
        expect(withoutPassword(`postgres://ann:${encodeURIComponent(text.toWellFormed())}@h/d`)).toBe(
          'postgres://ann:***@h/d',
        );
      }),
    );
  });
});

describe('redactText', () => {
  it.each([
    ['postgres://u:p:a@ss@h/d?x=1', 'postgres://u:***@h/d?x=1'],
    ['redis://:pw@h:1 and https://h:1/p', 'redis://:***@h:1 and https://h:1/p'],
    [
      '?AccessKeyId=id&Signature=abc%3D&SecurityToken=t&SignatureNonce=n',
      '?AccessKeyId=id&Signature=***&SecurityToken=***&SignatureNonce=n',
    ],
    [
      'ACS3-HMAC-SHA256 Credential=id,SignedHeaders=a;b,Signature=0af',
      'ACS3-HMAC-SHA256 Credential=id,SignedHeaders=a;b,Signature=***',
    ],
    ['{"secretKey":"abc","n":1}', '{"secretKey":"***","n":1}'],
    ['x-auth-token: abc def', 'x-auth-token: *** def'],
    ['Authorization: Bearer a.b-c', 'Authorization: Bearer ***'],
    ['a plain text about tokens, 12:30', 'a plain text about tokens, 12:30'],
  ])('%s', (text, shown) => expect(redactText(text)).toBe(shown));

  it('hides a secret in its percent-encoding too, and leaves short ones to their names', () => {
    expect(redactText('k=se%2Fcret%3D', ['se/cret='])).toBe('k=***');
    expect(redactText('ab', ['a'])).toBe('ab');
  });

  it('takes time in proportion to the text', () => {
    const started = performance.now();
    for (const text of ['a-', 'a.', 'token ', 'a://', '":', 'bearer '])
      redactText(text.repeat(256_000 / text.length));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('isSecretName', () => {
  it.each([
    'password',
    'Proxy-Authorization',
    'set-cookie',
    'apiKey',
    'EXPUNGE_API_KEY',
    'huawei_secret_key',
    'sessionToken',
  ])('knows %s', (name) => expect(isSecretName(name)).toBe(true));
  it.each(['accessKey', 'key', 'tokens', 'secretKeyFile', 'author'])('lets %s pass', (name) =>
    expect(isSecretName(name)).toBe(false),
  );
});
