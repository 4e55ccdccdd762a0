/**
 * What Huawei Cloud VOD operations share: where they are called and how an answer is read. HTTPS hosts by region,
 * project id in the path ("Endpoints" of VOD; huaweicloud-sdk-vod 3.1.209, VodRegion).
 */
import type { Failure } from '../../deletion.ts';
import { brief, isObject, jsonObject, textOf, unreadable, type Json } from '../answer.ts';
import type { Reply, Site, UnsignedRequest } from '../operation.ts';
import { meaningOf } from './error-codes.ts';

/** Throws where the site has no project id: the configuration requires one of every Huawei account. */
export function vodRequest(
  method: 'GET' | 'DELETE',
  resource: string,
  site: Site,
  query: UnsignedRequest['query'],
): UnsignedRequest {
  const { projectId } = site;
  if (projectId === undefined || projectId === '') throw new Error('a Huawei account needs a projectId');
  return {
    method,
    origin: site.endpoint ?? `https://vod.${site.region}.myhuaweicloud.com`,
    path: `/v1/${projectId}/${resource}`,
    query,
    // As the SDK sends and signs them, a body or not.
    headers: { 'content-type': 'application/json', 'x-project-id': projectId },
  };
}

export type Answer = { readonly requestId: string; readonly json: Json } | { readonly failure: Failure };

/**
 * An answer is HTTP 200 with a JSON object and no error code. Errors are `error_code` and `error_msg`, or
 * `{ error: { code, message } }`; a gateway's carry `request_id`.
 */
export function readAnswer(reply: Reply): Answer {
  const json = jsonObject(reply.body);
  const fields = json ?? {};
  const inner = isObject(fields['error']) ? fields['error'] : {};
  const requestId = brief(reply.headers['x-request-id'] ?? textOf(fields, 'request_id'));
  const code = brief(textOf(fields, 'error_code') || textOf(inner, 'code'));
  if (code !== '') {
    const meaning = meaningOf(code, reply.status);
    const failure: Failure = {
      class: meaning?.class ?? 'transient',
      code,
      message: brief(textOf(fields, 'error_msg') || textOf(inner, 'message')),
      requestId,
      ambiguous: meaning?.ambiguous ?? true,
      known: meaning !== undefined,
      ...(meaning?.class === 'throttled' && retryAfter(reply)),
    };
    return { failure };
  }
  if (!json || reply.status !== 200 || 'error_code' in json || 'error' in json) {
    return { failure: unreadable(`HTTP ${String(reply.status)} without the documented fields`, requestId) };
  }
  return { requestId, json };
}

/**
 * No hint is documented; the standard header, in seconds, is believed up to an hour. "limit:200,time:5 minute" in
 * the text of APIGW.0308 is the policy's window, not a time to wait.
 */
function retryAfter(reply: Reply): { readonly retryAfter?: number } {
  const seconds = /^\s*(\d{1,6})\s*$/.exec(reply.headers['retry-after'] ?? '')?.[1];
  return seconds === undefined ? {} : { retryAfter: Math.min(Number(seconds) * 1000, 3_600_000) };
}
