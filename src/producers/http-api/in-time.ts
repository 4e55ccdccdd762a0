import type { Clock } from '../../clock.ts';
import { LedgerAway } from '../../ledger/database.ts';
import { within } from '../../within.ts';

/** A ledger that hangs is away too. */
const ledgerMs = 5_000;

export const ledgerInTime = <T>(clock: Clock, asked: Promise<T>): Promise<T> =>
  inTime(clock, ledgerMs, asked, () => new LedgerAway(`the ledger did not answer within ${ledgerMs} ms`));

/** What the promise ends with, or `late` thrown after so many ms. */
export const inTime = <T>(clock: Clock, ms: number, promise: Promise<T>, late: () => Error): Promise<T> =>
  within(clock, ms, promise, () => {
    throw late();
  });
