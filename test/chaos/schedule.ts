/** Which fault strikes when: all of it follows from the seed, so that a run can be repeated. */
import { seeded } from '../../src/emulator/seeded.ts';
import type { Fault } from './fault.ts';

export interface Strike {
  /** Milliseconds from the start of the run. */
  readonly at: number;
  readonly fault: Fault;
  /** What the fault itself draws from. */
  readonly random: () => number;
}

/** From `fromMs` to `untilMs`, one every `everyMs` on average; weights say how often each is drawn. */
export function schedule(
  seed: string,
  faults: readonly Fault[],
  { fromMs, untilMs, everyMs }: { fromMs: number; untilMs: number; everyMs: number },
): readonly Strike[] {
  const random = seeded(seed);
  const strikes: Strike[] = [];
  const total = faults.reduce((sum, { weight }) => sum + weight, 0);
  for (let at = fromMs; at < untilMs; at += everyMs * 2 * random()) {
    let drawn = random() * total;
    const fault = faults.find(({ weight }) => (drawn -= weight) < 0);
    if (fault) strikes.push({ at, fault, random: seeded(`${seed}/${strikes.length}`) });
  }
  return strikes;
}
