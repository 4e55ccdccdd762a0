/**
 * What Huawei Cloud's error codes mean. By code and never by HTTP status: the service answers its own internal
 * errors with 403.
 *
 * Sources: VOD API reference, "Error Codes" (support.huaweicloud.com, 2021 to 2026), API Gateway error codes
 * (huaweicloudDocs/apig, 2021). Dedicated gateways write `APIG.` for `APIGW.`, with the same numbers.
 */
import {
  ambiguous,
  codeTable,
  missing,
  rejected,
  throttled,
  transient,
  unauthorized,
  type Meaning,
  type Row,
} from '../answer.ts';

export const rows: readonly Row[] = [
  // One asset or task of the call doesn't exist; which one is not said.
  [missing, 'VOD.10062'],
  [throttled, 'VOD.10127', 'APIGW.0308'],
  [
    transient,
    // The asset is in the wrong state: still being transcoded, reviewed or captured.
    'VOD.10060',
    'VOD.10061',
    'VOD.10083',
    'VOD.10099',
    'VOD.10136',
    'VST.10002',
    'APIGW.0103',
    'APIGW.0610',
    'APIGW.0613',
  ],
  [ambiguous, 'VOD.10051', 'VOD.10052', 'APIGW.0601', 'APIGW.0605', 'APIGW.0606', 'APIGW.0608', 'APIGW.0705'],
  [rejected, 'VOD.10053', 'VOD.10058', 'VOD.10059', 'VOD.10081', 'VST.10001', 'APIGW.0602', 'APIGW.0607'],
  [
    unauthorized,
    'VOD.10054',
    'VOD.10055',
    'VOD.10056',
    'VOD.10057',
    'VOD.10074',
    'VOD.10111',
    'VOD.10120',
    'VOD.10132',
    'VOD.10133',
    'VOD.10138',
    'VST.10004',
    // A 404 that does not mean gone: no such API here.
    'APIGW.0101',
    'APIGW.0301',
    'APIGW.0302',
    'APIGW.0303',
    'APIGW.0304',
    'APIGW.0305',
    'APIGW.0306',
    'APIGW.0307',
    'APIGW.0310',
    'APIGW.0402',
    'APIGW.0501',
    'APIGW.0502',
    'APIGW.0802',
  ],
];

const table = codeTable(rows);

/**
 * The meaning of a code; undefined for one that no page names. The one exception to "never by status" is
 * APIGW.0201, a bad request with 4xx and a backend that failed or took too long with 5xx, which the page itself
 * tells apart so.
 */
export function meaningOf(code: string, status: number): Meaning | undefined {
  const canonical = code.replace(/^APIG\./i, 'APIGW.');
  if (canonical.toUpperCase() === 'APIGW.0201') return status >= 500 ? ambiguous : rejected;
  return table(canonical);
}
