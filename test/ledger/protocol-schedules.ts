/** Random schedules for the model of the protocol. */
import fc from 'fast-check';
import { steps, verbs, type Fault, type Schedule } from './protocol-events.ts';

const is = <Kind extends Fault['is']>(kind: Kind) => fc.constant(kind);
const of = fc.nat(3);
const nth = fc.oneof(fc.nat(5), fc.nat(40));
const at = fc.nat(9_000);
const ms = (least: number, most: number) => fc.integer({ min: least, max: most });
const delay = fc.oneof(fc.constant(0), fc.nat(900), fc.nat(4_000));
const orNever = fc.option(delay, { freq: 5 });

const pause = {
  is: is('pause'),
  of,
  step: fc.constantFrom(...steps),
  nth,
  ms: fc.oneof(ms(20, 1_500), ms(1_500, 9_000)),
};
const ledger = {
  is: is('ledger'),
  of,
  verb: fc.constantFrom(...verbs),
  nth,
  commit: orNever,
  answer: orNever,
  patience: ms(100, 5_000),
};

const faults = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record(pause) },
    { weight: 5, arbitrary: fc.record(ledger) },
    { weight: 2, arbitrary: fc.record({ is: is('deaf'), of, from: at, ms: ms(500, 9_000) }) },
    { weight: 1, arbitrary: fc.record({ is: is('away'), from: at, ms: ms(100, 4_000) }) },
    { weight: 2, arbitrary: fc.record({ is: is('kill'), of, at, back: ms(100, 4_000) }) },
    { weight: 2, arbitrary: fc.record({ is: is('yield'), of, at }) },
    { weight: 2, arbitrary: fc.record({ is: is('regret'), of, nth: fc.nat(1) }) },
  ),
  { maxLength: 9 },
);

/**
 * An owner that lives, sends, and is taken for dead. Who takes over gives up at once or stays, and it goes the
 * same way for the next: three owners within a window, the case that is hardest to keep.
 */
const succession = fc
  .record({ from: ms(300, 2_000), ms: ms(6_500, 9_000), regrets: fc.boolean() })
  .map(({ regrets, ...deaf }): readonly Fault[] => [
    { is: 'deaf', of: 0, ...deaf },
    ...(regrets ? [1, 2, 3].map((slot): Fault => ({ is: 'regret', of: slot, nth: 0 })) : []),
  ]);
const beginning = fc.oneof(fc.constant([]), succession);

const base = {
  cap: ms(1, 4),
  owners: ms(2, 4),
  even: fc.boolean(),
  seed: fc.nat(),
  faults: fc.tuple(beginning, faults).map(([first, rest]): readonly Fault[] => [...first, ...rest]),
};

/** A window of a second, or one that counts as long: where the successor learns it from the ledger. */
export const schedules: fc.Arbitrary<Schedule> = fc.record({
  ...base,
  windowMs: fc.constantFrom(1_000, 4_000),
});

/** The database's clock steps forward once, which no long window survives. */
export const steppedSchedules: fc.Arbitrary<Schedule> = fc
  .tuple(
    fc.record({ ...base, windowMs: fc.constant(1_000) }),
    fc.record({ is: is('step'), at, ms: ms(7_000, 3_600_000) }),
  )
  .map(([schedule, step]) => ({ ...schedule, faults: [...schedule.faults, step] }));
