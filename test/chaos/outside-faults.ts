/** What providers, callers and operators do. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault as ProviderFault } from '../../src/emulator/faults.ts';
import { one, seconds, type Fault } from './fault.ts';
import type { Stage } from './stage.ts';

/** The provider does this to a share of all calls for some seconds. */
const provider =
  (share: number, from: number, to: number, ...faults: readonly Omit<ProviderFault, 'share'>[]) =>
  async (stage: Stage, random: () => number): Promise<void> => {
    stage.world.emulator.setFaults(faults.map((fault) => ({ ...fault, share })));
    await sleep(seconds(random, from, to));
    stage.world.emulator.setFaults([]);
  };

export const outsideFaults: readonly Fault[] = [
  {
    name: 'network to the provider: swallowed or reset',
    row: 'F5',
    place: 'provider',
    weight: 2,
    async strike({ toProvider }, random) {
      if (random() < 0.5) return toProvider.reset();
      await toProvider.make({ kind: 'black-hole' });
      await sleep(seconds(random, 1, 5));
      await toProvider.heal();
    },
  },
  {
    name: 'provider deletes, then resets or never answers',
    row: 'F8',
    place: 'provider',
    weight: 2,
    strike: provider(0.05, 2, 5, { kind: 'reset-after' }, { kind: 'timeout-after' }),
  },
  {
    name: 'provider down (5xx)',
    row: 'F9',
    place: 'provider',
    weight: 1,
    strike: provider(1, 4, 10, { kind: 'error-5xx' }),
  },
  {
    name: 'provider throttles within the cap',
    row: 'F10',
    place: 'provider',
    weight: 1,
    strike: provider(0.2, 2, 4, { kind: 'throttle' }),
  },
  {
    name: 'provider slow (3 s)',
    row: 'F11',
    place: 'provider',
    weight: 1,
    strike: provider(0.5, 2, 5, { kind: 'slow', ms: 3_000 }),
  },
  {
    name: 'answers malformed, truncated, HTML or empty',
    row: 'F12',
    place: 'provider',
    weight: 2,
    strike: (stage, random) => {
      const kinds = ['malformed', 'truncated', 'html', 'empty', 'unknown-code'] as const;
      return provider(0.2, 2, 5, { kind: one(random, kinds) ?? 'malformed' })(stage, random);
    },
  },
  {
    name: 'the same ids asked for twice more at once',
    row: 'F17',
    place: 'callers',
    weight: 2,
    async strike(stage, random) {
      const lane = one(random, stage.lanes);
      if (!lane) return;
      const ids = await stage.enqueue(lane, lane.batch * 2);
      await Promise.all([stage.ask(lane, ids), stage.ask(lane, ids)]);
    },
  },
  {
    name: 'everything halted, then opened again',
    row: 'F22',
    place: 'controls',
    weight: 1,
    async strike({ world: { ledger } }, random) {
      const insist = async (change: () => Promise<void>) => {
        for (;;)
          try {
            return await change();
          } catch {
            await sleep(200);
          }
      };
      await insist(() => ledger.haltAll('chaos', 'chaos'));
      await sleep(seconds(random, 1, 4));
      await insist(() => ledger.unhaltAll('chaos'));
    },
  },
];
