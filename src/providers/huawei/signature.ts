/**
 * How Huawei Cloud knows who calls: SDK-HMAC-SHA256 with keys (support.huaweicloud.com, "AK/SK signing"; the
 * Node SDK's AKSKSigner 3.1.211 signs the same bytes), or an IAM token in X-Auth-Token. There is no nonce: a
 * copy of a request is good for 15 minutes by the provider's design.
 */
import type { UnsignedRequest } from '../operation.ts';
import {
  canonicalHeaders,
  canonicalQuery,
  enc,
  hmacSha256,
  isoSeconds,
  pathWithQuery,
  sha256,
  type HuaweiCredentials,
  type Signature,
  type SignedRequest,
} from '../signing.ts';

const scheme = 'SDK-HMAC-SHA256';
const emptyBody = sha256('');

/** @param at milliseconds since 1970; the gateway refuses what is more than 15 minutes off */
export function signHuawei(
  request: UnsignedRequest,
  credentials: HuaweiCredentials,
  at: number,
): SignedRequest {
  const plain = { ...request.headers, host: new URL(request.origin).host };
  const wire = {
    method: request.method,
    origin: request.origin,
    path: pathWithQuery(request.path, canonicalQuery(request.query)),
  };
  if ('token' in credentials) {
    return { ...wire, headers: { ...plain, accept: 'application/json', 'x-auth-token': credentials.token } };
  }
  const headers = {
    ...plain,
    'x-sdk-date': isoSeconds(at).replace(/[-:]/g, ''),
    ...(credentials.securityToken !== undefined && { 'x-security-token': credentials.securityToken }),
  };
  const { signedHeaders, signature } = sdkHmac(request, headers, credentials.secretKey);
  return {
    ...wire,
    headers: {
      ...headers,
      accept: 'application/json',
      authorization: `${scheme} Access=${credentials.accessKey}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    },
  };
}

/** The steps of the signature over a request without body; all of `headers` are signed. */
export function sdkHmac(
  request: Pick<UnsignedRequest, 'method' | 'path' | 'query'>,
  headers: Readonly<Record<string, string>>,
  secret: string,
): Signature {
  const { lines, names } = canonicalHeaders(headers);
  // The canonical path ends in a slash that the wire does not carry.
  const path = request.path.split('/').map(enc).join('/').replace(/\/?$/, '/');
  const canonicalRequest = [
    request.method,
    path,
    canonicalQuery(request.query),
    lines,
    names,
    emptyBody,
  ].join('\n');
  const stringToSign = `${scheme}\n${headers['x-sdk-date'] ?? ''}\n${sha256(canonicalRequest)}`;
  return {
    canonicalRequest,
    stringToSign,
    signedHeaders: names,
    signature: hmacSha256(secret, stringToSign),
  };
}
