/** What the demo asks of the emulator beside deletions: its inventory, its faults, its record. */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Purge } from './round.ts';

/** How fast one action was called, by the emulator's record of arrivals. */
export interface Pace {
  readonly calls: number;
  /** Calls per second from the first to the last. */
  readonly rate: number;
  /** Most calls in any rolling window of the cap's length, attempted ones counted. */
  readonly fullest: number;
}

async function post(url: string, path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/_emulator/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`the emulator refused ${path}: ${await response.text()}`);
}

/** Everything in the purges exists from now on. */
export async function stock(url: string, purges: readonly Purge[]): Promise<void> {
  for (const { action, inventory } of purges)
    for (const definition of inventory) await post(url, 'inventory', { [action]: definition });
}

/** The purges' forbidden ids can't be deleted from now on. */
export const forbid = (url: string, purges: readonly Purge[]): Promise<void> =>
  post(
    url,
    'faults',
    purges
      .filter(({ forbidden }) => forbidden.length > 0)
      .map(({ action, forbidden }) => ({ kind: 'forbid-ids', action, ids: forbidden })),
  );

/** Milliseconds since the emulator's first start: the time that its record is written in. */
export async function timeOf(url: string): Promise<number> {
  const response = await fetch(`${url}/_emulator/health`);
  return ((await response.json()) as { at: number }).at;
}

/** The pace of one action since `from`. */
export async function paceSince(url: string, from: number, action: string, windowMs: number): Promise<Pace> {
  const response = await fetch(`${url}/_emulator/calls`);
  if (!response.body) throw new Error('the emulator gave no record');
  const at: number[] = [];
  for await (const line of createInterface(Readable.fromWeb(response.body))) {
    if (line === '') continue;
    const call = JSON.parse(line) as { at: number; action: string };
    if (call.action === action && call.at >= from) at.push(call.at);
  }
  at.sort((a, b) => a - b);
  const seconds = ((at.at(-1) ?? 0) - (at[0] ?? 0)) / 1_000;
  let fullest = 0;
  for (let first = 0, last = 0; last < at.length; last++) {
    while ((at[last] ?? 0) - (at[first] ?? 0) >= windowMs) first++;
    fullest = Math.max(fullest, last - first + 1);
  }
  return { calls: at.length, rate: seconds > 0 ? (at.length - 1) / seconds : 0, fullest };
}
