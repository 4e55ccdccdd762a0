/** A server that tells a record of calls as an emulator does, whatever the calls are. */
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Call } from '../../src/emulator/call-record.ts';

/** A call that deleted its ids, but for what is said otherwise. */
export function call(requestId: string, ids: readonly string[], over: Partial<Call> = {}): Call {
  return {
    ...{ at: 1, account: 'key-x', action: 'DeleteVideo', by: 'VideoIds', ids, options: '' },
    ...{ result: 'accepted', status: 200, code: '', requestId, deleted: ids },
    ...over,
  };
}

/** Its address. */
export const recorded = (...calls: readonly Call[]): Promise<string> =>
  answering((response) => response.end(calls.map((each) => `${JSON.stringify(each)}\n`).join('')));

export async function answering(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === '/_emulator/calls') answer(response);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
