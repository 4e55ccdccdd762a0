import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ring } from '../../src/ring.ts';

const headroom = 40;
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), after: fc.nat(400) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('late' as const), after: fc.nat(400) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('restore' as const),
      age: fc.integer({ min: -1_000, max: 2_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('cap' as const),
      calls: fc.integer({ min: 1, max: 8 }),
      window: fc.constantFrom(1_000, 60_000),
    }),
  },
);

describe('Ring', () => {
  it('refuses a write exactly when the window and the headroom already hold the cap, late and restored calls counted', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 10, maxLength: 120 }), (events) => {
        let cap = 4;
        let window = 1_000;
        let now = 0;
        const counted: number[] = [];
        const ring = new Ring(cap, window, headroom);
        for (const event of events) {
          if (event.do === 'cap') ring.setCap((cap = event.calls), (window = event.window));
          else if (event.do === 'restore') {
            ring.add(now - event.age);
            counted.push(now - event.age);
          } else {
            now += event.after;
            const full = counted.filter((at) => at > now - window - headroom).length >= cap;
            if (event.do === 'late') ring.add(now);
            else {
              expect(ring.due(0) <= now).toBe(!full);
              expect(ring.stamp(now)).toBe(!full);
            }
            if (event.do === 'late' || !full) counted.push(now);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('names the moment from which a write is allowed, and refuses it just before', () => {
    const ring = new Ring(2, 1_000, headroom);
    expect([ring.stamp(0), ring.stamp(10)]).toEqual([true, true]);
    expect(ring.due(0)).toBe(1_040);
    expect(ring.due(1)).toBe(1_050);
    expect(ring.stamp(1_039.9)).toBe(false);
    expect(ring.stamp(1_040)).toBe(true);
  });

  it('lets no call be admitted behind a whole cap of calls that are not written yet', () => {
    const ring = new Ring(2, 1_000, headroom);
    expect([ring.due(1), ring.due(2)]).toEqual([-Infinity, Infinity]);
  });

  it('keeps the history of a minute through many thousand stamps', () => {
    const ring = new Ring(10_000, 1_000, headroom);
    for (let call = 0; call < 30_000; call += 1) expect(ring.stamp(call * 5)).toBe(true);
    ring.setCap(10_000, 60_000);
    expect(ring.due(0)).toBe(20_000 * 5 + 60_040);
  });

  it('tells the fullest window since the last asking', () => {
    const ring = new Ring(10, 1_000, headroom);
    for (const at of [0, 100, 200, 1_100, 1_150, 5_000]) ring.stamp(at);
    expect(ring.takeFullest(5_000)).toBe(3);
    expect(ring.takeFullest(5_500)).toBe(1);
    expect(ring.takeFullest(9_000)).toBe(1);
    expect(ring.takeFullest(9_000)).toBe(0);
  });
});
