import { describe, expect, it } from 'vitest';
import type { Campaign } from '../../../src/ledger/campaign/campaign.ts';
import { brakeOf, figuresOf, settledInAll, stageLimit } from '../../../src/producers/campaign/brakes.ts';
import { campaign } from './campaigns.ts';

const running = (over: Partial<Campaign>): Campaign => campaign({ stage: 2, valid: 10_000, ...over });

describe('stageLimit', () => {
  it('is ten, then one in a hundred, then all', () => {
    expect([0, 1, 2].map((stage) => stageLimit(stage, 12_345))).toEqual([10, 124, 12_345]);
  });

  it('is never more than there are, nor less than before', () => {
    for (const valid of [1, 9, 10, 11, 500, 1_000]) {
      const limits = [0, 1, 2].map((stage) => stageLimit(stage, valid));
      expect(limits).toEqual(limits.toSorted((a, b) => a - b));
      expect(limits[2]).toBe(valid);
    }
  });
});

describe('brakeOf', () => {
  it.each([
    [
      'refused',
      { deleted: 990, refused: 11 },
      '11 of 1001 settled ids are refused or exhausted (1.1 %; 1 % allowed)',
    ],
    [
      'exhausted',
      { deleted: 97, exhausted: 3 },
      '3 of 100 settled ids are refused or exhausted (3 %; 1 % allowed)',
    ],
    ['absent', { deleted: 79, absent: 21 }, '21 of 100 settled ids are absent (21 %; 20 % allowed)'],
  ])('stops above the share of %s, and says so', (_, settled, words) => {
    expect(brakeOf(running({ settled }))).toBe(words);
  });

  it('lets shares pass that are just allowed', () => {
    expect(brakeOf(running({ settled: { deleted: 99, refused: 1 } }))).toBeUndefined();
    expect(brakeOf(running({ settled: { deleted: 80, absent: 20 } }))).toBeUndefined();
  });

  it('stops above the share of throttled calls', () => {
    const settled = { deleted: 2_000 };
    expect(brakeOf(running({ settled, calls: 100, throttled: 10 }))).toBeUndefined();
    expect(brakeOf(running({ settled, calls: 100, throttled: 11 }))).toContain(
      '11 of 100 calls are throttled',
    );
  });

  it('takes fewer than a hundred for evidence only where they are a whole stage of the canary', () => {
    expect(brakeOf(running({ settled: { absent: 99 } }))).toBeUndefined();
    expect(brakeOf(running({ stage: 0, settled: { absent: 9 } }))).toBeUndefined();
    expect(brakeOf(running({ stage: 0, settled: { absent: 10 } }))).toContain('10 of 10');
  });

  it('takes what the ledger knew, and what a person cancelled, for no evidence', () => {
    expect(brakeOf(running({ known: { absent: 500 }, settled: { deleted: 5 } }))).toBeUndefined();
    expect(brakeOf(running({ settled: { cancelled: 500 } }))).toBeUndefined();
    expect(brakeOf(running({ stage: 0, known: { absent: 9 }, settled: { absent: 1 } }))).toContain('1 of 1');
  });

  it('takes what is absent after an unanswered attempt for no evidence: that was most likely ourselves', () => {
    expect(brakeOf(running({ settled: { absent: 300, deleted: 100 }, doubtful: 300 }))).toBeUndefined();
    expect(brakeOf(running({ stage: 0, settled: { absent: 10 }, doubtful: 10 }))).toBeUndefined();
    expect(brakeOf(running({ settled: { absent: 330, deleted: 100 }, doubtful: 300 }))).toContain(
      '30 of 130',
    );
  });

  it('counts from where a person let it go on', () => {
    const before = running({ settled: { absent: 200 }, calls: 20, throttled: 9 });
    const judgedFrom = figuresOf(before);
    expect(brakeOf({ ...before, judgedFrom })).toBeUndefined();
    const after = { ...before, judgedFrom, settled: { absent: 221, deleted: 79 } };
    expect(brakeOf(after)).toContain('21 of 100');
  });
});

describe('settledInAll', () => {
  it('counts each settlement, whoever knew it', () => {
    expect(settledInAll({ settled: { deleted: 3, cancelled: 2 }, known: { absent: 1 } })).toBe(6);
  });
});
