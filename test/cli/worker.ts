/** A stand-in for a worker, as far as the ledger can tell: it owns a lane and says how calls ended. */
import { laneName } from '../../src/deletion.ts';
import { targetKey } from '../../src/ledger/key.ts';
import type { Consequence } from '../../src/ledger/settle.ts';
import { operationNamed } from '../../src/providers/operations.ts';
import { ledger } from './world.ts';

/** What follows for each entry. */
type Then = (keys: readonly string[]) => Consequence;

export const deleted: Then = (keys) => ({
  ...{ then: 'settle', settlement: 'deleted', keys, code: '', message: '' },
});
export const absent: Then = (keys) => ({
  ...{ then: 'settle', settlement: 'absent', keys, code: 'InvalidVideo.NotFound', message: 'no such video' },
});
export const refused: Then = (keys) => ({
  ...{ then: 'settle', settlement: 'refused', keys, code: 'ForbiddenVideoIds', message: 'not\nallowed' },
});
export const exhausted: Then = (keys) => ({
  ...{ then: 'settle', settlement: 'exhausted', keys, code: 'timeout', message: 'given up' },
});
/** A call that was not answered. */
export const unanswered: Then = (keys) => ({
  ...{ then: 'retry', keys, delayMs: 0, ambiguous: true, code: 'timeout', message: 'no answer' },
});

/** Owns the lane, makes one call a step, and gives the lane up. */
export async function work(
  account: string,
  operation: string,
  steps: readonly (readonly [then: Then, ...entries: unknown[]])[],
  options?: object,
): Promise<void> {
  const open = await ledger();
  const lane = laneName(account, operation);
  const owner = {
    id: 'worker-1',
    host: 'test',
    pid: 1,
    units: { [lane]: { calls: 30, per: 'second' } },
  } as const;
  await open.beat(owner);
  const epoch = (await open.take(lane, owner.id, 1_000))?.epoch ?? 0;
  const tenure = { unit: lane, owner: owner.id, epoch };
  for (const [index, [then, ...entries]] of steps.entries()) {
    const keys = entries.map((entry) => keyOf(account, operation, entry, options));
    const call = `call-${epoch}-${index}-${JSON.stringify(entries[0])}`;
    const { claimed } = await open.claim(call, lane, tenure, keys);
    if (claimed.size !== entries.length)
      throw new Error(`only ${claimed.size} of ${JSON.stringify(entries)} could be claimed`);
    const end = { call, result: 'answered', code: '', providerRequest: `provider-${index}`, ms: 12 };
    await open.settle(end, [then(keys)]);
  }
  await open.release(tenure);
  await open.leave(owner.id);
}

function keyOf(account: string, operation: string, entry: unknown, options?: object): string {
  const target = operationNamed(operation).accept(entry, options);
  if ('problems' in target) throw new Error(JSON.stringify(target.problems));
  return targetKey(account, operation, target);
}
