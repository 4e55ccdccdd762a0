/**
 * One call of the API: sent until it is answered, a bounded number of times. What is sent again is either harmless
 * twice or carries the same Idempotency-Key, or the server said that it did nothing (429, 503).
 */
import { pause, type Clock } from '../../clock.ts';
import { ProblemError, Unreachable } from './problem-error.ts';

/** What a caller may say of each call. */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface Asked extends CallOptions {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** From the root, each segment encoded (`path`). */
  readonly path: string;
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** A body of unknown length, made anew for each attempt; undefined where it can't be made again. */
  readonly stream?: () => AsyncIterable<Uint8Array> | undefined;
  /** Its answer takes as long as it takes: only the caller's signal ends it. */
  readonly patient?: boolean;
  /** False: it is not sent again after an attempt whose end nobody knows. */
  readonly repeatable: boolean;
}

export interface Connection {
  /** Without a slash at the end. */
  readonly base: string;
  readonly apiKey: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** Longest time to an answer, in ms. */
  readonly timeoutMs: number;
  readonly attempts: number;
}

/** Waits between attempts: full jitter below these. */
const firstWaitMs = 250;
const longestWaitMs = 10_000;
/** A server that wants to be left alone for longer is not waited for: that is the caller's to decide. */
const longestRetryAfter = 60;

/** Segments of a path, encoded. An empty one, `.` and `..` would lead to another route, however they are encoded. */
export const path = (parts: TemplateStringsArray, ...values: readonly string[]): string =>
  String.raw({ raw: parts }, ...values.map(segment));

function segment(value: string): string {
  if (['', '.', '..'].includes(value))
    throw new TypeError(`"${value}" is no name or id: give the one that is meant`);
  return encodeURIComponent(value);
}

/** The answer's JSON. */
export const askJson = <Answer>(connection: Connection, asked: Asked): Promise<Answer> =>
  repeated(connection, asked, async (response) => (await response.json()) as Answer);

/** The answer itself, whose body is still to come. */
export const askStream = (connection: Connection, asked: Asked): Promise<Response> =>
  repeated(connection, asked, async (response) => response);

async function repeated<Answer>(
  connection: Connection,
  asked: Asked,
  read: (response: Response) => Promise<Answer>,
): Promise<Answer> {
  const { clock, attempts } = connection;
  const { signal } = asked;
  let body = asked.stream?.();
  for (let attempt = 1; ; attempt++) {
    const end = await once(connection, asked, body, read);
    if ('answer' in end) return end.answer;
    signal?.throwIfAborted();
    const { error, passing, nothingDone } = end;
    const retryAfter = error instanceof ProblemError ? (error.retryAfter ?? 0) : 0;
    const again = passing && (nothingDone || asked.repeatable) && retryAfter <= longestRetryAfter;
    if (!again || attempt >= attempts) throw error;
    if (asked.stream && !(body = asked.stream())) throw error;
    const ceiling = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
    await pause(clock, Math.max(retryAfter * 1_000, clock.random() * ceiling), signal);
    signal?.throwIfAborted();
  }
}

type End<Answer> =
  | { readonly answer: Answer }
  | {
      readonly error: Error;
      /** It may be otherwise in a moment. */
      readonly passing: boolean;
      /** The server says so; false where nobody knows. */
      readonly nothingDone: boolean;
    };

async function once<Answer>(
  connection: Connection,
  asked: Asked,
  source: AsyncIterable<Uint8Array> | undefined,
  read: (response: Response) => Promise<Answer>,
): Promise<End<Answer>> {
  const { base, clock, timeoutMs } = connection;
  const broken: unknown[] = [];
  const body = source && watched(source, (error) => broken.push(error));
  const over = new AbortController();
  const signal = asked.signal ? AbortSignal.any([asked.signal, over.signal]) : over.signal;
  const late = new Unreachable(`No answer from ${base} within ${timeoutMs} ms.`);
  const cancel = asked.patient ? () => undefined : clock.after(timeoutMs, () => over.abort(late));
  try {
    const response = await connection.fetch(urlOf(base, asked), {
      method: asked.method,
      headers: headersOf(connection, asked),
      ...(asked.json !== undefined && { body: JSON.stringify(asked.json) }),
      ...(body && { body: ReadableStream.from(body), duplex: 'half' }),
      redirect: 'error',
      signal,
    });
    if (response.ok) return { answer: await read(response) };
    return refused(response, await response.text(), clock);
  } catch (error) {
    // The caller's own source of a body failed: that is no matter of the network.
    if (broken.length > 0) throw broken[0];
    if (error === late) return { error: late, passing: true, nothingDone: false };
    return unreachable(base, error as Error);
  } finally {
    cancel();
  }
}

/** Codes of connections that never came about. */
const unsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];

function unreachable(base: string, error: Error): End<never> {
  const cause = error.cause instanceof Error ? error.cause : error;
  const { code = '' } = cause as Error & { readonly code?: string };
  return {
    error: new Unreachable(`No answer from ${base}: ${cause.message || code || error.message}`, {
      cause: error,
    }),
    ...{ passing: true, nothingDone: unsent.includes(code) },
  };
}

async function* watched(
  source: AsyncIterable<Uint8Array>,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    onError(error);
    throw error;
  }
}

function refused(response: Response, text: string, clock: Clock): End<never> {
  const { status, headers } = response;
  const retryAfter = secondsOf(headers.get('retry-after'), clock.now());
  const error = new ProblemError(status, jsonOf(text), retryAfter);
  // 409 with Retry-After: the first request with this Idempotency-Key is still under way.
  const nothingDone = status === 429 || status === 503 || (status === 409 && retryAfter !== undefined);
  return { error, nothingDone, passing: nothingDone || status === 502 || status === 504 };
}

/** Retry-After is seconds or a date (RFC 9110, 10.2.3). */
function secondsOf(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now) / 1_000);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page.
    return undefined;
  }
}

function urlOf(base: string, { path: place, query = {} }: Asked): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return `${base}${place}${given.size > 0 ? `?${given.toString()}` : ''}`;
}

const headersOf = ({ apiKey }: Connection, { headers, json }: Asked): Record<string, string> => ({
  accept: 'application/json, application/problem+json',
  ...(json !== undefined && { 'content-type': 'application/json' }),
  ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
  ...headers,
});
