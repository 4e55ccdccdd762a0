import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createLimiter, type Cap, type Limiter } from '../../src/limiter.ts';

/** Virtual time for the clock and for Bottleneck alike; `vi.setSystemTime` steps the wall clock alone. */
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const perSecond = (calls: number): Cap => ({ calls, per: 'second' });
const now = (): number => systemClock.monotonic();
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** Keeps a backlog of `depth` calls before the limiter; each is written `delay` ms after it is admitted. */
function backlog(limiter: Limiter, depth = 1, delay = (): number => 0, onWrite = (_at: number): void => {}) {
  const record = { started: [] as number[], written: [] as number[], vetoed: [] as number[] };
  const write = () => {
    if (!limiter.write()) return void record.vetoed.push(now());
    record.written.push(now());
    onWrite(now());
  };
  const one = async (): Promise<void> => {
    const start = () => {
      record.started.push(now());
      const ms = delay();
      if (ms === 0) write();
      else setTimeout(write, ms);
    };
    while (await limiter.admit(start));
  };
  for (let n = 0; n < depth; n += 1) void one();
  return record;
}

/** The most of these ascending times in any span of `ms`. */
function fullest(times: readonly number[], ms: number): number {
  let most = 0;
  for (let last = 0, first = 0; last < times.length; last += 1) {
    while ((times[first] ?? 0) <= (times[last] ?? 0) - ms) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

const closest = (times: readonly number[]): number =>
  Math.min(...times.slice(1).map((at, n) => at - (times[n] ?? 0)));

describe('createLimiter', () => {
  it('uses at least 95 % of the cap under backlog, and never more than the cap in a window', async () => {
    for (const calls of [1, 30, 50, 300]) {
      const limiter = createLimiter(perSecond(calls), systemClock);
      const { written } = backlog(limiter, 3);
      await pass(10_000);
      limiter.stop();
      expect(written.length / 10 / calls).toBeGreaterThanOrEqual(0.95);
      expect(fullest(written, 1_040)).toBe(calls);
      expect(limiter.takeWindowMax()).toBe(calls);
    }
  });

  it('spreads a cap per minute nearly evenly', async () => {
    const limiter = createLimiter({ calls: 100, per: 'minute' }, systemClock);
    const { written } = backlog(limiter);
    await pass(180_000);
    expect(written.length).toBeGreaterThanOrEqual(285);
    expect(fullest(written, 60_000)).toBeLessThanOrEqual(100);
    expect(fullest(written, 5_000)).toBeLessThanOrEqual(9);
  });

  it('never writes more than the cap in a window, whatever is delayed, dropped, late, throttled, stepped or re-capped', async () => {
    const step = fc.record({
      after: fc.nat(1_500),
      do: fc.constantFrom('late', 'late', 'cap', 'throttled', 'clock', 'restore', 'hold', 'none'),
      n: fc.integer({ min: 1, max: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 4, maxLength: 10 }),
        fc.infiniteStream(fc.constantFrom(0, 0, 0, 1, 5, 150, 150, 900)),
        async (steps, delays) => {
          vi.useFakeTimers();
          const limiter = createLimiter(perSecond(10), systemClock);
          let cap = 10;
          const counted: number[] = [];
          let excess = 0;
          const written = (at: number) => {
            counted.push(at);
            excess = Math.max(excess, counted.filter((other) => other > at - 1_040).length - cap);
          };
          const record = backlog(limiter, 30, () => delays.next().value as number, written);
          for (const { after, do: what, n } of steps) {
            await pass(after);
            if (what === 'late') {
              limiter.late();
              counted.push(now());
            } else if (what === 'cap') limiter.setCap(perSecond((cap = n)));
            else if (what === 'throttled') limiter.throttled(n % 2 ? n * 50 : undefined);
            else if (what === 'clock') vi.setSystemTime(Date.now() + (n % 2 ? 5_000 : -3_600_000));
            else if (what === 'restore') {
              limiter.restore([n * 20]);
              counted.push(now() - n * 20);
            } else if (what === 'hold') limiter.holdFor(n * 20);
          }
          const before = record.written.length;
          await pass(6_000);
          limiter.stop();
          expect(excess).toBeLessThanOrEqual(0);
          expect(record.written.length).toBeGreaterThan(before);
        },
      ),
      { numRuns: 40 },
    );
  });

  for (const step of [5_000, -5_000, -3_600_000]) {
    it(`goes on within 2 s after the wall clock steps by ${step / 1_000} s, still within the cap`, async () => {
      for (const calls of [50, 1]) {
        const limiter = createLimiter(perSecond(calls), systemClock);
        const { written } = backlog(limiter);
        await pass(3_000);
        const stepped = now();
        vi.setSystemTime(Date.now() + step);
        await pass(2_000);
        expect(written.some((at) => at > stepped)).toBe(true);
        await pass(3_000);
        expect(fullest(written, 1_040)).toBeLessThanOrEqual(calls);
        expect(written.length).toBeGreaterThanOrEqual(calls * 7);
        limiter.stop();
      }
    });
  }

  it('admits at once when asked after the wall clock stepped back while idle', async () => {
    const limiter = createLimiter(perSecond(50), systemClock);
    const { written } = backlog(limiter);
    await pass(10);
    limiter.stop();
    expect(written).toHaveLength(1);
    const idle = createLimiter(perSecond(50), systemClock);
    await Promise.all([idle.admit(() => idle.write()), pass(30)]);
    vi.setSystemTime(Date.now() - 3_600_000);
    const admitted = idle.admit(() => idle.write());
    await pass(30);
    expect(await admitted).toBe(true);
  });

  it('keeps cold calls, started evenly and written 150 ms later or all at once, within the cap', async () => {
    const limiter = createLimiter(perSecond(50), systemClock);
    let cold = true;
    // Connections take 150 ms until 600 ms have passed; then what still waits for one is written at once.
    const begun = now();
    const { written } = backlog(limiter, 1, () => (cold ? Math.min(600 - (now() - begun), 150) : 0));
    await pass(600);
    cold = false;
    await pass(4_000);
    limiter.stop();
    expect(fullest(written, 1_040)).toBe(50);
    expect(written.length).toBeGreaterThan(4.4 * 48);
  });

  it('vetoes the write of a call that was admitted before the window filled otherwise', async () => {
    const limiter = createLimiter(perSecond(2), systemClock);
    await Promise.all([limiter.admit(() => {}), pass(10)]);
    limiter.late();
    limiter.late();
    expect(limiter.write()).toBe(false);
    await Promise.all([limiter.admit(() => {}), pass(1_040)]);
    expect(limiter.write()).toBe(true);
  });

  it('counts calls that are admitted but not yet written, until they are written or given up', async () => {
    const limiter = createLimiter(perSecond(2), systemClock);
    let started = 0;
    for (let n = 0; n < 4; n += 1) void limiter.admit(() => void (started += 1));
    await pass(5_000);
    expect(started).toBe(2);
    limiter.unwritten();
    await pass(0);
    expect(started).toBe(3);
    limiter.write();
    await pass(1_000);
    expect(started).toBe(3);
    await pass(100);
    expect(started).toBe(4);
  });

  it('counts a call that timed out again from its failure', async () => {
    const limiter = createLimiter(perSecond(1), systemClock);
    await Promise.all([limiter.admit(() => limiter.write()), pass(10)]);
    await pass(2_000);
    limiter.late();
    const failed = now();
    const { written } = backlog(limiter);
    await pass(2_000);
    expect((written[0] ?? 0) - failed).toBeGreaterThanOrEqual(1_040);
  });

  it('applies a lower cap to the window that is already under way', async () => {
    const limiter = createLimiter(perSecond(50), systemClock);
    const { written } = backlog(limiter);
    await pass(1_500);
    limiter.setCap(perSecond(5));
    const lowered = now();
    await pass(5_000);
    const after = written.filter((at) => at > lowered);
    for (const at of after)
      expect(written.filter((other) => other > at - 1_040 && other <= at).length).toBeLessThanOrEqual(5);
    expect(after.length).toBeGreaterThanOrEqual(20);
  });

  it('applies a higher cap at once, also to a call that waits for a slow turn', async () => {
    const limiter = createLimiter({ calls: 1, per: 'minute' }, systemClock);
    const { written } = backlog(limiter);
    await pass(1_000);
    limiter.setCap(perSecond(10));
    await pass(1_000);
    expect(written.length).toBeGreaterThanOrEqual(8);
  });

  it('pauses for the hint, then sends at a lower rate that recovers', async () => {
    const limiter = createLimiter(perSecond(50), systemClock);
    const { written } = backlog(limiter);
    await pass(1_000);
    limiter.throttled(700);
    const throttled = now();
    expect(limiter.rate).toBeLessThan(50);
    expect(limiter.dueIn(0)).toBeCloseTo(700);
    await pass(1_700);
    const after = written.filter((at) => at > throttled);
    expect((after[0] ?? 0) - throttled).toBeGreaterThanOrEqual(700);
    expect(closest(after)).toBeGreaterThan(20);
    limiter.stop();
    await pass(60_000);
    expect(limiter.rate).toBe(50);
  });

  it('pauses for five minutes at most', () => {
    const limiter = createLimiter(perSecond(50), systemClock);
    limiter.throttled(86_400_000);
    expect(limiter.dueIn(0)).toBeCloseTo(300_000);
  });

  it('sends nothing while held, and counts what a former owner sent', async () => {
    const limiter = createLimiter({ calls: 3, per: 'minute' }, systemClock);
    limiter.holdFor(3_000);
    limiter.restore([50_000, 20_000, -500]);
    const begun = now();
    const { written } = backlog(limiter);
    await pass(60_000);
    expect(written.map((at) => Math.round(at - begun))).toEqual([10_040, 40_040]);
    limiter.stop();
  });

  it('refuses a write while held', async () => {
    const limiter = createLimiter(perSecond(50), systemClock);
    await Promise.all([limiter.admit(() => {}), pass(10)]);
    limiter.holdFor(1_000);
    expect(limiter.write()).toBe(false);
  });

  it('foretells its slots', async () => {
    const limiter = createLimiter(perSecond(10), systemClock);
    expect(limiter.dueIn(0)).toBe(0);
    const { written } = backlog(limiter);
    await pass(500);
    const asked = now();
    const foretold = [0, 5, 12, 25].map((k) => asked + limiter.dueIn(k));
    const sent = written.length;
    await pass(5_000);
    for (const [n, k] of [0, 5, 12, 25].entries())
      expect(Math.abs((foretold[n] ?? 0) - (written[sent + k] ?? 0))).toBeLessThan(60);
  });

  it('ends all waiting without a start when stopped, and admits nothing more', async () => {
    const limiter = createLimiter(perSecond(1), systemClock);
    let started = 0;
    const admissions = [1, 2, 3].map(() => limiter.admit(() => void (started += 1)));
    await pass(100);
    limiter.stop();
    limiter.stop();
    admissions.push(limiter.admit(() => void (started += 1)));
    expect(await Promise.all(admissions)).toEqual([true, false, false, false]);
    limiter.write();
    expect(started).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('holds no timer while nobody waits', async () => {
    const limiter = createLimiter(perSecond(50), systemClock);
    await Promise.all([limiter.admit(() => limiter.write()), pass(100)]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
