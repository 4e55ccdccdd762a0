/** Sweeping: what the ledger has to do now and again, from every process that works. */
import { pause, type Clock } from '../clock.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** What a cancelled request's last call has left open is settled so soon. */
const everyMs = 1_000;

export interface SweepMeans {
  readonly ledger: Pick<Ledger, 'sweep'>;
  readonly clock: Clock;
  readonly trouble: (what: string, error: unknown) => void;
}

/** Until `signal` is aborted. */
export async function keepSwept({ ledger, clock, trouble }: SweepMeans, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await ledger.sweep().catch((error: unknown) => trouble('sweeping the ledger failed', error));
    await pause(clock, everyMs, signal);
  }
}
