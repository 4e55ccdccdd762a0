/** A client of the emulator's tests: raw requests over a socket, signed by a third, minimal reading of the pages. */
import { createHash, createHmac } from 'node:crypto';
import { connect } from 'node:net';

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Bytes that the header promised but did not come. */
  readonly lacking: number;
}

/** One request on a connection of its own. Rejects with the socket's error, `ECONNRESET` for one. */
export function send(port: number, request: RawRequest): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = Buffer.alloc(0);
    socket.on('connect', () => socket.write(bytesOf(request)));
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const reply = parse(received);
      if (reply?.lacking === 0) {
        socket.destroy();
        resolve(reply);
      }
    });
    socket.on('close', () => {
      const reply = parse(received);
      if (reply) resolve(reply);
      else reject(new Error('closed without an answer'));
    });
  });
}

export const bytesOf = ({ method, path, rawQuery, headers, body }: RawRequest): Buffer =>
  Buffer.from(
    `${method} ${path}${rawQuery && '?'}${rawQuery} HTTP/1.1\r\n` +
      `${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );

function parse(received: Buffer): RawReply | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = received.toString('utf8', 0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  const body = received.subarray(end + 4);
  return {
    status: Number(first.split(' ')[1]),
    headers,
    body: body.toString('utf8'),
    lacking: Number(headers['content-length'] ?? 0) - body.length,
  };
}

export const enc = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

type Query = Readonly<Record<string, string | readonly string[]>>;

const query = (parameters: Query): string =>
  Object.entries(parameters)
    .flatMap(([name, value]) =>
      [value]
        .flat()
        .toSorted()
        .map((one) => [name, one] as const),
    )
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${enc(name)}=${enc(value)}`)
    .join('&');

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex');

/** `2026-11-20T08:15:30Z` */
export const iso = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');

export interface Signing {
  readonly keyId?: string;
  readonly secret?: string;
  readonly at?: number;
  readonly nonce?: string;
  readonly securityToken?: string;
  readonly body?: string;
  /** What x-acs-content-sha256 claims; the truth if left out. */
  readonly digest?: string;
  readonly contentType?: string;
}

let nonces = 0;

export const versionOf = (action: string): string => (action.includes('Media') ? '2020-11-09' : '2017-03-21');

/** V3, POST with everything in the query, as the vendor's SDK does it. */
export function acs3(action: string, parameters: Query, signing: Signing = {}): RawRequest {
  const { keyId = 'ak-1', secret = 'sk-1', at = Date.now(), body = '', securityToken } = signing;
  const signed: [string, string][] = [
    ['host', 'vod.cn-shanghai.aliyuncs.com'],
    ['x-acs-action', action],
    ['x-acs-content-sha256', signing.digest ?? sha256(body)],
    ['x-acs-date', iso(at)],
    ...(securityToken === undefined ? [] : ([['x-acs-security-token', securityToken]] as [string, string][])),
    ['x-acs-signature-nonce', signing.nonce ?? `nonce-${nonces++}`],
    ['x-acs-version', versionOf(action)],
  ];
  const names = signed.map(([name]) => name).join(';');
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join('');
  const canonical = ['POST', '/', query(parameters), lines, names, sha256(body)].join('\n');
  const signature = hmac(secret, `ACS3-HMAC-SHA256\n${sha256(canonical)}`);
  return {
    method: 'POST',
    path: '/',
    rawQuery: query(parameters),
    headers: [
      ...signed,
      ['authorization', `ACS3-HMAC-SHA256 Credential=${keyId},SignedHeaders=${names},Signature=${signature}`],
      ...(signing.contentType ? ([['content-type', signing.contentType]] as [string, string][]) : []),
      ['content-length', String(Buffer.byteLength(body))],
    ],
    body,
  };
}

/** RPC V1: `form` puts everything into the body, spaces as `+`, as forms do. */
export function rpcV1(
  action: string,
  given: Readonly<Record<string, string>>,
  signing: Signing & { method?: 'GET' | 'POST'; form?: boolean } = {},
): RawRequest {
  const {
    keyId = 'ak-1',
    secret = 'sk-1',
    at = Date.now(),
    form = false,
    method = form ? 'POST' : 'GET',
  } = signing;
  const parameters: Record<string, string> = {
    Action: action,
    Version: versionOf(action),
    AccessKeyId: keyId,
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: signing.nonce ?? `nonce-${nonces++}`,
    Timestamp: iso(at),
    ...(signing.securityToken !== undefined && { SecurityToken: signing.securityToken }),
    ...given,
  };
  const text = `${method}&%2F&${enc(query(parameters))}`;
  const signature = createHmac('sha1', `${secret}&`).update(text).digest('base64');
  const all = `${query(parameters)}&Signature=${enc(signature)}`;
  const body = form ? all.replaceAll('%20', '+') : '';
  return {
    method,
    path: '/',
    rawQuery: form ? '' : all,
    headers: [
      ['host', 'vod.cn-shanghai.aliyuncs.com'],
      ...(form ? ([['content-type', 'application/x-www-form-urlencoded']] as const) : []),
      ['content-length', String(Buffer.byteLength(body))],
    ],
    body,
  };
}

export const project = 'project-1';

/** SDK-HMAC-SHA256 with the two headers that a minimal client signs. */
export function sdkHmac(
  method: 'DELETE' | 'GET' | 'POST',
  parameters: Query,
  signing: Signing & { project?: string } = {},
): RawRequest {
  const { keyId = 'hw-1', secret = 'hs-1', at = Date.now(), securityToken } = signing;
  const path = `/v1/${signing.project ?? project}/asset/thumbnails`;
  const date = iso(at).replace(/[-:]/g, '');
  const lines = `host:vod.cn-north-4.myhuaweicloud.com\nx-sdk-date:${date}\n`;
  const canonical = [method, `${path}/`, query(parameters), lines, 'host;x-sdk-date', sha256('')].join('\n');
  const signature = hmac(secret, `SDK-HMAC-SHA256\n${date}\n${sha256(canonical)}`);
  return {
    method,
    path,
    rawQuery: query(parameters),
    headers: [
      ['host', 'vod.cn-north-4.myhuaweicloud.com'],
      ['X-Sdk-Date', date],
      ...(securityToken === undefined ? [] : ([['X-Security-Token', securityToken]] as const)),
      [
        'Authorization',
        `SDK-HMAC-SHA256 Access=${keyId}, SignedHeaders=host;x-sdk-date, Signature=${signature}`,
      ],
    ],
    body: '',
  };
}
