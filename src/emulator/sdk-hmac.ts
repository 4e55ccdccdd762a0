import { hmacSha256, sha256 } from './digest.ts';
import {
  canonicalQuery,
  headerOf,
  parsePairs,
  percentDecode,
  percentEncode,
  type ReceivedRequest,
} from './request.ts';

// The vendor's SDKs write these commas with a space.
const authorization = /^SDK-HMAC-SHA256 Access=([^,]*), SignedHeaders=([^,]*), Signature=([^,]*)$/;

/** Huawei's SDK-HMAC-SHA256 (API Gateway "AK/SK Signing and Authentication", 2021) as a request bears it. */
export interface SdkHmac {
  readonly keyId: string;
  /** `YYYYMMDDThhmmssZ`, if it is well-formed. */
  readonly date: string;
  matches(secret: string): boolean;
}

/** Undefined if the header is not of this scheme or does not list at least `host` and `x-sdk-date`. */
export function readSdkHmac(request: ReceivedRequest): SdkHmac | undefined {
  const [, keyId = '', list = '', signature = ''] =
    authorization.exec(headerOf(request, 'authorization') ?? '') ?? [];
  const names = list.split(';').sort();
  const date = headerOf(request, 'x-sdk-date') ?? '';
  if (!names.includes('host') || !names.includes('x-sdk-date')) return undefined;
  return {
    keyId,
    date,
    matches(secret) {
      const said = headerOf(request, 'x-sdk-content-sha256');
      const payload = said === 'UNSIGNED-PAYLOAD' ? said : sha256(request.body);
      if (said !== undefined && said !== payload) return false;
      const uri = request.path.split('/').map(percentDecode).map(percentEncode).join('/');
      const canonical = [
        request.method,
        // The trailing slash stands in the canonical form only.
        uri.endsWith('/') ? uri : `${uri}/`,
        canonicalQuery(parsePairs(request.rawQuery, 'query')),
        names.map((name) => `${name}:${headerOf(request, name) ?? ''}\n`).join(''),
        names.join(';'),
        payload,
      ];
      const stringToSign = `SDK-HMAC-SHA256\n${date}\n${sha256(canonical.join('\n'))}`;
      return hmacSha256(secret, stringToSign) === signature;
    },
  };
}
