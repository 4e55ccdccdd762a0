import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowAt, windowProblem } from '../../../src/producers/campaign/window.ts';

const at = (iso: string): number => Date.parse(iso);
const night = '22:00-06:00 Asia/Shanghai';

describe('windowAt', () => {
  it.each([
    ['2026-11-21T13:59:59Z', false, '2026-11-21T14:00:00Z'],
    ['2026-11-21T14:00:00Z', true, '2026-11-21T22:00:00Z'],
    ['2026-11-21T18:30:00Z', true, '2026-11-21T22:00:00Z'],
    ['2026-11-21T21:59:59Z', true, '2026-11-21T22:00:00Z'],
    ['2026-11-21T22:00:00Z', false, '2026-11-22T14:00:00Z'],
  ])('goes over midnight by the zone’s clock: %s', (moment, open, changes) => {
    expect(windowAt(night, at(moment))).toEqual({ open, changesAt: at(changes) });
  });

  it('lies within a day too', () => {
    expect(windowAt('09:30-17:00 UTC', at('2026-11-21T09:29:30Z'))).toEqual({
      open: false,
      changesAt: at('2026-11-21T09:30:00Z'),
    });
    expect(windowAt('09:30-17:00 UTC', at('2026-11-21T16:00:00Z')).changesAt).toBe(
      at('2026-11-21T17:00:00Z'),
    );
  });

  it('keeps to the clock on the wall when it is put back', () => {
    // Berlin, 2026-10-25 03:00 CEST becomes 02:00 CET: the night is an hour longer.
    const { open, changesAt } = windowAt('22:00-06:00 Europe/Berlin', at('2026-10-24T22:00:00Z'));
    expect({ open, changesAt }).toEqual({ open: true, changesAt: at('2026-10-25T05:00:00Z') });
  });

  it('changes where it says, and nowhere before', () => {
    const minute = fc.integer({ min: 0, max: 1_439 });
    const text = (minutes: number) =>
      `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    const moments = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') });
    fc.assert(
      fc.property(
        minute,
        minute,
        moments,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (from, to, moment, part) => {
          fc.pre(from !== to);
          const window = `${text(from)}-${text(to)} Asia/Kolkata`;
          const { open, changesAt } = windowAt(window, moment);
          expect(windowAt(window, Math.floor(moment + part * (changesAt - moment))).open).toBe(open);
          expect(windowAt(window, changesAt).open).toBe(!open);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('windowProblem', () => {
  it.each([night, '00:00-23:59 UTC', '08:00-18:00 America/Argentina/Buenos_Aires'])(
    'finds none in %s',
    (text) => {
      expect(windowProblem(text)).toBeUndefined();
    },
  );

  it.each([
    ['22:00-06:00', 'is not a time window'],
    ['24:00-06:00 UTC', 'is not a time window'],
    ['22-06 UTC', 'is not a time window'],
    ['', 'is not a time window'],
    ['06:00-06:00 UTC', 'never opens'],
    ['22:00-06:00 Mars/Olympus', 'no time zone'],
  ])('refuses "%s" and shows how it is written', (text, words) => {
    expect(windowProblem(text)).toContain(words);
    expect(windowProblem(text)).toContain('22:00-06:00 Asia/Shanghai');
  });
});
