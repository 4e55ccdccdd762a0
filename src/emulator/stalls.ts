import type { Clock } from '../clock.ts';

/** The event loop stood still: requests that arrived meanwhile are stamped together at its end. */
export interface Stall {
  /** Milliseconds since the emulator's start, when it began. */
  readonly at: number;
  readonly ms: number;
}

const beat = 10;
/** Shorter ones don't bunch arrivals by enough to matter. */
const worthNoting = 20;
const kept = 10_000;

export interface StallWatch {
  /** The latest ten thousand. */
  stalls(): readonly Stall[];
  clear(): void;
  stop(): void;
}

/** Sets itself a timer every 10 ms and notes by how much each is late. */
export function watchStalls(clock: Clock, since: () => number): StallWatch {
  const noted: Stall[] = [];
  let cancel: () => void;
  function wait(): void {
    const due = since() + beat;
    cancel = clock.after(beat, () => {
      const late = since() - due;
      if (late > worthNoting) noted.push({ at: due, ms: late });
      if (noted.length > kept) noted.shift();
      wait();
    });
  }
  wait();
  return {
    stalls: () => noted,
    clear: () => void noted.splice(0),
    stop: () => cancel(),
  };
}
