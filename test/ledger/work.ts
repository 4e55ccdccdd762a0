/** A ledger in a time of its own, with one lane, an owner for it, and short words for what happens to targets. */
import { CompiledQuery } from 'kysely';
import { onTestFinished } from 'vitest';
import type { Settlement } from '../../src/deletion.ts';
import type { Deeds } from '../../src/ledger/deeds.ts';
import { openDatabase, openLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { keyed } from '../target.ts';
import type { Place } from './databases.ts';

export const operation = 'alibaba.vod.delete-video';
export const lane = `acc~${operation}`;
export const entry = { name: lane, account: 'acc', operation, unit: lane };
export const key = (id: string): string => keyed('acc', operation, id).key;

const asked = { requester: 'ann', reason: 'tidy', urgent: false, notBefore: 0, again: false };
const hour = 3_600_000;

export interface Work {
  readonly url: string;
  readonly ledger: Ledger;
  /** Lets hours pass. */
  pass(hours: number): void;
  now(): number;
  /** One request for these videos, by another process where one is given. */
  ask(request: string, ids: readonly string[], over?: Partial<typeof asked>, by?: Ledger): Promise<void>;
  /** One call for these videos, which stays open. */
  claim(call: string, ids: readonly string[]): Promise<void>;
  /** Ends the call: these of its targets are settled so, and those are let go. */
  settle(
    call: string,
    settlement: Settlement,
    ids: readonly string[],
    those?: readonly string[],
  ): Promise<void>;
  /** Claims and settles. */
  end(call: string, settlement: Settlement, ids: readonly string[]): Promise<void>;
  /** Writes past the ledger. */
  tamper(...statements: readonly string[]): Promise<void>;
  /** Rows that such a statement gives. */
  rows(statement: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** `now`: what time it is, in ms since 1970. */
export async function startWork(
  create: () => Promise<Place>,
  now = 1_000_000_000,
  deeds?: Deeds,
): Promise<Work> {
  const { url, remove } = await create();
  const ledger = await openLedger(url, [entry], { time: () => now, ...(deeds && { deeds }) });
  const { database } = openDatabase(url);
  onTestFinished(async () => {
    await Promise.all([ledger.close(), database.close()]);
    await remove();
  });
  await ledger.beat({ id: 'w1', host: 'h', pid: 1, units: { [lane]: { calls: 30, per: 'second' } } });
  const tenure = { unit: lane, owner: 'w1', epoch: (await ledger.take(lane, 'w1', 1_000))?.epoch ?? -1 };
  const work: Work = {
    url,
    ledger,
    pass: (hours) => void (now += hours * hour),
    now: () => now,
    async ask(request, ids, over = {}, by = ledger) {
      const targets = ids.map((id) => keyed('acc', operation, id));
      await by.record(request, lane, { ...asked, ...over }, targets, [], 0);
    },
    async claim(call, ids) {
      const { claimed } = await ledger.claim(call, lane, tenure, ids.map(key));
      if (claimed.size !== ids.length) throw new Error(`${call} got ${claimed.size} of ${ids.length}`);
    },
    async settle(call, settlement, ids, those = []) {
      const end = { call, result: 'answered', code: '', providerRequest: `R-${call}`, ms: 12 };
      const keys = ids.map(key);
      await ledger.settle(end, [
        { then: 'settle', settlement, keys, code: 'C', message: 'M' },
        { then: 'release', keys: those.map(key) },
      ]);
    },
    async end(call, settlement, ids) {
      await work.claim(call, ids);
      await work.settle(call, settlement, ids);
    },
    async tamper(...statements) {
      await database.write(statements.map((text) => CompiledQuery.raw(text)));
    },
    async rows(statement) {
      return (await database.read([CompiledQuery.raw(statement)]))[0] ?? [];
    },
  };
  return work;
}
