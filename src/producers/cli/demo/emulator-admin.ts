/** What the demo asks of the emulator beside deletions: its inventory, its faults, its record. */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Purge } from './round.ts';

/** How fast one action was called, by the emulator's record of arrivals. */
export interface Pace {
  readonly calls: number;
  /** Ids in them. */
  readonly ids: number;
  /** Calls per second from the first to the last. */
  readonly rate: number;
  /** Most calls in any rolling window of the cap's length, attempted ones counted; without bunched arrivals. */
  readonly fullest: number;
  /** The same with them: what waits while the emulator stalls arrives in one bunch, whenever it was sent. */
  readonly fullestBunched: number;
}

interface Stall {
  readonly at: number;
  readonly ms: number;
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
  const stats = await fetch(`${url}/_emulator/stats`);
  const { stalls } = (await stats.json()) as { stalls: readonly Stall[] };
  const response = await fetch(`${url}/_emulator/calls`);
  if (!response.body) throw new Error('the emulator gave no record');
  const at: number[] = [];
  let ids = 0;
  for await (const line of createInterface(Readable.fromWeb(response.body))) {
    if (line === '') continue;
    const call = JSON.parse(line) as { at: number; action: string; ids: readonly string[] };
    if (call.action !== action || call.at < from) continue;
    at.push(call.at);
    ids += call.ids.length;
  }
  at.sort((a, b) => a - b);
  const seconds = ((at.at(-1) ?? 0) - (at[0] ?? 0)) / 1_000;
  const sure = at.filter((time) => !stalls.some((stall) => isNear(stall, time)));
  return {
    calls: at.length,
    ids,
    rate: seconds > 0 ? (at.length - 1) / seconds : 0,
    fullest: fullestWindow(sure, windowMs),
    fullestBunched: fullestWindow(at, windowMs),
  };
}

const isNear = ({ at, ms }: Stall, time: number): boolean => time >= at - 10 && time <= at + ms + 10;

function fullestWindow(at: readonly number[], windowMs: number): number {
  let most = 0;
  for (let first = 0, last = 0; last < at.length; last++) {
    while ((at[last] ?? 0) - (at[first] ?? 0) >= windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
