import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { together } from '../../src/workers/together.ts';

/** A run that ends when it is told to, and what each was asked. */
function slow() {
  const runs: { asked: readonly number[]; answer: () => void; fail: () => void }[] = [];
  const run = (asked: readonly number[]) =>
    new Promise<readonly string[]>((resolve, reject) => {
      runs.push({
        asked,
        answer: () => resolve(asked.map((each) => `answer ${each}`)),
        fail: () => reject(new Error('no')),
      });
    });
  return { run, runs };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());
/** Until the next run may begin. */
const turn = () => vi.advanceTimersByTimeAsync(10);

describe('together', () => {
  it('asks at once what is asked alone', async () => {
    const { run, runs } = slow();
    const ask = together(systemClock, run);
    const one = ask(1);
    expect(runs.map(({ asked }) => asked)).toEqual([[1]]);
    runs[0]?.answer();
    expect(await one).toBe('answer 1');
  });

  it('asks in one go what was asked meanwhile, each for its own answer', async () => {
    const { run, runs } = slow();
    const ask = together(systemClock, run);
    const all = [1, 2, 3].map(ask);
    runs[0]?.answer();
    await turn();
    expect(runs.map(({ asked }) => asked)).toEqual([[1], [2, 3]]);
    runs[1]?.answer();
    expect(await Promise.all(all)).toEqual(['answer 1', 'answer 2', 'answer 3']);
  });

  it('begins no run sooner than 10 ms after another, and one after a silence at once', async () => {
    const { run, runs } = slow();
    const ask = together(systemClock, run);
    void ask(1);
    runs[0]?.answer();
    await vi.advanceTimersByTimeAsync(4);
    void ask(2);
    await vi.advanceTimersByTimeAsync(4);
    void ask(3);
    expect(runs.map(({ asked }) => asked)).toEqual([[1]]);
    await vi.advanceTimersByTimeAsync(2);
    expect(runs.map(({ asked }) => asked)).toEqual([[1], [2, 3]]);
    runs[1]?.answer();
    await vi.advanceTimersByTimeAsync(10);
    void ask(4);
    expect(runs.map(({ asked }) => asked)).toEqual([[1], [2, 3], [4]]);
  });

  it('fails those whose run fails, and nobody after them', async () => {
    const { run, runs } = slow();
    const ask = together(systemClock, run);
    const ends = [1, 2, 3].map((each) => ask(each).catch(() => 'failed'));
    runs[0]?.answer();
    await turn();
    runs[1]?.fail();
    expect(await Promise.all(ends)).toEqual(['answer 1', 'failed', 'failed']);
    await turn();
    const later = ask(4);
    runs[2]?.answer();
    expect(await later).toBe('answer 4');
  });
});
