import { describe, expect, it } from 'vitest';
import { seeded } from '../../../src/emulator/seeded.ts';
import { Sample } from '../../../src/producers/campaign/sample.ts';

/** A sample of the numbers below `of`. */
function sampled(size: number, of: number, random: () => number): readonly number[] {
  const sample = new Sample<number>(size, random);
  for (let n = 0; n < of; n++) sample.offer(n);
  return sample.items();
}

describe('Sample', () => {
  it('keeps everything while there is room', () => {
    expect(sampled(5, 3, () => 0.5)).toEqual([0, 1, 2]);
    expect(sampled(5, 0, () => 0.5)).toEqual([]);
    expect(sampled(0, 9, () => 0)).toEqual([]);
  });

  it('keeps so many of more, each once, in their order', () => {
    const kept = sampled(100, 10_000, seeded('order'));
    expect(new Set(kept).size).toBe(100);
    expect(kept).toEqual(kept.toSorted((a, b) => a - b));
  });

  it('gives each the same chance: first, middle and last', () => {
    const random = seeded('even');
    const hits = new Array<number>(20).fill(0);
    for (let round = 0; round < 4_000; round++) for (const n of sampled(5, 20, random)) hits[n]! += 1;
    // 1,000 each are expected, with a deviation of 27; five of them is one in a million.
    for (const each of hits) expect(Math.abs(each - 1_000)).toBeLessThan(137);
  });
});
