import { describe, expect, it } from 'vitest';
import { waitBefore } from '../../src/workers/fleet.ts';

describe('waitBefore', () => {
  it('is nothing for a unit never used, a window after a release, 3 s after a death', () => {
    const callAges: number[] = [];
    expect(waitBefore({ epoch: 1, left: 'unused', callAges }, 1_000)).toBe(0);
    expect(waitBefore({ epoch: 2, left: 'released', callAges }, 1_000)).toBe(1_040);
    expect(waitBefore({ epoch: 2, left: 'silent', callAges }, 1_000)).toBe(3_000);
    expect(waitBefore({ epoch: 2, left: 'released', callAges }, 60_000)).toBe(0);
  });
});
