import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../clock.ts';
import type { ReceivedRequest } from './request.ts';
import type { Delivery } from './spoil.ts';

/** Twenty URLs of 2,048 characters, encoded twice, have to fit into a request line. */
const headLimit = 512 * 1024;
/** Admin requests bring whole lists of ids. */
const bodyLimit = 64 * 1024 * 1024;

export interface ServerParts {
  readonly clock: Clock;
  /** Wall clock, perhaps frozen: what answers are dated by. */
  readonly now: () => number;
  /** Milliseconds since the emulator's start. */
  readonly since: () => number;
  /** A call: answered in the same step. */
  readonly exchange: (request: ReceivedRequest) => Delivery;
  readonly isAdmin: (path: string) => boolean;
  readonly admin: (
    route: { readonly method: string; readonly path: string },
    body: Buffer,
    response: ServerResponse,
  ) => Promise<void>;
}

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** HTTP/1.1, raw: no decoding, no routing, no Host looked at; sockets can be reset and answers cut. */
export async function listen(host: string, port: number, parts: ServerParts): Promise<Listening> {
  const server = createServer(
    { maxHeaderSize: headLimit, keepAliveTimeout: 75_000 },
    (incoming, response) => {
      const request = receive(incoming, parts.since());
      // Nothing to wait for: the call is judged before any that arrives later.
      if (hasNoBody(incoming)) return serve(request, response, parts);
      void readBody(incoming).then((body) =>
        body ? serve({ ...request, body }, response, parts) : response.writeHead(413).end(),
      );
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function receive(incoming: IncomingMessage, at: number): ReceivedRequest {
  const url = incoming.url ?? '/';
  const mark = url.indexOf('?');
  const headers = new Map<string, string[]>();
  // Names and values in turn.
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    const [name = '', value = ''] = incoming.rawHeaders.slice(i, i + 2);
    headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), value]);
  }
  return {
    at,
    method: incoming.method ?? '',
    path: mark < 0 ? url : url.slice(0, mark),
    rawQuery: mark < 0 ? '' : url.slice(mark + 1),
    headers,
    body: Buffer.alloc(0),
  };
}

const hasNoBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;

/** Undefined if it is over the limit. A client that leaves half-way is never answered. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= bodyLimit) chunks.push(chunk);
    });
    incoming.on('end', () => resolve(length <= bodyLimit ? Buffer.concat(chunks) : undefined));
    // Without a listener a reset half-way would end the process.
    incoming.on('error', () => undefined);
  });
}

function serve(request: ReceivedRequest, response: ServerResponse, parts: ServerParts): void {
  if (parts.isAdmin(request.path)) {
    void parts.admin(request, request.body, response);
    return;
  }
  const delivery = parts.exchange(request);
  const answer = () => {
    response.setHeader('date', new Date(parts.now()).toUTCString());
    deliver(delivery, response);
  };
  if (delivery.delay <= 0) return answer();
  if (delivery.delay === Infinity) return;
  const cancel = parts.clock.after(delivery.delay, answer);
  response.once('close', cancel);
}

function deliver({ status, headers, body, end }: Delivery, response: ServerResponse): void {
  if (end === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  if (end === 'whole') response.end(bytes);
  else response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.destroy());
}
