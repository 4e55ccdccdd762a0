import { describe, expect, it } from 'vitest';
import { providerDate } from '../../src/providers/provider-date.ts';
import { handClock } from './world.ts';

const hour = 3_600_000;

function setup() {
  const machine = handClock();
  let step = 0;
  const skews: number[] = [];
  const date = providerDate({ ...machine, now: () => machine.now() + step }, (ms) => skews.push(ms));
  return {
    date,
    skews,
    machine,
    stepBy: (ms: number) => void (step += ms),
    hear: (offset: number) => date.hear(new Date(machine.now() + offset).toUTCString()),
  };
}

describe('the date to sign with', () => {
  it("is the machine's before any answer, and while both agree to a minute", () => {
    const { date, machine, hear, skews } = setup();
    expect(date.now()).toBe(machine.now());
    for (const offset of [-59_000, 0, 59_000]) {
      hear(offset);
      expect(date.now()).toBe(machine.now());
    }
    expect(skews).toEqual([]);
  });

  it.each([-hour, hour])("is the provider's where the machine is %i ms off from the start", (off) => {
    const { date, machine, stepBy, hear, skews } = setup();
    stepBy(off);
    hear(0);
    machine.advance(5_000);
    expect(Math.abs(date.now() - machine.now())).toBeLessThan(1_000);
    date.now();
    expect(skews).toHaveLength(1);
    expect(Math.abs(Number(skews[0]) - off)).toBeLessThan(1_000);
  });

  it('stays right when the machine steps, before any other answer, and tells of each step', () => {
    const { date, machine, stepBy, hear, skews } = setup();
    hear(0);
    for (const step of [hour, -hour, -hour]) {
      stepBy(step);
      expect(Math.abs(date.now() - machine.now())).toBeLessThan(1_000);
    }
    expect(skews.map((ms) => Math.round(ms / hour))).toEqual([1, -1]);
  });

  it.each([undefined, '', 'soon', '1700000000', 'Fri, 20 Nov 2026 09:15:30 CET', 'Foo, 99 Bar 2026 GMT'])(
    'is not changed by %j',
    (header) => {
      const { date, machine } = setup();
      date.hear(header);
      expect(date.now()).toBe(machine.now());
    },
  );
});
