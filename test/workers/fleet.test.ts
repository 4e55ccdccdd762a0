import { describe, expect, it } from 'vitest';
import { fairShare, waitBefore } from '../../src/workers/fleet.ts';

describe('fairShare', () => {
  const units = Array.from({ length: 12 }, (_, n) => `u${n}`);

  it('is everything for the only worker and an even part for several', () => {
    expect(fairShare(units, [units])).toBe(12);
    expect(fairShare(units, [units, units])).toBe(6);
    expect(fairShare(units, [units, units, units, units, units])).toBe(3);
  });

  it('counts only workers that could own a unit', () => {
    expect(fairShare(['a', 'b'], [['a', 'b'], ['c']])).toBe(2);
    expect(fairShare(['a', 'b', 'c'], [['a', 'b', 'c'], ['c']])).toBe(3);
  });
});

describe('waitBefore', () => {
  it('is nothing for a unit never used, a window after a release, 3 s after a death', () => {
    const callAges: number[] = [];
    expect(waitBefore({ epoch: 1, left: 'unused', callAges }, 1_000)).toBe(0);
    expect(waitBefore({ epoch: 2, left: 'released', callAges }, 1_000)).toBe(1_040);
    expect(waitBefore({ epoch: 2, left: 'silent', callAges }, 1_000)).toBe(3_000);
    expect(waitBefore({ epoch: 2, left: 'released', callAges }, 60_000)).toBe(0);
  });
});
