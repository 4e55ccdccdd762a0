/** Whether a request could be accepted now. Redis is not asked: without it ids are accepted all the same. */
import type { Clock } from '../../clock.ts';
import { LedgerAway } from '../../ledger/database.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { inTime } from './in-time.ts';

/** Anybody may ask, and each answer costs a write: those who ask within a second share one. */
const sharedMs = 1_000;
/** One that hangs takes nothing either. */
const answerMs = 5_000;
const silent = () => new LedgerAway(`the ledger did not answer within ${answerMs} ms`);

/** Answers the reasons; none: it could. */
export function whyNotAccepting(
  ledger: Pick<Ledger, 'accepting'>,
  clock: Clock,
): () => Promise<readonly string[]> {
  let asked: { readonly at: number; readonly reasons: Promise<readonly string[]> } | undefined;
  return () => {
    const now = clock.monotonic();
    if (asked && now - asked.at < sharedMs) return asked.reasons;
    const reasons = inTime(clock, answerMs, ledger.accepting(), silent).then(
      () => [],
      () => ['the ledger does not answer, or takes nothing: is its disk full?'],
    );
    asked = { at: now, reasons };
    return reasons;
  };
}
