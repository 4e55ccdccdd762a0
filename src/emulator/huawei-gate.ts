import type { EmulatorAccount } from './account.ts';
import { huaweiActions } from './actions.ts';
import { clockWindow, type Examined } from './gate.ts';
import { refuse, refuseIam, type Refusal } from './refusal.ts';
import { headerOf, parsePairs, percentDecode, type ReceivedRequest } from './request.ts';
import { readSdkHmac } from './sdk-hmac.ts';

const thumbnails = /^\/v1\/([^/]+)\/asset\/thumbnails\/?$/;

/**
 * Huawei's API gateway: the API first, then who calls. Every failed authentication is 401 APIGW.0301, told apart
 * by its text only. There is no nonce: a replay within the 15 minutes is accepted, by the provider's design.
 */
export function examineHuawei(
  request: ReceivedRequest,
  accounts: readonly EmulatorAccount[],
  now: number,
): Examined {
  const project = thumbnails.exec(request.path)?.[1];
  const action = project === undefined ? undefined : huaweiActions.get(request.method);
  const { keyId, caller } = identify(request, accounts, now);
  return {
    keyId,
    actionName: action?.name ?? '',
    action,
    parameters: parsePairs(request.rawQuery, 'query'),
    nonce: '',
    dialect: { provider: 'huawei', format: 'json', action: action?.name ?? '', host: '', product: 'vod' },
    verdict: verdictOn(action, caller, percentDecode(project ?? '')),
  };
}

function verdictOn(
  action: Examined['action'],
  caller: EmulatorAccount | Refusal,
  project: string,
): Examined['verdict'] {
  if (!action) return refuse('APIGW.0101');
  if ('code' in caller) return caller;
  if (caller.projectId !== undefined && caller.projectId !== project) return refuse('APIGW.0310');
  return { account: caller, action };
}

function identify(
  request: ReceivedRequest,
  accounts: readonly EmulatorAccount[],
  now: number,
): { keyId: string; caller: EmulatorAccount | Refusal } {
  if (request.headers.has('authorization')) return bySignature(request, accounts, now);
  const token = headerOf(request, 'x-auth-token');
  if (!token) return { keyId: '', caller: refuseIam('x-auth-token not found') };
  const account = accounts.find((candidate) => candidate.token === token);
  return { keyId: account?.accessKeyId ?? '', caller: account ?? refuseIam('decrypt token fail') };
}

function bySignature(request: ReceivedRequest, accounts: readonly EmulatorAccount[], now: number) {
  const signed = readSdkHmac(request);
  const account = accounts.find(({ accessKeyId }) => accessKeyId === signed?.keyId);
  const failed = (detail: string) => ({
    keyId: signed?.keyId ?? '',
    caller: refuseIam(`verify aksk signature fail, ${detail}`),
  });
  if (!signed) return failed('authorization header is malformed');
  if (!account) return failed('access key not found');
  const date = instantOf(signed.date);
  if (Number.isNaN(date)) return failed('x-sdk-date is malformed');
  if (Math.abs(now - date) > clockWindow) return failed('x-sdk-date is expired');
  if ((headerOf(request, 'x-security-token') || undefined) !== account.securityToken) {
    return failed('security token does not match the access key');
  }
  return signed.matches(account.secret)
    ? { keyId: signed.keyId, caller: account }
    : failed('signature mismatch');
}

function instantOf(text: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const [year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
