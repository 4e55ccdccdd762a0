import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RollingWindow } from '../../src/emulator/rolling-window.ts';

describe('RollingWindow', () => {
  it('keeps two events one length apart in different windows', () => {
    const window = new RollingWindow(1_000);
    window.add(0);
    window.add(999);
    expect(window.count(999)).toBe(2);
    window.add(1_000);
    expect(window.count(1_000)).toBe(2);
    expect(window.fullest).toBe(2);
  });

  it('agrees with counting every window anew', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 300 }), (gaps) => {
        const window = new RollingWindow(100);
        const times = gaps.map((_, i) => gaps.slice(0, i + 1).reduce((sum, gap) => sum + gap, 0));
        const counted = times.map((end) => times.filter((time) => time > end - 100 && time <= end).length);
        times.forEach((time) => window.add(time));
        expect(window.fullest).toBe(Math.max(0, ...counted));
      }),
    );
  });

  it('keeps a late comer as long as the event before it', () => {
    const window = new RollingWindow(100);
    window.add(500);
    window.add(350);
    expect(window.count(599)).toBe(2);
    expect(window.count(600)).toBe(0);
  });
});
