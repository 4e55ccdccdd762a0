/**
 * The date that signatures carry. Both providers refuse one that is more than 15 minutes off, so a machine with a
 * wrong clock could delete nothing; each of their answers tells the right date, and that corrects ours.
 */
import type { Clock } from '../clock.ts';

/** Far below what the providers allow, far above what an answer takes. */
const toleranceMs = 60_000;

export interface ProviderDate {
  /** Milliseconds since 1970: this machine's, unless it differs from the provider's by more than a minute. */
  now(): number;
  /** Takes the `Date` header of an answer that has just come; anything that is no HTTP date is ignored. */
  hear(header: string | undefined): void;
}

/** `onSkew` is told by how many milliseconds this machine is ahead, once for each time that it comes to differ. */
export function providerDate(clock: Clock, onSkew: (ms: number) => void = () => undefined): ProviderDate {
  let heard: { readonly date: number; readonly at: number } | undefined;
  let differs = false;

  return {
    now() {
      const machine = clock.now();
      if (!heard) return machine;
      // By the monotonic clock, so that a step of the other one shows at once, before any call is refused.
      const provider = heard.date + clock.monotonic() - heard.at;
      const differed = differs;
      differs = Math.abs(machine - provider) > toleranceMs;
      if (differs && !differed) onSkew(machine - provider);
      return differs ? provider : machine;
    },
    hear(header) {
      const date = header?.endsWith(' GMT') ? Date.parse(header) : NaN;
      if (Number.isFinite(date)) heard = { date, at: clock.monotonic() };
    },
  };
}
