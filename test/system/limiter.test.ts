import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createLimiter } from '../../src/limiter.ts';

/** In real time: what a virtual clock can't show, a thread that is blocked while timers fall due. */
describe('createLimiter', () => {
  it('keeps to the cap and to its spacing when the event loop is blocked for half a second, and uses the cap before', async () => {
    const limiter = createLimiter({ calls: 50, per: 'second' }, systemClock);
    const written: number[] = [];
    const write = () => {
      if (limiter.write()) written.push(systemClock.monotonic());
    };
    const until = async (calls: number) => {
      while (written.length < calls && (await limiter.admit(write)));
    };
    const began = systemClock.monotonic();
    await until(100);
    // 50 calls in 0.8 s, and the next 50 of them a window and its headroom later.
    expect(systemClock.monotonic() - began).toBeLessThan(1_040 + 800 + 200);

    const blocked = systemClock.monotonic();
    while (systemClock.monotonic() < blocked + 500);
    await until(130);
    limiter.stop();

    const after = written.slice(100);
    const gaps = after.slice(1).map((at, n) => at - (after[n] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(15);
    for (const end of written)
      expect(written.filter((at) => at > end - 1_040 && at <= end).length).toBeLessThanOrEqual(50);
  });
});
