/** The model's ledger against the real one: the same commands at the same times have the same answers. */
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLedger } from '../../src/ledger/ledger.ts';
import type { Takeover } from '../../src/ledger/ownership.ts';
import { databases } from './databases.ts';
import { commands, lanesOf, Pair, type Command } from './protocol-pair.ts';

/** To be all true: see the test at the end, which is known to fail. */
const asItIs = { fence: true, lostCountsFromClaim: true };
const sequences = 50;

describe.each(databases)('MemoryLedger, beside $name', ({ create }) => {
  async function setup() {
    let now = 1_000_000;
    const place = await create();
    const names = Array.from({ length: sequences + 1 }, (_, n) => `u${n}`);
    const lanes = names.flatMap((unit) =>
      lanesOf(unit).map((name) => ({ name, account: unit, operation: name, unit })),
    );
    const time = () => now;
    const ledger = await openLedger(place.url, lanes, { time });
    onTestFinished(async () => {
      await ledger.close();
      await place.remove();
    });
    const pass = (ms: number) => void (now += ms);
    return { next: () => new Pair(ledger, names.pop()!, time, pass, asItIs), pass };
  }

  it.each([1, 2, 3, 4])(
    'answers 50 random sequences of commands as the real ledger does (%i)',
    { timeout: 60_000 },
    async () => {
      const { next } = await setup();
      await fc.assert(
        fc.asyncProperty(commands, async (sequence) => {
          const pair = next();
          await pair.record();
          for (const command of sequence) {
            const [expected, said] = await pair.do(command);
            expect(said).toEqual(expected);
          }
          const [expected, said] = await pair.targets();
          expect(said).toEqual(expected);
        }),
        // Each needs a unit of its own, so that none is left for shrinking.
        { numRuns: sequences, endOnFailure: true },
      );
    },
  );

  it.each([
    [2_039, 1],
    [2_040, 0],
  ])('agrees on which calls may still stand in a window: after %i ms it counts %i', async (ms, count) => {
    const { next } = await setup();
    const pair = next();
    await pair.record();
    await pair.do({ do: 'take', who: 0, windowMs: 1_000 });
    await pair.do({ do: 'claim', who: 0, belated: false, lane: 0, keys: [0], late: 0 });
    await pair.do({ do: 'release', who: 0, left: 'released' });
    await pair.do({ do: 'pass', ms });
    const [expected, said] = await pair.do({ do: 'take', who: 1, windowMs: 1_000 });
    expect(said).toEqual(expected);
    expect((said as Takeover).callAges).toHaveLength(count);
  });

  // The take-over in between ends such a call at its own moment, which may be before it is sent.
  it('counts a lost call from its claim, for the owner after the next one too', async () => {
    const { next, pass } = await setup();
    const pair = next();
    await pair.record();
    const seen = async (command: Command) => (await pair.do(command))[1];
    await seen({ do: 'take', who: 0, windowMs: 60_000 });
    pass(6_001);
    await seen({ do: 'claim', who: 0, belated: false, lane: 0, keys: [0], late: 0 });
    expect(await seen({ do: 'take', who: 1, windowMs: 60_000 })).toMatchObject({ callAges: [-1_000] });
    await seen({ do: 'release', who: 1, left: 'silent' });
    expect(await seen({ do: 'take', who: 2, windowMs: 60_000 })).toMatchObject({ callAges: [-1_000] });
  });
});
