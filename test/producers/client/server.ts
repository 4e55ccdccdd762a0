/** A server that answers as it is told, and a clock that waits for nobody: what a client does on bad days. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { systemClock, type Clock } from '../../../src/clock.ts';
import { ExpungeClient, type ClientOptions } from '../../../src/producers/client/client.ts';

export interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Turn = (response: ServerResponse, request: IncomingMessage) => void;

/** Answers with JSON. */
export const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Turn =>
  (response) => {
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    response.writeHead(status, { 'content-type': type, ...headers }).end(JSON.stringify(body));
  };

/** Closes the connection without an answer. */
export const hangUp: Turn = (response) => response.socket?.destroy();

/** Answers nothing. */
export const silence: Turn = () => undefined;

export const timeoutMs = 12_345;

/**
 * Each request gets the next turn, the last one again and again. Waits between attempts are over at once and noted in
 * `waits`; the time limit of an attempt passes only with `late`.
 */
export async function against(
  turns: readonly Turn[],
  options: Partial<ClientOptions> & { late?: boolean } = {},
) {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const turn = turns[Math.min(heard.length, turns.length - 1)];
    let body = '';
    heard.push({
      ...{ method: request.method ?? '', url: request.url ?? '', headers: request.headers },
      get body() {
        return body;
      },
    });
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => turn?.(response, request));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const waits: number[] = [];
  const { late = false, ...more } = options;
  const clock: Clock = {
    ...systemClock,
    random: () => 1,
    after(ms, then) {
      if (ms === timeoutMs && !late) return () => undefined;
      if (ms !== timeoutMs) waits.push(ms);
      const soon = setImmediate(then);
      return () => clearImmediate(soon);
    },
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new ExpungeClient({ url, apiKey: 'expunge_test', timeoutMs, clock, ...more });
  return { client, heard, waits, url };
}
