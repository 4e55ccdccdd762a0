import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { rememberFull } from '../../../src/producers/http-api/fullness.ts';

function setup(counts: number[]) {
  let now = 0;
  const asked: string[] = [];
  const offeredCount = rememberFull(
    {
      offeredCount: async (lane, limit) => {
        asked.push(lane);
        return Math.min(limit, counts.shift() ?? NaN);
      },
    },
    { ...systemClock, monotonic: () => now },
  );
  return { offeredCount, asked, pass: (ms: number) => (now += ms) };
}

describe('rememberFull', () => {
  it('counts a lane that was full again after 250 ms, and one with room each time', async () => {
    const { offeredCount, asked, pass } = setup([300, 200, 250]);
    expect(await offeredCount('a', 300)).toBe(300);
    pass(249);
    expect(await offeredCount('a', 300)).toBe(300);
    expect(asked).toEqual(['a']);
    pass(1);
    expect(await offeredCount('a', 300)).toBe(200);
    expect(await offeredCount('a', 300)).toBe(250);
  });

  it('knows nothing of other lanes, nor of more than it counted', async () => {
    const { offeredCount } = setup([300, 10, 400]);
    expect(await offeredCount('a', 300)).toBe(300);
    expect(await offeredCount('b', 300)).toBe(10);
    expect(await offeredCount('a', 3_000)).toBe(400);
  });
});
