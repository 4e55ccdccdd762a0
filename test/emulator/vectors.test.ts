/** The vectors: requests captured from the vendors' SDKs (each names its version), replayed byte for byte. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { claimAcs3 } from '../../src/emulator/acs3.ts';
import type { EmulatorAccount } from '../../src/emulator/account.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import type { ReceivedRequest } from '../../src/emulator/request.ts';
import { claimRpcV1 } from '../../src/emulator/rpc-v1.ts';
import { enc, type RawRequest, send } from './client.ts';

interface Vector {
  name: string;
  signature: string;
  credentials: Record<string, string>;
  request: {
    method: string;
    path: string;
    rawQuery: string;
    headers: Record<string, string>;
    rawHeaderNames?: string[];
    body: string;
  };
}

interface VectorFile {
  frozenClock: string;
  vectors: Vector[];
}

const load = (file: string): VectorFile =>
  JSON.parse(
    readFileSync(new URL(`../fixtures/vectors/${file}.json`, import.meta.url), 'utf8'),
  ) as VectorFile;

const files = [
  'ali-v3-vod-delete-image',
  'ali-v3-vod-delete-video',
  'ali-v3-ice-delete-media-infos',
  'ali-v1-openapi-core',
  'ali-v1-pop-core',
  'huawei-sdk-hmac-sha256',
];
const captured = files.flatMap((file) => load(file).vectors);
const frozen = Date.parse(load(files[0]!).frozenClock);
/** Its X-Sdk-Date was given by the caller, 15 minutes and 30 seconds before the frozen clock. */
const early = 'explicit-x-sdk-date';

const accountsOf = (vectors: Vector[], secretSuffix = ''): EmulatorAccount[] => {
  const byKey = new Map<string, EmulatorAccount>();
  for (const { signature, credentials: c } of vectors) {
    const keyId = (c['accessKeyId'] ?? c['ak'])!;
    byKey.set(keyId, {
      name: keyId,
      provider: signature === 'SDK-HMAC-SHA256' ? 'huawei' : 'alibaba',
      accessKeyId: keyId,
      secret: (c['accessKeySecret'] ?? c['sk'])! + secretSuffix,
      ...(c['securityToken'] && { securityToken: c['securityToken'] }),
      ...(c['projectId'] && { projectId: c['projectId'] }),
      caps: {},
    });
  }
  return [...byKey.values()];
};

const rawOf = ({ request: r }: Vector): RawRequest => ({
  ...r,
  headers: r.rawHeaderNames!.map((name) => [name, r.headers[name.toLowerCase()]!] as const),
});

const start = (vector: Vector, secretSuffix?: string): Promise<Emulator> =>
  startEmulator({
    accounts: accountsOf(captured, secretSuffix),
    clock: systemClock,
    frozenNow: vector.name === early ? Date.parse('2026-11-20T08:00:00Z') : frozen,
  });

/** What became of it on an emulator that has forgotten all before: the code, or 'accepted'. */
async function fate(emulator: Emulator, request: RawRequest): Promise<string> {
  emulator.reset();
  emulator.inventory({ DeleteImage: { any: true }, DeleteVideo: { any: true } });
  emulator.inventory({ DeleteMediaInfos: { any: true }, DeleteThumbnails: { any: true } });
  await send(emulator.port, request);
  const call = emulator.calls().at(-1)!;
  return call.result === 'accepted' ? 'accepted' : call.code;
}

type Change = readonly [what: string, request: RawRequest, code: string];

const mismatch = (vector: Vector) =>
  vector.signature === 'SDK-HMAC-SHA256' ? 'APIGW.0301' : 'SignatureDoesNotMatch';

/** By parameter or header name; everything else is a mismatch. */
const codeOfAppended: Record<string, string> = {
  Action: 'InvalidAction.NotFound',
  'x-acs-action': 'InvalidAction.NotFound',
  Version: 'InvalidVersion',
  'x-acs-version': 'InvalidVersion',
  AccessKeyId: 'InvalidAccessKeyId.NotFound',
  Timestamp: 'InvalidTimeStamp.Format',
  'x-acs-date': 'InvalidTimeStamp.Format',
  SecurityToken: 'InvalidSecurityToken.MismatchWithAccessKey',
  'x-acs-security-token': 'InvalidSecurityToken.MismatchWithAccessKey',
};

const withBody = (request: RawRequest, body: string): RawRequest => ({
  ...request,
  body,
  headers: [
    ...request.headers.filter(([name]) => name.toLowerCase() !== 'content-length'),
    ['Content-Length', String(Buffer.byteLength(body))],
  ],
});

function* changesOf(vector: Vector): Generator<Change> {
  const request = rawOf(vector);
  const wrong = mismatch(vector);
  const form = request.rawQuery === '' && request.body !== '';
  const parts = (form ? request.body : request.rawQuery).split('&').filter(Boolean);
  const withParts = (changed: string[]): RawRequest =>
    form ? withBody(request, changed.join('&')) : { ...request, rawQuery: changed.join('&') };

  yield ['method', { ...request, method: request.method === 'GET' ? 'POST' : 'GET' }, wrong];
  yield ['a parameter more', withParts([...parts, 'Added=1']), wrong];
  for (const [i, part] of parts.entries()) {
    const [name = '', value = ''] = part.split('=').map(decodeURIComponent);
    const code = codeOfAppended[name] ?? wrong;
    yield [`parameter ${name}`, withParts(parts.with(i, `${enc(name)}=${enc(`${value}x`)}`)), code];
    if (name === 'Signature') continue;
    if (name === 'Timestamp') {
      yield ['a second', withParts(parts.with(i, `Timestamp=${enc('2026-11-20T08:15:31Z')}`)), wrong];
    }
    if (
      !['Action', 'Version', 'AccessKeyId', 'Timestamp', 'SignatureNonce', 'SecurityToken'].includes(name)
    ) {
      yield [`without ${name}`, withParts(parts.toSpliced(i, 1)), wrong];
    }
  }
  const signed = /SignedHeaders=([^,]*)/.exec(vector.request.headers['authorization'] ?? '')?.[1]?.split(';');
  for (const [i, [name, value]] of request.headers.entries()) {
    const lower = name.toLowerCase();
    if (!signed?.includes(lower)) continue;
    const change = (to: string): RawRequest => ({ ...request, headers: request.headers.with(i, [name, to]) });
    yield [`header ${lower}`, change(`${value}x`), codeOfAppended[lower] ?? wrong];
    if (lower.endsWith('-date'))
      yield ['a second', change(value.replace(/(\d)Z$/, (_, d) => `${9 - d}Z`)), wrong];
  }
  if (signed) yield ['body', withBody(request, 'x'), wrong];
  if (wrong === 'APIGW.0301') {
    yield ['project', { ...request, path: request.path.replace('/v1/0', '/v1/1') }, wrong];
  } else if (signed) {
    const more = [...request.headers, ['x-acs-unsigned', '1'] as const];
    yield ['an unsigned x-acs header', { ...request, headers: more }, 'IncompleteSignature'];
  }
}

describe.each(captured.map((vector) => [vector.name, vector] as const))('the captured %s', (name, vector) => {
  it('is accepted byte for byte', async () => {
    const emulator = await start(vector);
    expect(await fate(emulator, rawOf(vector))).toBe('accepted');
    await emulator.close();
  });

  it('is refused with the documented code when any signed value is changed', async () => {
    const emulator = await start(vector);
    const expected = [...changesOf(vector)];
    const got: [string, string][] = [];
    for (const [what, request] of expected) got.push([what, await fate(emulator, request)]);
    expect(expected.length).toBeGreaterThan(3);
    expect(got).toEqual(expected.map(([what, , code]) => [what, code]));
    await emulator.close();
  });

  it('is refused by a server that knows another key', async () => {
    const emulator = await start(vector, 'x');
    expect(await fate(emulator, rawOf(vector))).toBe(mismatch(vector));
    await emulator.close();
  });

  if (name === early) {
    it('is too old for the frozen clock of the others', async () => {
      const emulator = await start({ ...vector, name: '' });
      expect(await fate(emulator, rawOf(vector))).toBe('APIGW.0301');
      await emulator.close();
    });
  }
});

describe('the signatures printed in the pages', () => {
  it.each(load('doc-published').vectors.map((vector) => [vector.name, vector] as const))(
    '%s',
    (_, vector) => {
      const { request, credentials } = vector;
      const received: ReceivedRequest = {
        ...request,
        at: 0,
        headers: new Map(Object.entries(request.headers).map(([name, value]) => [name, [value]])),
        body: Buffer.from(request.body),
      };
      const claim = vector.signature.startsWith('ACS3') ? claimAcs3(received) : claimRpcV1(received);
      expect(claim.incomplete).toBeUndefined();
      expect(claim.mismatch(credentials['accessKeySecret']!)).toBeUndefined();
      expect(claim.mismatch('another')).toMatch(
        /string to sign is:GET&%2F&|StringToSign is \[ACS3-HMAC-SHA256\n/,
      );
    },
  );
});
