/**
 * The ledger held against the emulator's own record, id by id: what was asked, what was deleted, what is on
 * record. The emulator is a party that shares no code with the workers, so agreement means something.
 */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Ledger } from '../ledger/ledger.ts';
import { findOperation } from '../providers/operations.ts';

export interface Comparison {
  readonly targets: number;
  readonly deletedAtProvider: number;
  readonly calls: number;
  /** Each a sentence that names the id; empty means equal. At most 100. */
  readonly differences: readonly string[];
}

/** `url` is the emulator's. Only lanes for which `include` holds are looked at. */
export async function compareWithEmulator(
  ledger: Ledger,
  url: string,
  include: (lane: string) => boolean = () => true,
): Promise<Comparison> {
  const { deleted, calls, repeated } = await readRecord(url);
  const differences = [...repeated].map((id) => `${id}: deleted more than once at the provider`);
  const unasked = new Set(deleted);
  let targets = 0;
  for (let seq = 0; ;) {
    const page = await ledger.page(seq, 10_000);
    for (const row of page) {
      seq = row.seq;
      if (!include(row.lane)) continue;
      targets++;
      const name = `${actionOf(row.lane)} ${row.id}`;
      unasked.delete(name);
      const told = disagreement(row.settlement, deleted.has(name), row.ambiguous === 1);
      if (told) differences.push(`${name}: ${told}`);
    }
    if (page.length === 0) break;
  }
  for (const name of unasked)
    differences.push(`${name}: deleted at the provider, and the ledger never heard of it`);
  return { targets, deletedAtProvider: deleted.size, calls, differences: differences.slice(0, 100) };
}

function disagreement(settlement: string | null, gone: boolean, ambiguous: boolean): string | undefined {
  if (settlement === null) return 'still open in the ledger';
  if (settlement === 'deleted')
    return gone ? undefined : 'deleted by the ledger, not deleted at the provider';
  // An unanswered attempt may have deleted it: then the ledger says so beside "absent" or "exhausted".
  return gone && !ambiguous ? `${settlement} by the ledger, but deleted at the provider` : undefined;
}

function actionOf(lane: string): string {
  const found = findOperation(lane.slice(lane.indexOf('~') + 1));
  return 'problem' in found ? lane : found.action;
}

async function readRecord(url: string) {
  const response = await fetch(`${url}/_emulator/calls`);
  if (!response.ok || !response.body) throw new Error(`the emulator's record: HTTP ${response.status}`);
  const deleted = new Set<string>();
  const repeated = new Set<string>();
  let calls = 0;
  for await (const line of createInterface(Readable.fromWeb(response.body))) {
    if (line === '') continue;
    calls++;
    const call = JSON.parse(line) as { action: string; deleted: string[] };
    for (const id of call.deleted) {
      const name = `${call.action} ${id}`;
      if (deleted.has(name)) repeated.add(name);
      deleted.add(name);
    }
  }
  return { deleted, repeated, calls };
}
