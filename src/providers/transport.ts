/**
 * One HTTP exchange at a time, without a second try. A call resolves to a reply, a failure or a veto, always: it
 * never throws, never follows a redirect, never sends again.
 *
 * The one thing that it does differently from any HTTP client: it asks `onWrite` at the moment when the request is
 * about to be written, on a connection that stands. The limiter counts there; what it vetoes there has not left
 * the process, and the connection stays warm for the next one.
 */
import { Agent } from 'undici';
import type { Clock } from '../clock.ts';
import type { Failure } from '../deletion.ts';
import { brief } from './answer.ts';
import type { Reply } from './operation.ts';
import { providerDate } from './provider-date.ts';
import type { SignedRequest } from './signing.ts';

/** Times in milliseconds. The agent's own timers are coarse: add up to a second. */
export interface TransportOptions {
  readonly clock: Clock;
  /** `expunge/0.1.0` */
  readonly userAgent?: string;
  /** Most connections to one host. Beyond them requests wait unsent, so keep calls in flight below. Default 512. */
  readonly connections?: number;
  /** From opening a socket to an established connection, TLS included. Default 3,000. */
  readonly connectMs?: number;
  /** From the write to the end of the reply's head. Default 10,000. */
  readonly headersMs?: number;
  /** Between two pieces of the reply's body. Default 10,000. */
  readonly bodyMs?: number;
  /** From the write to the end of the reply, however steadily it drips; and from `send` to the write. Default 20,000. */
  readonly totalMs?: number;
  /** Most bytes of a reply's body. Default 256 KB. */
  readonly maxBytes?: number;
  /** Told once, in milliseconds, when this machine's clock turns out to be ahead (or, negative, behind). */
  readonly onSkew?: (ms: number) => void;
}

/** `ms`: from the write to the end, or from `send` where nothing was written. */
export type Sent =
  | { readonly reply: Reply; readonly ms: number }
  | { readonly failure: Failure; readonly written: boolean; readonly ms: number }
  | { readonly vetoed: true };

export interface Transport {
  /** The provider's date in milliseconds since 1970, to sign with. */
  date(): number;
  /** `onWrite` is called at most once; after `false` nothing of the request reaches the server. */
  send(request: SignedRequest, onWrite: () => boolean): Promise<Sent>;
  /** Resolves when the calls under way have ended and every connection is closed. */
  close(): Promise<void>;
}

export function createTransport(options: TransportOptions): Transport {
  const { clock, userAgent = 'expunge', totalMs = 20_000 } = options;
  const date = providerDate(clock, options.onSkew);
  const agent = new Agent({
    connections: options.connections ?? 512,
    pipelining: 1,
    connect: { timeout: options.connectMs ?? 3000 },
    headersTimeout: options.headersMs ?? 10_000,
    bodyTimeout: options.bodyMs ?? 10_000,
    maxResponseSize: options.maxBytes ?? 256 * 1024,
  });

  const send = (request: SignedRequest, onWrite: () => boolean) =>
    new Promise<Sent>((resolve) => {
      let since = clock.monotonic();
      let written = false;
      let ended = false;
      let reply = { status: 0, headers: {} as Reply['headers'] };
      const body: Buffer[] = [];
      let destroy = (_: Error): void => undefined;

      const end = (sent: Sent) => {
        if (ended) return;
        ended = true;
        callOff();
        resolve(sent);
      };
      const fail = (error: Error) =>
        end({ failure: failureOf(error, written), written, ms: clock.monotonic() - since });
      const overdue = () => {
        fail(tooLong);
        destroy(tooLong);
      };
      let callOff = clock.after(totalMs, overdue);

      const { method, origin, path } = request;
      const headers = { ...request.headers, 'user-agent': userAgent };
      agent.dispatch(
        { origin, path, method, headers },
        {
          onRequestStart(controller) {
            // Thrown, not aborted: abort() would destroy the connection too.
            if (ended || written) throw unsent;
            if (!onWrite()) {
              end({ vetoed: true });
              throw unsent;
            }
            written = true;
            since = clock.monotonic();
            destroy = (error) => controller.abort(error);
            callOff();
            callOff = clock.after(totalMs, overdue);
          },
          onResponseStart(_, status, head) {
            reply = { status, headers: flatten(head) };
            date.hear(reply.headers['date']);
          },
          onResponseData(_, chunk) {
            body.push(chunk);
          },
          onResponseEnd() {
            end({
              reply: { ...reply, body: Buffer.concat(body).toString('utf8') },
              ms: clock.monotonic() - since,
            });
          },
          onResponseError(_, error) {
            fail(error);
          },
        },
      );
    });

  return { date: () => date.now(), send, close: () => agent.close() };
}

const unsent = new Error('the request was not written');
const tooLong = Object.assign(new Error('no complete answer in time'), { code: 'UND_ERR_BODY_TIMEOUT' });

/** Codes of ours for the ways to fail. What was written may have been carried out: ambiguous. */
const codes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect-refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  UND_ERR_CONNECT_TIMEOUT: 'connect-timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'too-large',
  UND_ERR_HEADERS_OVERFLOW: 'too-large',
};

function failureOf(error: Error & { code?: unknown }, written: boolean): Failure {
  const given = typeof error.code === 'string' ? error.code : '';
  const named = codes[given] ?? (error.name === 'HTTPParserError' ? 'unreadable' : undefined);
  const unwritten = named === 'timeout' ? 'connect-timeout' : (named ?? 'connect-failed');
  return {
    class: 'transient',
    code: written ? (named ?? 'reset') : unwritten,
    message: brief(error.message || given),
    requestId: '',
    ambiguous: written,
    known: true,
  };
}

/** Lower-case names, as undici gives them; a header that came twice is joined. */
const flatten = (head: Readonly<Record<string, string | string[] | undefined>>): Reply['headers'] =>
  Object.fromEntries(
    Object.entries(head).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
