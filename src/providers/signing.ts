/**
 * What the signature schemes share: who signs, what a signed request is, and the one percent-encoding that both
 * providers put into their canonical requests. The wire carries that same encoding, so that what is signed and
 * what is sent cannot differ.
 */
import { createHash, createHmac } from 'node:crypto';
import type { UnsignedRequest } from './operation.ts';

export interface AlibabaCredentials {
  readonly provider: 'alibaba';
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** With temporary credentials (STS) only. */
  readonly securityToken?: string;
}

export interface HuaweiKeys {
  readonly provider: 'huawei';
  readonly accessKey: string;
  readonly secretKey: string;
  /** With temporary keys only. */
  readonly securityToken?: string;
}

/** An IAM token of the project, valid for 24 hours, in place of keys. */
export interface HuaweiToken {
  readonly provider: 'huawei';
  readonly token: string;
}

export type HuaweiCredentials = HuaweiKeys | HuaweiToken;
export type Credentials = AlibabaCredentials | HuaweiCredentials;

/** A request ready for the socket: `path` holds the encoded query too, header names are lower case. */
export interface SignedRequest {
  readonly method: UnsignedRequest['method'];
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What was signed, kept apart from the request so that each step can be held against the provider's. */
export interface Signature {
  readonly canonicalRequest: string;
  readonly stringToSign: string;
  readonly signedHeaders: string;
  readonly signature: string;
}

/**
 * Percent-encodes all of UTF-8 but `A-Z a-z 0-9 - _ . ~`, in upper-case hex (RFC 3986's unreserved set, as both
 * providers ask). Throws on a lone surrogate, which no accepted id holds.
 */
export const enc = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
export const hmacSha256 = (key: string, text: string): string =>
  createHmac('sha256', key).update(text).digest('hex');

/** `name=value` pairs sorted by name, then by value, in UTF-16 code units as the SDKs sort them. */
export const canonicalQuery = (query: UnsignedRequest['query']): string =>
  [...query]
    .sort(([n1, v1], [n2, v2]) => order(n1, n2) || order(v1, v2))
    .map(([name, value]) => `${enc(name)}=${enc(value)}`)
    .join('&');

/** The header lines that are signed, each ended by a newline, and the list of their names. */
export function canonicalHeaders(headers: Readonly<Record<string, string>>): {
  lines: string;
  names: string;
} {
  const sorted = Object.entries(headers).sort(([a], [b]) => order(a, b));
  return {
    lines: sorted.map(([name, value]) => `${name}:${value.trim()}\n`).join(''),
    names: sorted.map(([name]) => name).join(';'),
  };
}

export const pathWithQuery = (path: string, query: string): string => (query ? `${path}?${query}` : path);

/** `2026-11-20T08:15:30Z`: UTC without milliseconds. */
export const isoSeconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
