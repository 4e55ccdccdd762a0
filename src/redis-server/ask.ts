import { connect } from 'node:net';

/** A reply's strings; or why there is none: nobody listens, or somebody does and says nothing (in time, in RESP). */
export type Answer = readonly string[] | 'refused' | 'silent';

/** A status or an error is one string, first character kept; an array of bulk strings is these. */
function parse(text: string): readonly string[] | undefined {
  const lines = text.split('\r\n');
  const head = lines[0] ?? '';
  if (lines.length < 2) return undefined;
  if (!head.startsWith('*')) return [head];
  const strings = Number(head.slice(1));
  return lines.length < 2 * strings + 2 ? undefined : lines.slice(1).filter((_, at) => at % 2 === 1);
}

/**
 * One command to the Redis on a loopback port, answered within `ms`. Only enough of RESP 2 for PING and
 * CONFIG GET: the client library belongs to the queue, and this must run before there is anything to queue.
 */
export function ask(port: number, command: readonly string[], ms = 2_000): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (answer: Answer) => {
      socket.destroy();
      resolve(answer);
    };
    let text = '';
    let connected = false;
    socket.setEncoding('utf8');
    socket.setTimeout(ms, () => end('silent'));
    socket.on('error', () => end(connected ? 'silent' : 'refused'));
    socket.on('close', () => end('silent'));
    socket.on('connect', () => {
      connected = true;
      socket.write(
        `*${command.length}\r\n${command.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`).join('')}`,
      );
    });
    socket.on('data', (chunk: string) => {
      const answer = parse((text += chunk));
      if (answer) end(answer);
    });
  });
}
