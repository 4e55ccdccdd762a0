/**
 * One call, from the request head to what the client meets: gate, cap, fault, action, in this order. It is all
 * one synchronous step, so that calls are judged in the order in which they arrived and a call is on record,
 * with what it deleted, before any of its answer leaves.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.ts';
import { capOf, type EmulatorAccount } from './account.ts';
import { type ActionName, type Asked, type Effect, refused } from './action.ts';
import { examineAlibaba } from './alibaba-gate.ts';
import { answer, isRefusal } from './answer.ts';
import type { Call } from './call-record.ts';
import type { Fault } from './faults.ts';
import type { Examined } from './gate.ts';
import { examineHuawei } from './huawei-gate.ts';
import { refuse, type Refusal } from './refusal.ts';
import { headerOf, repeatedName, type ReceivedRequest } from './request.ts';
import { type Delivery, refusalOf, spoil, spoiltAs } from './spoil.ts';
import type { World } from './world.ts';

/** What was decided, before it is put into words. */
interface Ruling extends Effect {
  readonly result: Call['result'];
  readonly fault?: Fault | undefined;
}

export interface ExchangeParts {
  readonly world: World;
  readonly clock: Clock;
  /** Wall clock, perhaps frozen: what dates and nonces are judged by. */
  readonly now: () => number;
  /** Milliseconds that the next answer takes by itself. */
  readonly latency: () => number;
  /** For what an operation does by chance. */
  readonly random: () => number;
}

const nothingAsked: Asked = { ids: [], by: '', options: '' };

export function exchange(request: ReceivedRequest, parts: ExchangeParts): Delivery {
  const { world } = parts;
  const now = parts.now();
  const seen = speaksHuawei(request)
    ? examineHuawei(request, world.accounts, now)
    : examineAlibaba(request, world.byKey, world.nonces, now);
  const asked = seen.action?.asked(seen.parameters) ?? nothingAsked;
  const ruling = rule(seen, asked, request.at, parts);
  const requestId = newRequestId(parts.clock, seen.dialect.provider);
  const delivery = spoil(answer(seen.dialect, requestId, ruling.said), ruling.fault, parts.latency());
  const answered = delivery.end !== 'reset' && delivery.delay < Infinity;
  world.commit({
    call: {
      at: request.at,
      account: seen.keyId,
      action: seen.actionName,
      ...asked,
      result: ruling.result,
      status: answered ? delivery.status : 0,
      code: spoiltAs(ruling.fault) || (isRefusal(ruling.said) ? ruling.said.code : ''),
      requestId,
      // One list for both where all was deleted: it is what a long record mostly consists of.
      deleted: isDeepStrictEqual(asked.ids, ruling.deleted) ? asked.ids : ruling.deleted,
    },
    nonce: seen.nonce,
    now,
    ...(ruling.parts && { parts: ruling.parts }),
  });
  return delivery;
}

/** Alibaba has one path, `/`; Huawei is told by its path or by its manner of signing. */
const speaksHuawei = (request: ReceivedRequest): boolean =>
  /^\/v\d/.test(request.path) || (headerOf(request, 'authorization') ?? '').startsWith('SDK-HMAC-SHA256');

function rule(seen: Examined, asked: Asked, at: number, { world, random }: ExchangeParts): Ruling {
  if ('code' in seen.verdict) return { result: 'refused', ...refused(seen.verdict) };
  const { account, action } = seen.verdict;
  if (world.quotas.full(account, action.name, at)) {
    return { result: 'throttled', ...refused(overCap(account, action.name)) };
  }
  const candidate = { account, action: action.name, ids: asked.ids };
  const fault = world.faults.pick(candidate);
  const instead = fault && refusalOf(fault, account.provider);
  if (instead) return { result: resultOf(fault), fault, ...refused(instead) };
  if (fault?.kind === 'reset-before') return { result: 'accepted', fault, said: {}, deleted: [] };

  const repeated = account.provider === 'alibaba' ? repeatedName(seen.parameters) : undefined;
  if (repeated !== undefined) {
    const message = `The parameter "${repeated}" is given more than once.`;
    return { result: 'accepted', fault, ...refused(refuse('InvalidParameter', message)) };
  }
  const effect = action.perform({
    parameters: seen.parameters,
    asked,
    inventory: world.inventory(action.inventory),
    forbidden: world.faults.forbids(candidate),
    switches: world.switches,
    random,
  });
  return { result: 'accepted', fault, ...effect };
}

function overCap(account: EmulatorAccount, action: ActionName): Refusal {
  const { calls, per } = capOf(account, action);
  if (account.provider === 'alibaba') return refuse('Throttling.User');
  const policy = `policy user over ratelimit,limit:${calls},time:1 ${per}`;
  return refuse('APIGW.0308', `The throttling threshold has been reached: ${policy}`);
}

const resultOf = ({ kind }: Fault): Call['result'] =>
  kind === 'throttle' ? 'throttled' : kind === 'unauthorized' ? 'refused' : 'accepted';

/** Alibaba's are UUIDs in capitals, Huawei's 32 digits. */
const newRequestId = (clock: Clock, provider: EmulatorAccount['provider']): string =>
  provider === 'huawei'
    ? clock.nonce()
    : clock
        .nonce()
        .toUpperCase()
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
