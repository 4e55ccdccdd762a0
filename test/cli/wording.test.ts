import { describe, expect, it } from 'vitest';
import { readNotBefore } from '../../src/producers/cli/not-before.ts';
import { progressLine, progressMeter } from '../../src/producers/cli/progress.ts';
import { table } from '../../src/producers/cli/terminal.ts';
import { duration, shortened, visible } from '../../src/producers/wording.ts';

describe('visible', () => {
  it('writes out what a terminal would act upon, hide or reorder, and leaves the rest', () => {
    expect(visible('a\nb\0\u001b[2J\u202e\u200b\u2028\u00a0\ud800')).toBe(
      'a<U+000A>b<U+0000><U+001B>[2J<U+202E><U+200B><U+2028><U+00A0><U+D800>',
    );
    expect(visible('ä 图 ~"\'')).toBe('ä 图 ~"\'');
  });
});

describe('shortened', () => {
  it('cuts a long text before it looks at it', () => {
    expect(shortened('x'.repeat(10_000_000), 5)).toBe('xxxxx…');
    expect(shortened('\nabc', 3)).toBe('<U+000A>ab…');
    expect(shortened('a\n', 3)).toBe('a<U+000A>');
  });
});

describe('duration', () => {
  it.each([
    [0, '0 s'],
    [59_499, '59 s'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [349_200_000, '4 d 1 h'],
  ])('says %d ms as %s', (ms, text) => expect(duration(ms)).toBe(text));
});

describe('table', () => {
  it('aligns columns, numbers to the right, and shows no control character', () => {
    expect(
      table(
        ['id', 'n'],
        [
          ['a\n', 5],
          ['b', 10],
        ],
      ),
    ).toBe('id          n\na<U+000A>   5\nb          10');
  });
});

describe('readNotBefore', () => {
  const now = Date.parse('2026-11-20T08:00:00Z');
  it.each([
    ['2026-11-20T22:00:00+08:00', '2026-11-20T14:00:00Z'],
    ['2026-11-21T00:30Z', '2026-11-21T00:30:00Z'],
    ['+90s', '2026-11-20T08:01:30Z'],
    ['+15m', '2026-11-20T08:15:00Z'],
    ['+24h', '2026-11-21T08:00:00Z'],
    ['+2d', '2026-11-22T08:00:00Z'],
  ])('reads %s', (text, iso) => expect(readNotBefore(text, now)).toBe(Date.parse(iso)));

  it.each([
    ['tomorrow', 'is not a time'],
    ['2026-11-21', 'is not a time'],
    ['2026-11-21T10:00:00', 'is not a time'],
    ['2026-13-21T10:00:00Z', 'is not a time'],
    ['2026-11-20T07:59:59Z', 'has passed (2026-11-20 07:59:59 UTC)'],
    ['2028-01-01T00:00:00Z', 'is more than a year ahead'],
    ['+400d', 'is more than a year ahead'],
  ])('refuses %s and says what a time looks like', (text, why) => {
    expect(() => readNotBefore(text, now)).toThrow(
      `--not-before ${text} ${why}: give a time with its zone, such as 2026-11-20T09:00:00Z`,
    );
  });
});

describe('progressMeter', () => {
  it('derives rate and end from the last seconds only, and says nothing before it knows', () => {
    const meter = progressMeter();
    expect(meter({ open: 1_000 }, 0)).toMatchObject({ perSecond: undefined, etaMs: undefined, total: 1_000 });
    expect(meter({ open: 900, deleted: 100 }, 1_000)).toMatchObject({ perSecond: undefined });
    expect(meter({ open: 800, deleted: 190, absent: 10 }, 2_000)).toMatchObject({
      perSecond: 100,
      etaMs: 8_000,
    });
    for (let at = 3_000; at <= 30_000; at += 1_000) meter({ open: 800, deleted: 190, absent: 10 }, at);
    expect(meter({ open: 800, deleted: 190, absent: 10 }, 31_000)).toMatchObject({
      perSecond: 0,
      etaMs: undefined,
    });
  });
});

describe('progressLine', () => {
  const progress = { total: 2_000, open: 500, settled: { deleted: 1_490, refused: 10 } };
  it('shows how far it is, each settlement, the rate and the end', () => {
    expect(progressLine({ ...progress, perSecond: 250, etaMs: 2_000 }, '')).toBe(
      '[##################......] 1,500/2,000  deleted 1,490  refused 10  250 ids/s  about 2 s left',
    );
  });

  it('promises no end while nothing is sent', () => {
    expect(progressLine({ ...progress, perSecond: 250, etaMs: 2_000 }, 'stands still')).toBe(
      '[##################......] 1,500/2,000  deleted 1,490  refused 10  stands still',
    );
  });
});
