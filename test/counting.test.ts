import { describe, expect, it } from 'vitest';
import type { Clock } from '../src/clock.ts';
import { counting } from '../src/counting.ts';
import type { LaneBacklog } from '../src/ledger/backlog.ts';

/** A ledger whose counts end when the test says so, and a clock that it moves. */
function setup() {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly then: () => void }>();
  const clock = {
    monotonic: () => now,
    after(ms: number, then: () => void) {
      const timer = { at: now + ms, then };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  } as unknown as Clock;
  const asked: (readonly string[])[] = [];
  const ends: ((open: number | Error) => void)[] = [];
  const ledger = {
    backlog: (lanes: readonly string[]) =>
      new Promise<ReadonlyMap<string, LaneBacklog>>((resolve, reject) => {
        asked.push(lanes);
        ends.push((open) => {
          if (open instanceof Error) return reject(open);
          resolve(new Map(lanes.map((lane) => [lane, { open, dead: 0, oldestMs: undefined }])));
        });
      }),
  };
  return {
    count: counting(ledger, clock),
    asked,
    end: (open: number | Error) => ends.shift()?.(open),
    pass(ms: number) {
      now += ms;
      for (const timer of timers)
        if (timer.at <= now) {
          timers.delete(timer);
          timer.then();
        }
    },
    timers,
  };
}
const openOf = async (counted: Promise<ReadonlyMap<string, LaneBacklog>>) => (await counted).get('a')?.open;

describe('counting', () => {
  it('tells what is there now where counting is quick', async () => {
    const { count, end, pass, timers } = setup();
    for (const open of [7, 8]) {
      const told = openOf(count(['a']));
      end(open);
      expect(await told).toBe(open);
      pass(15_000);
    }
    expect(timers.size).toBe(0);
  });

  it('tells the count before where one takes longer than a moment, and the new one at the next scrape', async () => {
    const { count, end, pass } = setup();
    const first = openOf(count(['a']));
    pass(300);
    end(1_000_000);
    expect(await first).toBe(1_000_000);
    pass(15_000);
    const second = openOf(count(['a']));
    pass(20);
    expect(await second).toBe(1_000_000);
    pass(280);
    end(999_000);
    await Promise.resolve();
    pass(15_000);
    const third = openOf(count(['a']));
    pass(20);
    expect(await third).toBe(999_000);
  });

  it('counts again only after ten times what it took, one count at a time', async () => {
    const { count, asked, end, pass } = setup();
    const first = count(['a']);
    pass(3_000);
    end(5);
    await first;
    pass(26_900);
    expect(await openOf(count(['a']))).toBe(5);
    expect(asked).toHaveLength(1);
    pass(100);
    const both = [openOf(count(['a'])), openOf(count(['a']))];
    expect(asked).toHaveLength(2);
    end(6);
    expect(await Promise.all(both)).toEqual([6, 6]);
  });

  it('counts a lane that is new here at once, and does not keep the others waiting for it', async () => {
    const { count, asked, end, pass } = setup();
    const first = count(['a']);
    end(1);
    await first;
    const more = count(['a', 'b']);
    pass(20);
    expect(await more).toEqual(new Map([['a', { open: 1, dead: 0, oldestMs: undefined }]]));
    expect(asked).toEqual([['a'], ['a', 'b']]);
    pass(280);
    end(2);
    await Promise.resolve();
    const next = count(['a', 'b']);
    expect((await next).get('b')?.open).toBe(2);
  });

  it('waits where none of the lanes was counted yet, and after a time in which nobody asked', async () => {
    const { count, end, pass } = setup();
    let told: unknown;
    const first = count(['a', 'b']).then((counted) => (told = counted.get('b')?.open));
    pass(1_000);
    await Promise.resolve();
    expect(told).toBeUndefined();
    end(2);
    await first;
    expect(told).toBe(2);
    pass(60_001);
    const late = openOf(count(['a', 'b']));
    pass(1_000);
    end(3);
    expect(await late).toBe(3);
  });

  it('rejects while the ledger is away, and counts again when it is back', async () => {
    const { count, end } = setup();
    const away = count(['a']);
    end(new Error('away'));
    await expect(away).rejects.toThrow('away');
    const back = openOf(count(['a']));
    end(4);
    expect(await back).toBe(4);
  });
});
