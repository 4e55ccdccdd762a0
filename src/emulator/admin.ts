import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadAdminInput } from './admin-input.ts';
import type { Call } from './call-record.ts';
import { jsonLine } from './json-line.ts';

/** What the admin routes reach. */
export interface Admin {
  health(): unknown;
  stats(): unknown;
  calls(): readonly Call[];
  inventory(input: unknown): void;
  setFaults(input: unknown): void;
  setSwitches(input: unknown): unknown;
  reset(): void;
}

type Route = (admin: Admin, body: Buffer, response: ServerResponse) => unknown;

const routes: Record<string, Route> = {
  'GET /_emulator/health': (admin) => admin.health(),
  'GET /_emulator/stats': (admin) => admin.stats(),
  'GET /_emulator/calls': (admin, _, response) => streamCalls(admin.calls(), response),
  'POST /_emulator/inventory': (admin, body) => admin.inventory(read(body)),
  'POST /_emulator/faults': (admin, body) => admin.setFaults(read(body)),
  'POST /_emulator/switches': (admin, body) => admin.setSwitches(read(body)),
  'POST /_emulator/reset': (admin) => admin.reset(),
};

export const isAdminPath = (path: string): boolean => path.startsWith('/_emulator');

/** Answers one admin request: JSON, problems with a pointer to each field, 404 with what there is. */
export async function serveAdmin(
  admin: Admin,
  { method = '', path }: { method: IncomingMessage['method']; path: string },
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const name = `${method} ${path}`;
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (!route) return send(response, 404, { error: `no such route: ${name}`, routes: Object.keys(routes) });
  try {
    const result = await route(admin, body, response);
    if (!response.headersSent) send(response, 200, result ?? { ok: true });
  } catch (problem) {
    if (!(problem instanceof BadAdminInput)) throw problem;
    send(response, 400, { error: problem.message, problems: problem.problems });
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
}

function read(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new BadAdminInput([{ pointer: '', problem: 'not JSON' }]);
  }
}

/** The calls there are now, one a line; as slow as its reader. */
async function streamCalls(calls: readonly Call[], response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const end = calls.length;
  for (let from = 0; from < end && !response.destroyed; from += 100) {
    const lines = calls.slice(from, Math.min(from + 100, end)).map(jsonLine);
    if (!response.write(lines.join(''))) await room(response);
  }
  response.end();
}

/** Resolves when the reader has caught up, or left. */
async function room(response: ServerResponse): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  // The one that was not awaited would listen until the end of the answer.
  over.abort();
}
