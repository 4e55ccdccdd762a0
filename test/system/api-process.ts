/** The HTTP API in a process of its own, and the requests that its callers send. */
import { request as httpRequest } from 'node:http';
import { WorkerProcess, type Part, type Trouble } from './worker-process.ts';
import { World, type WorldOptions } from './world.ts';

export const video = 'alibaba.vod.delete-video';

/** A world whose servers take any free ports; `acc` deletes videos, all of which exist. */
export async function apiWorld(redisUrl: string, options: Partial<WorldOptions> = {}): Promise<World> {
  const { settings, ...rest } = options;
  const world = await World.open({
    ...{ redisUrl, accounts: { acc: { [video]: { cap: 30 } } }, ...rest },
    settings: { metrics: { port: 0 }, api: { port: 0 }, ...settings },
  });
  world.emulator.inventory({ DeleteVideo: { any: true } });
  return world;
}

export const startServer = (
  world: Pick<World, 'dir'>,
  trouble?: Trouble,
  parts: readonly Part[] = ['--api'],
) => WorkerProcess.start(world, trouble, parts);

export interface Accepted {
  readonly id: string;
  readonly accepted: number;
  readonly duplicates: number;
  readonly alreadySettled: number;
}

export interface Posted {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: Accepted;
  /** From the request to the end of its answer. */
  readonly ms: number;
}

export const deletionOf = (ids: readonly string[]) =>
  JSON.stringify({ account: 'acc', operation: video, ids, reason: 'test' });

/** Rejects if there is no answer. */
export async function post({ url }: WorkerProcess, ids: readonly string[], key?: string): Promise<Posted> {
  const began = performance.now();
  const answer = await fetch(`${url}/v1/deletions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
    body: deletionOf(ids),
    signal: AbortSignal.timeout(30_000),
  });
  const body = (await answer.json()) as Accepted;
  const retryAfter = answer.headers.get('retry-after');
  return { status: answer.status, retryAfter, body, ms: performance.now() - began };
}

export const readiness = async ({ url }: WorkerProcess): Promise<number> =>
  (await fetch(`${url}/readyz`)).status;

/** A POST whose head and first half have arrived, and whose rest comes with `finish`. */
export async function slowPost({ url }: WorkerProcess, ids: readonly string[]) {
  const body = deletionOf(ids);
  const length = String(Buffer.byteLength(body));
  const headers = { 'content-type': 'application/json', 'content-length': length, expect: '100-continue' };
  const sent = httpRequest(`${url}/v1/deletions`, { method: 'POST', headers });
  const answer = new Promise<number | undefined>((resolve, reject) => {
    sent.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    sent.on('error', reject);
  });
  sent.flushHeaders();
  // The server says that it has read the head.
  await new Promise((resolve) => sent.once('continue', resolve));
  sent.write(body.slice(0, 20));
  return { answer, finish: () => void sent.end(body.slice(20)) };
}

/** The p-th part of these, such as 0.99. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? NaN);
}
