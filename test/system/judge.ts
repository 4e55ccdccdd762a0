/** What the system tests judge by: the emulator's record, the ledger, and whether the two agree. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Call } from '../../src/emulator/call-record.ts';
import { accessKeysOf, compareWithEmulator } from '../../src/producers/compare.ts';
import { everyTarget } from './targets.ts';
import { fullestWindow, type World } from './world.ts';

/** Resolves when `holds`; rejects after `withinMs`. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 30_000,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${withinMs} ms`);
    await sleep(10);
  }
}

/** Time in which something must not happen: there is no event to wait for. */
export const quiet = (ms: number): Promise<void> => sleep(ms);

/** The emulator's clock, which its record is stamped with. */
export async function emulatorNow({ emulator }: World): Promise<number> {
  const health = (await (await fetch(`${emulator.url}/_emulator/health`)).json()) as { at: number };
  return health.at;
}

/** The ledger's word on each target is the emulator's, and it is sound in itself. */
export async function expectAgreement(world: World): Promise<void> {
  const accessKeys = accessKeysOf(Object.values(world.config.accounts));
  const { differences } = await compareWithEmulator(world.ledger, world.emulator.url, undefined, {
    accessKeys,
  });
  expect(differences).toEqual([]);
  expect((await world.ledger.verify()).findings).toEqual([]);
}

/** An answer that went out whole and said that it was done. */
export const answeredWithSuccess = ({ status, code }: Call): boolean => status === 200 && code === '';

/** Settlement, code and attempts of each id, for tests that look at a few. */
export async function fates(world: World, ids: readonly string[]) {
  const wanted = new Set(ids);
  const rows = (await everyTarget(world)).filter(({ id }) => wanted.has(id));
  return new Map(
    rows.map(({ id, settlement, code, attempts, ambiguous }) => [
      id,
      { settlement, code, attempts, ambiguous: ambiguous === 1 },
    ]),
  );
}

/**
 * Most calls of an account, reads included, in any rolling window; without those stamped in or right after a
 * stall of the emulator: such stamps are too late, and bunched.
 */
export function fullestUndisturbed(world: World, account: string, windowMs: number): number {
  const { stalls } = world.emulator.stats();
  const doubtful = (at: number) =>
    stalls.some((stall) => at >= stall.at - 10 && at <= stall.at + stall.ms + 10);
  const calls = world.emulator.calls().filter((call) => call.account === `key-of-${account}`);
  return fullestWindow(
    calls.map(({ at }) => at).filter((at) => !doubtful(at)),
    windowMs,
  );
}
