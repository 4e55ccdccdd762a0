import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { LedgerAway } from '../../src/ledger/database.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { protectionOf } from '../../src/protection.ts';
import { operationNamed } from '../../src/providers/operations.ts';
import { claim } from '../../src/workers/claim.ts';
import type { Pass } from '../../src/workers/circuit.ts';
import type { Fate, Item } from '../../src/workers/gather.ts';
import { Lane } from '../../src/workers/lane.ts';
import type { LaneSetup, Means } from '../../src/workers/means.ts';
import { databases } from '../ledger/databases.ts';
import { key, lane as name, operation, startWork } from '../ledger/work.ts';
import { targetOf } from '../target.ts';

const tenure = { unit: name, owner: 'w1', epoch: 1 };

/** A lane that protects `keep-*`, with these accepted videos at hand, in a real ledger. */
async function setup(ids: readonly string[], over: (ledger: Ledger) => Partial<Ledger> = () => ({})) {
  const work = await startWork(databases[0]!.create, Date.now());
  await work.ask('R1', ids);
  const guarded: [targets: number, why: string][] = [];
  const troubles: string[] = [];
  const means = {
    ledger: { ...work.ledger, ...over(work.ledger) },
    // Nobody waits for the ledger here longer than a moment.
    clock: { ...systemClock, after: (_: number, then: () => void) => systemClock.after(1, then) },
    brake: false,
    observer: {
      guarded: (_: LaneSetup, targets: number, why: string) => guarded.push([targets, why]),
      trouble: (what: string) => troubles.push(what),
    },
  } as unknown as Means;
  const laneSetup = {
    ...{
      name,
      operation: operationNamed(operation),
      protection: protectionOf({ files: [], patterns: ['keep-*'] }),
    },
    credentials: () => Promise.resolve({}),
  } as unknown as LaneSetup;
  const lane = new Lane(laneSetup, means, () => undefined);
  const fates = new Map<string, Fate>();
  const items = ids.map((id): Item => {
    const waiters = [(fate: Fate) => void fates.set(id, fate)];
    return {
      key: key(id),
      target: targetOf(operation, id),
      urgent: false,
      attempts: 0,
      ambiguous: false,
      since: 0,
      waiters,
    };
  });
  const [head, ...rest] = items;
  const gathered = { items: [head!, ...rest] as const, pack: false };
  const run = async () => {
    const claimed = await claim(lane, gathered, {} as Pass, tenure, means);
    return typeof claimed === 'object' ? claimed.gathered.items.map(({ target }) => target.id) : claimed;
  };
  return { work, lane, fates, guarded, troubles, run };
}

describe('claim, of targets of which some are protected', () => {
  it('claims the others, and tells who waits that those are refused', async () => {
    const { run, fates, guarded } = await setup(['a', 'keep-1', 'b', 'keep-2']);
    expect(await run()).toEqual(['a', 'b']);
    const refused = { is: 'settled', settlement: 'refused', code: 'Protected', requestId: '' };
    expect([...fates]).toEqual([
      ['keep-1', refused],
      ['keep-2', refused],
    ]);
    expect(guarded).toEqual([[2, 'protected by the pattern keep-*']]);
  });

  it('claims nothing where all are protected', async () => {
    const { run, fates, work } = await setup(['keep-1']);
    expect(await run()).toBeUndefined();
    expect(fates.size).toBe(1);
    expect(await work.ledger.callPage('', 10)).toEqual([]);
  });

  it('asks the ledger for no refusal where none is', async () => {
    const { run, guarded } = await setup(['a'], () => ({
      refuse: () => Promise.reject(new Error('nothing is to be refused')),
    }));
    expect(await run()).toEqual(['a']);
    expect(guarded).toEqual([]);
  });

  it('sends nothing, and has all of them back, while the ledger can not be written', async () => {
    const { run, fates, lane, troubles, work } = await setup(['a', 'keep-1'], () => ({
      refuse: () => Promise.reject(new LedgerAway('disk full')),
    }));
    expect(await run()).toBeUndefined();
    expect(fates.size).toBe(0);
    expect(lane.bins.waiting).toBe(2);
    expect(troubles).toEqual(['protected ids could not be refused']);
    expect(await work.ledger.callPage('', 10)).toEqual([]);
  });

  it('lets one that a call holds wait for that call', async () => {
    const { run, fates, work, guarded } = await setup(['keep-1']);
    await work.claim('C1', ['keep-1']);
    expect(await run()).toBeUndefined();
    expect(fates.get('keep-1')).toMatchObject({ is: 'later' });
    expect(guarded).toEqual([]);
  });
});
