/** Whether a request could be accepted now. Redis is not asked: without it ids are accepted all the same. */
import type { Clock } from '../../clock.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { ledgerInTime } from './in-time.ts';

/** Anybody may ask, and each answer costs a write: those who ask within a second share one. */
const sharedMs = 1_000;

/** Answers the reasons; none: it could. */
export function whyNotAccepting(
  ledger: Pick<Ledger, 'accepting'>,
  clock: Clock,
): () => Promise<readonly string[]> {
  let asked: { readonly at: number; readonly reasons: Promise<readonly string[]> } | undefined;
  return () => {
    const now = clock.monotonic();
    if (asked && now - asked.at < sharedMs) return asked.reasons;
    const reasons = ledgerInTime(clock, ledger.accepting()).then(
      () => [],
      () => ['the ledger does not answer, or takes nothing: is its disk full?'],
    );
    asked = { at: now, reasons };
    return reasons;
  };
}
