import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareOut, type Able } from '../../src/workers/share.ts';

const named = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(2, '0')}`);
const allAble = (workers: readonly string[], units: readonly string[]): Able =>
  new Map(workers.map((worker) => [worker, new Set(units)]));
const nobodys = (units: readonly string[]) => new Map(units.map((unit) => [unit, '']));

/** Units of each worker, idle ones included. */
function loads(owners: ReadonlyMap<string, string>, able: Able): readonly number[] {
  return [...able.keys()].map((worker) => [...owners.values()].filter((owner) => owner === worker).length);
}
const spread = (counts: readonly number[]) => Math.max(...counts) - Math.min(...counts);
const moved = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) =>
  [...before].filter(([unit, owner]) => owner !== '' && after.get(unit) !== owner).length;

/** Some units, some workers that may own some of them, and owners at present: workers, the dead, nobody. */
const fleets = fc
  .record({ units: fc.nat(14), workers: fc.integer({ min: 1, max: 6 }) })
  .chain(({ units, workers }) =>
    fc.record({
      able: fc
        .array(fc.array(fc.boolean(), { minLength: units, maxLength: units }), {
          minLength: workers,
          maxLength: workers,
        })
        .map(
          (rows): Able =>
            new Map(
              rows.map((row, n) => [`w${n}`, new Set(named('u', units).filter((_, unit) => row[unit]))]),
            ),
        ),
      owners: fc
        .array(fc.constantFrom('', 'dead', ...named('w', workers).map((_, n) => `w${n}`)), {
          minLength: units,
          maxLength: units,
        })
        .map((owners) => new Map(owners.map((owner, n) => [named('u', units)[n] ?? '', owner]))),
    }),
  );

/** The least possible sum of squares, by trying every way: the measure of evenness. */
function mostEven(units: readonly string[], able: Able): number {
  const workers = [...able];
  const counts = workers.map(() => 0);
  const best = (at: number): number => {
    const unit = units[at];
    if (unit === undefined) return counts.reduce((sum, count) => sum + count * count, 0);
    const could = workers.flatMap(([, its], n) => (its.has(unit) ? [n] : []));
    if (could.length === 0) return best(at + 1);
    return Math.min(
      ...could.map((n) => {
        counts[n] = (counts[n] ?? 0) + 1;
        const found = best(at + 1);
        counts[n] = (counts[n] ?? 0) - 1;
        return found;
      }),
    );
  };
  return best(0);
}

describe('shareOut', () => {
  it('spreads any number of units over any number of workers to within one', () => {
    for (let units = 0; units <= 24; units++)
      for (let workers = 1; workers <= 12; workers++) {
        const able = allAble(named('w', workers), named('u', units));
        const shared = shareOut(nobodys(named('u', units)), able);
        expect(shared.size).toBe(units);
        expect(spread(loads(shared, able))).toBeLessThanOrEqual(1);
      }
  });

  it('moves no more than balance needs when workers come and go', () => {
    for (let units = 1; units <= 24; units++)
      for (let before = 1; before <= 9; before++)
        for (let after = 1; after <= 9; after++) {
          const names = named('u', units);
          const old = shareOut(nobodys(names), allAble(named('w', before), names));
          const able = allAble(named('w', after), names);
          const anew = shareOut(old, able);
          expect(spread(loads(anew, able))).toBeLessThanOrEqual(1);
          // Whoever stays keeps as much as it may; what those who left had must move anyway.
          const full = loads(old, allAble(named('w', Math.min(before, after)), names));
          const ceilings = full.toSorted((a, b) => b - a);
          const kept = ceilings.reduce((sum, had, rank) => {
            const may = Math.floor(units / after) + (rank < units % after ? 1 : 0);
            return sum + Math.min(had, may);
          }, 0);
          expect(moved(old, anew)).toBe(units - kept);
        }
  });

  it('leaves an even fleet alone, whoever owns which unit', () => {
    const owners = new Map([
      ['a', 'w2'],
      ['b', 'w1'],
      ['c', 'w2'],
    ]);
    expect(shareOut(owners, allAble(['w1', 'w2'], ['a', 'b', 'c']))).toEqual(owners);
  });

  it('gives what one worker alone is able to own to that one, and evens out with the rest', () => {
    const able = new Map([
      ['w1', new Set(['a', 'b', 'c', 'd'])],
      ['w2', new Set(['c', 'd'])],
    ]);
    const shared = shareOut(nobodys(['a', 'b', 'c', 'd']), able);
    expect([...shared].toSorted()).toEqual([
      ['a', 'w1'],
      ['b', 'w1'],
      ['c', 'w2'],
      ['d', 'w2'],
    ]);
  });

  it('passes units from hand to hand where giver and taker are able to own none in common', () => {
    const able = new Map([
      ['w1', new Set(['a', 'b'])],
      ['w2', new Set(['b', 'c'])],
      ['w3', new Set(['c'])],
    ]);
    const owners = new Map([
      ['a', 'w1'],
      ['b', 'w1'],
      ['c', 'w2'],
    ]);
    expect(Object.fromEntries(shareOut(owners, able))).toEqual({ a: 'w1', b: 'w2', c: 'w3' });
  });

  it('gives nothing to a worker that is able to own nothing: it is stopping', () => {
    const able = new Map([
      ['w1', new Set(['a', 'b'])],
      ['w2', new Set<string>()],
    ]);
    const shared = shareOut(
      new Map([
        ['a', 'w2'],
        ['b', ''],
      ]),
      able,
    );
    expect([...shared.values()]).toEqual(['w1', 'w1']);
  });

  it('is as even as can be, whoever is able to own what', () => {
    fc.assert(
      fc.property(fleets, ({ able, owners }) => {
        const shared = shareOut(owners, able);
        const units = [...owners.keys()];
        for (const unit of units) {
          const could = [...able].some(([, its]) => its.has(unit));
          expect(shared.has(unit)).toBe(could);
          if (could) expect(able.get(shared.get(unit) ?? '')?.has(unit)).toBe(true);
        }
        const some = units.slice(0, 8);
        const part = shareOut(new Map(some.map((unit) => [unit, owners.get(unit) ?? ''])), able);
        const squares = loads(part, able).reduce((sum, count) => sum + count * count, 0);
        expect(squares).toBe(mostEven(some, able));
      }),
      { numRuns: 300 },
    );
  });

  it('comes to the same answer for everyone, in whatever order they know the fleet, and then leaves it so', () => {
    fc.assert(
      fc.property(fleets, ({ able, owners }) => {
        const shared = shareOut(owners, able);
        const backwards = shareOut(new Map([...owners].reverse()), new Map([...able].reverse()));
        expect([...backwards].toSorted()).toEqual([...shared].toSorted());
        expect([...shareOut(shared, able)].toSorted()).toEqual([...shared].toSorted());
      }),
      { numRuns: 300 },
    );
  });

  it('is reached by workers that each act on their own heartbeat, whenever it comes, in the fewest hand-overs', () => {
    const fleet = fc.record({
      units: fc.integer({ min: 1, max: 20 }),
      old: fc.uniqueArray(
        fc.nat(999).map((n) => `w${n}`),
        { minLength: 1, maxLength: 8 },
      ),
      joining: fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 3 }),
      dead: fc.nat(2),
      turns: fc.infiniteStream(fc.nat(1_000)),
    });
    fc.assert(
      fc.property(fleet, ({ units, old, joining, dead, turns }) => {
        const names = named('u', units);
        const living = [
          ...old.slice(Math.min(dead, old.length - 1)),
          ...joining.map((n, at) => `${n}new${at}`),
        ];
        const before = shareOut(nobodys(names), allAble(old, names));
        const owners = new Map(
          [...before].map(([unit, owner]) => [unit, living.includes(owner) ? owner : '']),
        );
        const able = allAble(living, names);
        const needed = moved(owners, shareOut(owners, able));

        const leaving = new Map<string, string>();
        const beat = (me: string) => {
          const seen = new Map(
            [...owners].map(([unit, owner]) => [unit, leaving.get(unit) === me ? '' : owner]),
          );
          const due = shareOut(seen, able);
          for (const [unit, owner] of owners) {
            if (owner === me && due.get(unit) !== me) leaving.set(unit, me);
            if (owner === '' && due.get(unit) === me) owners.set(unit, me);
          }
        };
        let handovers = 0;
        const release = (unit: string | undefined) => {
          if (unit === undefined || !leaving.delete(unit)) return;
          owners.set(unit, '');
          handovers++;
        };
        for (const turn of turns.take(20 * living.length))
          if (turn % 3 === 0) release([...leaving.keys()][turn % leaving.size]);
          else beat(living[turn % living.length] ?? '');
        // However that went, a few rounds more end it.
        for (let round = 0; round < 2; round++) {
          for (const me of living) beat(me);
          for (const unit of [...leaving.keys()]) release(unit);
          for (const me of living) beat(me);
        }
        expect(spread(loads(owners, able))).toBeLessThanOrEqual(1);
        expect([...owners.values()]).not.toContain('');
        expect(handovers).toBe(needed);
      }),
      { numRuns: 300 },
    );
  });
});
