/**
 * What Alibaba Cloud's error codes mean. By code and never by HTTP status: the gateway answers 404 for an unknown
 * access key, and throttles with 400, 403, 429 and 503.
 *
 * Sources: ApsaraVideo VOD error codes and limits (AlibabaCloudDocs/vod, 2021), the RPC gateway's codes
 * (help.aliyun.com 48054), IMS service codes (help.aliyun.com 197855).
 */
import {
  ambiguous,
  codeTable,
  rejected,
  throttled,
  transient,
  unauthorized,
  type Meaning,
  type Row,
} from '../answer.ts';

export const rows: readonly Row[] = [
  [throttled, 'Throttling', 'Throttling.User', 'Throttling.Api', 'RequestsTooFrequent'],
  [transient, 'ServiceUnavailable'],
  // SignatureNonceUsed: an earlier copy of this very request reached the gateway.
  [ambiguous, 'InternalError', 'SignatureNonceUsed'],
  [
    rejected,
    'MissingParameter',
    'InvalidParameter',
    'InvalidVersion',
    'NoSuchVersion',
    'UnsupportedOperation',
    'UnsupportedHTTPMethod',
    'InvalidTimeStamp.Format',
    'ProjectNotFound',
  ],
  [
    unauthorized,
    // 404s that do not mean gone: wrong endpoint, wrong action, no such key.
    'InvalidAction.NotFound',
    'InvalidApi.NotFound',
    'InvalidProduct.NotFound',
    'InvalidProtocol.NeedSsl',
    'InvalidAccessKeyId.NotFound',
    'InvalidAccessKeyId.Inactive',
    'MissingAccessKeyId',
    'MissingSecurityToken',
    'InvalidSecurityToken.Expired',
    'InvalidSecurityToken.Malformed',
    'InvalidSecurityToken.MismatchWithAccessKey',
    'IncompleteSignature',
    'SignatureDoesNotMatch',
    // Our clock is more than 15 minutes off: no attempt can succeed until somebody sets it.
    'InvalidTimeStamp.Expired',
    'Forbidden',
    'Forbidden.RAM',
    'Forbidden.RiskControl',
    'Forbidden.UserVerification',
    'NoPermission',
    'OperationDenied',
    'OperationDenied.Suspended',
    'UserNotFound',
  ],
];

/** Codes that the pages document as families. */
const families: readonly (readonly [RegExp, Meaning])[] = [
  [/throttling/i, throttled],
  [/^InvalidParameter\./i, rejected],
  [/^Missing[A-Z]/, rejected],
];

const common = codeTable(rows);

/** The meaning of a code, an operation's own codes first; undefined for one that no page names. */
export const meaningOf = (code: string, own: (code: string) => Meaning | undefined): Meaning | undefined =>
  own(code) ?? common(code) ?? families.find(([pattern]) => pattern.test(code))?.[1];
