/**
 * Bottleneck's turns, one at a time, and the only file that knows Bottleneck: local, `maxConcurrent` 1, `minTime`
 * between turns. A turn that was asked for leads to `take`, is `ours` until `end`, and then the next one is asked
 * for if it is `wanted`. Exactly one job is ever with Bottleneck, so that little is lost when it is built anew.
 *
 * Bottleneck waits by the wall clock and would be silent for as long as that is stepped back: after a step it is
 * built anew. That forgets when the last turn was, so the caller must keep turns apart by the monotonic clock too.
 */
import Bottleneck from 'bottleneck';
import type { Clock } from './clock.ts';

/** Milliseconds that the wall clock must move against the monotonic one to count as stepped; and how often that is looked at. */
const step = 100;
const watchEvery = 250;

export interface Turns {
  /** Wants a turn; nothing happens where one is wanted or under way already. */
  ask(): void;
  /** A turn has begun and not ended. */
  ours(): boolean;
  end(): void;
  /** In force at once, also for the turn that is being waited for. */
  setMinTime(ms: number): void;
  stop(): void;
}

export function createTurns(clock: Clock, minTime: number, take: () => void, wanted: () => boolean): Turns {
  let phase: 'idle' | 'asked' | 'begun' | 'stopped' = 'idle';
  let skew = 0;
  let bottleneck = build();
  let end: (() => void) | undefined;
  let cancelWatch = (): void => {};

  function build(): Bottleneck {
    skew = clock.now() - clock.monotonic();
    return new Bottleneck({ maxConcurrent: 1, minTime, rejectOnDrop: false });
  }

  function rebuild(): void {
    const old = bottleneck;
    bottleneck = build();
    if (phase !== 'asked') return; // a turn that has begun ends with its own Bottleneck
    void old.stop({ dropWaitingJobs: true });
    submit();
  }

  function checkClock(): void {
    if (Math.abs(clock.now() - clock.monotonic() - skew) > step) rebuild();
  }

  function watch(): void {
    cancelWatch();
    cancelWatch = clock.after(watchEvery, () => {
      watch();
      checkClock();
    });
  }

  function submit(): void {
    const mine = bottleneck;
    watch();
    void mine
      .schedule(() => begin(mine))
      .then((begun) => {
        if (!begun || phase === 'stopped') return;
        phase = 'idle';
        if (wanted()) ask();
      });
  }

  function begin(mine: Bottleneck): Promise<boolean> {
    if (mine !== bottleneck || phase !== 'asked') return Promise.resolve(false);
    cancelWatch();
    phase = 'begun';
    return new Promise((resolve) => {
      end = () => resolve(true);
      take();
    });
  }

  function ask(): void {
    checkClock();
    if (phase !== 'idle') return;
    phase = 'asked';
    submit();
  }

  return {
    ask,
    ours: () => end !== undefined,
    end() {
      end?.();
      end = undefined;
    },
    setMinTime(ms) {
      minTime = ms;
      rebuild();
    },
    stop() {
      if (phase === 'stopped') return;
      phase = 'stopped';
      cancelWatch();
      end?.();
      end = undefined;
      void bottleneck.stop({ dropWaitingJobs: true });
    },
  };
}
