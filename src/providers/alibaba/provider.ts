/**
 * What the three Alibaba operations share: where they are called, how a call is written and how an answer is
 * read. RPC style: one path, the action named by headers, every parameter in the query of a POST without body,
 * as the official SDKs send them (vod-20170321 3.12.0, ice-20201109 6.20.2).
 */
import type { Failure } from '../../deletion.ts';
import { brief, jsonObject, textOf, unreadable, type Json, type Meaning } from '../answer.ts';
import type { Reply, Site, UnsignedRequest } from '../operation.ts';
import { meaningOf } from './error-codes.ts';
import { retryHint } from './retry-hint.ts';
import { xmlError } from './xml-error.ts';

/** A service of Alibaba Cloud: the version of its API and its documented hosts. */
export interface Service {
  readonly version: string;
  host(region: string): string;
}

/**
 * Media stay in their region, and a call to another region's host answers as if they were gone; so hosts follow
 * the documented rule and never a central host. cn-hangzhou has no VOD host of its own: its VOD is served, and
 * mapped by the SDK, at cn-shanghai ("API endpoints" of VOD, 2025-03; vod-20170321 3.12.0).
 */
export const vod: Service = {
  version: '2017-03-21',
  host: (region) => `vod.${region === 'cn-hangzhou' ? 'cn-shanghai' : region}.aliyuncs.com`,
};

/** By the page's rule for every region ("API endpoints" of IMS, 2026-07): the SDK's map names a central host. */
export const ice: Service = {
  version: '2020-11-09',
  host: (region) => `ice.${region}.aliyuncs.com`,
};

export const rpc = (
  service: Service,
  action: string,
  site: Site,
  query: UnsignedRequest['query'],
): UnsignedRequest => ({
  method: 'POST',
  origin: site.endpoint ?? `https://${service.host(site.region)}`,
  path: '/',
  query,
  headers: { 'x-acs-action': action, 'x-acs-version': service.version },
});

export type Answer = { readonly requestId: string; readonly json: Json } | { readonly failure: Failure };

/**
 * An answer is HTTP 200 with a JSON object that holds a RequestId and no error code. Everything else is a
 * failure, named by its code where it holds one.
 */
export function readAnswer(reply: Reply, ownCodes: (code: string) => Meaning | undefined): Answer {
  const json = jsonObject(reply.body);
  const fields = json ?? xmlError(reply) ?? {};
  const requestId = brief(
    textOf(fields, 'RequestId') || textOf(fields, 'requestId') || (reply.headers['x-acs-request-id'] ?? ''),
  );
  const code = textOf(fields, 'Code') || textOf(fields, 'code');
  if (code !== '') return { failure: failureOf(reply, fields, brief(code), requestId, ownCodes) };
  if (!json || reply.status !== 200 || textOf(json, 'RequestId') === '' || 'Code' in json) {
    return { failure: unreadable(`HTTP ${String(reply.status)} without the documented fields`, requestId) };
  }
  return { requestId, json };
}

function failureOf(
  reply: Reply,
  json: Json,
  code: string,
  requestId: string,
  ownCodes: (code: string) => Meaning | undefined,
): Failure {
  const meaning = meaningOf(code, ownCodes);
  const hint = meaning?.class === 'throttled' ? retryHint(reply.headers) : undefined;
  return {
    class: meaning?.class ?? 'transient',
    code,
    message: brief(textOf(json, 'Message') || textOf(json, 'message')),
    requestId,
    ambiguous: meaning?.ambiguous ?? true,
    known: meaning !== undefined,
    ...(hint !== undefined && { retryAfter: hint }),
  };
}
