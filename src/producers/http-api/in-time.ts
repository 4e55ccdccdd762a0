import { pause, type Clock } from '../../clock.ts';
import { LedgerAway } from '../../ledger/database.ts';

/** A ledger that hangs is away too. */
const ledgerMs = 5_000;

export const ledgerInTime = <T>(clock: Clock, asked: Promise<T>): Promise<T> =>
  inTime(clock, ledgerMs, asked, () => new LedgerAway(`the ledger did not answer within ${ledgerMs} ms`));

/** What the promise ends with, or `late` thrown after so many ms: whoever asks is never left waiting for longer. */
export async function inTime<T>(
  clock: Clock,
  ms: number,
  promise: Promise<T>,
  late: () => Error,
): Promise<T> {
  const over = new AbortController();
  const tooLate = pause(clock, ms, over.signal).then((): never => {
    throw late();
  });
  // Once the promise has ended nobody listens any more.
  tooLate.catch(() => undefined);
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    over.abort();
  }
}
