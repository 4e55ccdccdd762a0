import type { Claim } from './claim.ts';
import { hmacSha256, sha256 } from './digest.ts';
import {
  canonicalQuery,
  formPairs,
  headerOf,
  parsePairs,
  percentDecode,
  percentEncode,
  type ReceivedRequest,
} from './request.ts';

// The vendor writes commas without spaces here; a client that adds some is not let through.
const authorization = /^ACS3-HMAC-SHA256 Credential=([^,]*),SignedHeaders=([^,]*),Signature=([^,]*)$/;
const needed = ['x-acs-content-sha256', 'x-acs-date', 'x-acs-signature-nonce'];

/**
 * Alibaba's ACS3-HMAC-SHA256 ("V3 request structure and signature", help.aliyun.com 2593177). Signed are the
 * headers that the request lists; `host` and every `x-acs-*` header present have to be among them.
 */
export function claimAcs3(request: ReceivedRequest): Claim {
  const [, keyId = '', list = '', signature = ''] =
    authorization.exec(headerOf(request, 'authorization') ?? '') ?? [];
  const signed = list.split(';');
  const unsigned = [...request.headers.keys()].some(
    (name) => (name === 'host' || name.startsWith('x-acs-')) && !signed.includes(name),
  );
  const lacking = needed.some((name) => !request.headers.has(name)) || !request.headers.has('host');
  const query = parsePairs(request.rawQuery, 'query');
  const payload = sha256(request.body);

  function stringToSign(): string {
    // Sorted here whatever the client's order: a list out of order is a wrong signature.
    const names = [...signed].sort();
    const lines = names.map((name) => `${name}:${signedValue(request, name)}\n`);
    const uri = request.path.split('/').map(percentDecode).map(percentEncode).join('/');
    const canonical = [request.method, uri, canonicalQuery(query), lines.join(''), names.join(';'), payload];
    return `ACS3-HMAC-SHA256\n${sha256(canonical.join('\n'))}`;
  }

  return {
    keyId,
    action: headerOf(request, 'x-acs-action') ?? '',
    version: headerOf(request, 'x-acs-version') ?? '',
    date: headerOf(request, 'x-acs-date') ?? '',
    nonce: headerOf(request, 'x-acs-signature-nonce') ?? '',
    securityToken: headerOf(request, 'x-acs-security-token'),
    parameters: [...query, ...formPairs(request)],
    format: 'json',
    incomplete: signature === '' || unsigned || lacking ? 'IncompleteSignature' : undefined,
    mismatch(secret) {
      const text = stringToSign();
      // The header is signed as sent, so a body that differs from it would otherwise pass.
      const right =
        headerOf(request, 'x-acs-content-sha256') === payload && hmacSha256(secret, text) === signature;
      return right
        ? undefined
        : `Specified signature does not match our calculation. server StringToSign is [${text}]`;
    },
  };
}

const signedValue = (request: ReceivedRequest, name: string): string =>
  [...(request.headers.get(name) ?? [])]
    .map((value) => value.trim())
    .sort()
    .join(',');
