import type { Claim } from './claim.ts';
import { hmacSha1Base64 } from './digest.ts';
import {
  canonicalQuery,
  formPairs,
  parsePairs,
  percentEncode,
  type ReceivedRequest,
  valueOf,
} from './request.ts';

// In the order in which they are missed.
const needed = ['AccessKeyId', 'Signature', 'Timestamp', 'SignatureNonce'];

/**
 * Alibaba's RPC signature, version 1.0 (HMAC-SHA1; ApsaraVideo VOD "Signature method", 2021). Query and form
 * parameters are one set; no header takes part. The answer is XML unless `Format` asks for JSON in any case.
 */
export function claimRpcV1(request: ReceivedRequest): Claim {
  const all = [...parsePairs(request.rawQuery, 'query'), ...formPairs(request)];
  const parameters = all.filter(([name]) => name !== 'Signature');
  const of = (name: string) => valueOf(all, name) ?? '';
  const missing = needed.find((name) => of(name) === '');
  return {
    keyId: of('AccessKeyId'),
    action: of('Action'),
    version: of('Version'),
    date: of('Timestamp'),
    nonce: of('SignatureNonce'),
    securityToken: valueOf(all, 'SecurityToken'),
    parameters,
    format: of('Format').toUpperCase() === 'JSON' ? 'json' : 'xml',
    incomplete: missing && `Missing${missing}`,
    mismatch(secret) {
      const text = `${request.method}&%2F&${percentEncode(canonicalQuery(parameters))}`;
      const right =
        of('SignatureMethod') === 'HMAC-SHA1' &&
        of('SignatureVersion') === '1.0' &&
        hmacSha1Base64(`${secret}&`, text) === of('Signature');
      return right
        ? undefined
        : `Specified signature is not matched with our calculation. server string to sign is:${text}`;
    },
  };
}
