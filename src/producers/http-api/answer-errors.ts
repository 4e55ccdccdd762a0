/** From whatever is thrown below a route to the problem that its caller is told. What is our own fault is only logged. */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { LedgerAway } from '../../ledger/database.ts';
import type { Log } from '../../log.ts';
import { problemType, Refusal, type ProblemKind } from '../problem.ts';

/** Long enough for a ledger that is just restarting. */
const ledgerRetrySeconds = 5;

export const answerErrors =
  (log: Log) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const refusal = refusalOf(error);
    if (refusal.status >= 500)
      log
        .limited('api')
        .error({ err: error, request: request.id, route: request.routeOptions.url }, 'request failed');
    tell(refusal, request, reply);
  };

export function tell(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): void {
  if (refusal.retryAfter !== undefined) void reply.header('retry-after', String(refusal.retryAfter));
  if (refusal.kind === 'unauthenticated') void reply.header('www-authenticate', 'Bearer');
  void reply
    .code(refusal.status)
    .header('content-type', problemType)
    .send(JSON.stringify(refusal.body(request.id)));
}

/**
 * Bytes that are hardly HTTP, or too large a head, reach no route: they are answered here, `id` names the request. A
 * whole request of the same connection that is under way has its own answer, and is the last: it may be on record.
 */
export function answerMalformed(id: () => string) {
  const underWay = new WeakMap<
    Socket,
    { readonly asked: IncomingMessage; readonly response: ServerResponse }
  >();
  return {
    /** To be told of each request as it begins. */
    began(asked: IncomingMessage, response: ServerResponse): void {
      underWay.set(asked.socket, { asked, response });
      response.once('close', () => underWay.delete(asked.socket));
    },
    answer({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
      const first = underWay.get(socket);
      if (first?.asked.complete) {
        first.response.once('close', () => socket.destroy());
        return;
      }
      const [kind, detail] =
        malformed[code] ?? (['invalid', 'This is not HTTP as RFC 9112 has it.'] as const);
      const refusal = new Refusal(kind, detail);
      const body = JSON.stringify(refusal.body(id()));
      const head = [
        `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
        `Content-Type: ${problemType}`,
        `Content-Length: ${Buffer.byteLength(body)}`,
        'Connection: close',
      ];
      if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
      socket.destroy();
    },
  };
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof LedgerAway)
    return new Refusal(
      'unavailable',
      'The ledger does not answer. Whether anything was accepted is not known: try again, with the same Idempotency-Key nothing is doubled.',
      [],
      ledgerRetrySeconds,
    );
  const { statusCode = 500, code = '' } = error as Partial<FastifyError>;
  if (statusCode >= 500)
    return new Refusal('internal', 'The log of this server says more about this request.');
  const [kind, detail] =
    known[code] ?? byStatus[statusCode] ?? (['invalid', 'The request could not be read.'] as const);
  return new Refusal(kind, detail);
}

type Told = readonly [ProblemKind, string];

/** Of the framework's errors those that have a way out to tell; their own texts may quote what was sent. */
const known: Readonly<Record<string, Told>> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid', 'The body is empty. Send JSON, or no Content-Type.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid', 'The body is not JSON.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'media-type',
    'Send application/json; a campaign may be text/plain, text/csv or application/x-ndjson.',
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'too-large',
    'Send fewer ids at once, or plan a campaign: its body is a stream.',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid', 'The body is not as long as its Content-Length says.'],
};

/** By Node's names of them. */
const malformed: Readonly<Record<string, Told>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['timeout', 'The head of the request did not arrive in time.'],
  HPE_HEADER_OVERFLOW: ['head-too-large', 'Send fewer and shorter headers, and a shorter path.'],
};

const byStatus: Readonly<Record<number, Told>> = {
  400: ['invalid', 'The request could not be read: is it JSON, and its path well encoded?'],
  404: ['not-found', 'There is no such path: see /openapi.json.'],
  408: ['timeout', 'The body did not arrive in time.'],
  413: known['FST_ERR_CTP_BODY_TOO_LARGE'] as Told,
  415: known['FST_ERR_CTP_INVALID_MEDIA_TYPE'] as Told,
  429: ['too-many', 'This key asks faster than it may.'],
};
