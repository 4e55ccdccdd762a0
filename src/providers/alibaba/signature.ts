/**
 * ACS3-HMAC-SHA256, the V3 signature of Alibaba Cloud (help.aliyun.com 2593177, "V3 request structure and
 * signature"; @alicloud/openapi-core 1.0.8 signs the same bytes). Every header that begins with `x-acs-` is
 * signed, and host and content-type; `accept`, `user-agent` and `content-length` are not.
 */
import type { UnsignedRequest } from '../operation.ts';
import {
  canonicalHeaders,
  canonicalQuery,
  hmacSha256,
  isoSeconds,
  pathWithQuery,
  sha256,
  type AlibabaCredentials,
  type Signature,
  type SignedRequest,
} from '../signing.ts';

const scheme = 'ACS3-HMAC-SHA256';
const emptyBody = sha256('');

/**
 * @param at milliseconds since 1970; the gateway refuses what is more than 15 minutes off
 * @param nonce new for each attempt: the gateway refuses one that it has seen (SignatureNonceUsed)
 */
export function signAlibaba(
  request: UnsignedRequest,
  credentials: AlibabaCredentials,
  at: number,
  nonce: string,
): SignedRequest {
  const headers = {
    ...request.headers,
    host: new URL(request.origin).host,
    'x-acs-date': isoSeconds(at),
    'x-acs-signature-nonce': nonce,
    'x-acs-content-sha256': emptyBody,
    ...(credentials.securityToken !== undefined && { 'x-acs-security-token': credentials.securityToken }),
  };
  const { signedHeaders, signature } = acs3(request, headers, credentials.accessKeySecret);
  return {
    method: request.method,
    origin: request.origin,
    path: pathWithQuery(request.path, canonicalQuery(request.query)),
    headers: {
      ...headers,
      accept: 'application/json',
      authorization: `${scheme} Credential=${credentials.accessKeyId},SignedHeaders=${signedHeaders},Signature=${signature}`,
    },
  };
}

/** The steps of the signature over a request without body whose headers are complete. */
export function acs3(
  request: Pick<UnsignedRequest, 'method' | 'path' | 'query'>,
  headers: Readonly<Record<string, string>>,
  secret: string,
): Signature {
  const signed = canonicalHeaders(
    Object.fromEntries(Object.entries(headers).filter(([name]) => isSigned(name))),
  );
  const canonicalRequest = [
    request.method,
    request.path,
    canonicalQuery(request.query),
    signed.lines,
    signed.names,
    emptyBody,
  ].join('\n');
  const stringToSign = `${scheme}\n${sha256(canonicalRequest)}`;
  return {
    canonicalRequest,
    stringToSign,
    signedHeaders: signed.names,
    signature: hmacSha256(secret, stringToSign),
  };
}

const isSigned = (name: string): boolean =>
  name.startsWith('x-acs-') || name === 'host' || name === 'content-type';
