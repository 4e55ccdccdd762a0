/**
 * The order of checks is published nowhere. It is chosen so that each mistake gets the most telling error:
 * version and action, key, security token, date, signature, nonce. The nonce is recorded only after a valid
 * signature: otherwise a stranger could burn the nonces of others.
 */
import type { EmulatorAccount } from './account.ts';
import { claimAcs3 } from './acs3.ts';
import { alibabaActions } from './actions.ts';
import type { Claim } from './claim.ts';
import { clockWindow, type Examined } from './gate.ts';
import type { Nonces } from './nonces.ts';
import { refuse } from './refusal.ts';
import { headerOf, type ReceivedRequest } from './request.ts';
import { claimRpcV1 } from './rpc-v1.ts';

/** By API version. */
const products = new Map([
  ['2017-03-21', 'vod'],
  ['2020-11-09', 'ice'],
]);

export function examineAlibaba(
  request: ReceivedRequest,
  accounts: ReadonlyMap<string, EmulatorAccount>,
  nonces: Nonces,
  now: number,
): Examined {
  const claim = speaksAcs3(request) ? claimAcs3(request) : claimRpcV1(request);
  const action = alibabaActions.find(
    ({ name, version }) => name === claim.action && version === claim.version,
  );
  const verdict = judge(request, claim, action, accounts.get(claim.keyId), now);
  const replayed = !('code' in verdict) && !nonces.use(claim.keyId, claim.nonce, now);
  return {
    keyId: claim.keyId,
    actionName: claim.action,
    action,
    parameters: claim.parameters,
    nonce: 'code' in verdict || replayed ? '' : claim.nonce,
    dialect: {
      provider: 'alibaba',
      format: claim.format,
      action: claim.action,
      host: headerOf(request, 'host') ?? '',
      product: products.get(claim.version) ?? '',
    },
    verdict: replayed ? refuse('SignatureNonceUsed') : verdict,
  };
}

/** V1 clients send x-acs-action and x-acs-version too, unsigned; their signature is a parameter. */
const speaksAcs3 = (request: ReceivedRequest): boolean =>
  request.headers.has('authorization') || request.headers.has('x-acs-signature-nonce');

/** All but the nonce. */
function judge(
  { method, path }: ReceivedRequest,
  claim: Claim,
  action: Examined['action'],
  account: EmulatorAccount | undefined,
  now: number,
): Examined['verdict'] {
  if (path !== '/') return refuse('InvalidAction.NotFound');
  if (method !== 'GET' && method !== 'POST') return refuse('UnsupportedHTTPMethod');
  if (claim.action === '') return refuse('MissingAction');
  if (claim.version === '') return refuse('MissingVersion');
  if (!products.has(claim.version)) return refuse('InvalidVersion');
  if (!action) return refuse('InvalidAction.NotFound');
  if (claim.incomplete !== undefined) return refuse(claim.incomplete);
  if (!account) return refuse('InvalidAccessKeyId.NotFound');
  if (account.securityToken !== undefined && !claim.securityToken) return refuse('MissingSecurityToken');
  if ((claim.securityToken || undefined) !== account.securityToken) {
    return refuse('InvalidSecurityToken.MismatchWithAccessKey');
  }
  const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(claim.date) ? Date.parse(claim.date) : NaN;
  if (Number.isNaN(date)) return refuse('InvalidTimeStamp.Format');
  if (Math.abs(now - date) > clockWindow) return refuse('InvalidTimeStamp.Expired');
  const mismatch = claim.mismatch(account.secret);
  return mismatch === undefined ? { account, action } : refuse('SignatureDoesNotMatch', mismatch);
}
