/** HTTP as bytes on a socket: whatever a client library would not send, or would straighten out first. */
import { connect } from 'node:net';

export interface RawRequest {
  /** Method and path, as they stand in the first line. */
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** All that follows the head, framing included. */
  readonly body: Buffer;
  /** No more will come: whoever waits for the rest of the body hears that. */
  readonly ends?: boolean;
}

export interface RawAnswer {
  /** 0: the connection ended without an answer. */
  readonly status: number;
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it came: pieces of a stream with their lengths. */
  readonly body: string;
}

/** Names and values as latin1; `Connection: close` is always said, so that the answer's end is the connection's. */
export function exchange(port: number, { method, target, headers, body, ends = false }: RawRequest) {
  return new Promise<RawAnswer>((resolve) => {
    const parts: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const done = () => {
      socket.destroy();
      resolve(answerIn(Buffer.concat(parts)));
    };
    socket.on('data', (part) => parts.push(part));
    // Where the server has answered before it read all, the rest of what was sent has no reader.
    socket.on('end', done).on('error', done).on('close', done);
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const head = `${method} ${target} HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`;
    socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
    if (ends) socket.end();
  });
}

/** The first answer; what follows is one to bytes that were left over. */
function answerIn(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return { status: 0, headers: {}, body: '' };
  const [first = '', ...lines] = bytes.subarray(0, end).toString().split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0);
  const pairs = lines.map((line) => line.split(': ', 2) as [string, string]);
  const headers = Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]));
  const rest = bytes.subarray(end + 4);
  // Go on, it says; what counts is what comes then.
  if (status === 100) return answerIn(rest);
  const length = headers['content-length'];
  const last = rest.indexOf('0\r\n\r\n');
  const body =
    length !== undefined ? rest.subarray(0, Number(length)) : last === 0 ? rest.subarray(0, 0) : rest;
  return { status, headers, body: body.toString() };
}

/** The body in pieces of this size, each with its length before it. */
export function chunked(body: Buffer, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}
