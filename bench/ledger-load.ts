/**
 * Calls as the ledger sees them, in a process of its own: 20 ids are claimed and settled, so many calls side by side.
 * What is claimed was recorded before, in requests of 20 ids each, so many side by side too. Arguments as JSON;
 * answers one line of JSON.
 */
import { systemClock } from '../src/clock.ts';
import type { Target } from '../src/deletion.ts';
import { targetKey } from '../src/ledger/key.ts';
import { openLedger } from '../src/ledger/ledger.ts';
import { rounded } from './bench.ts';

export interface Load {
  readonly url: string;
  readonly calls: number;
  readonly atOnce: number;
}

export interface Loaded {
  readonly requestsPerSecond: number;
  readonly callsPerSecond: number;
}

const ids = 20;
const operation = 'alibaba.vod.delete-video';
const lane = `acc~${operation}`;

const [text = '{}'] = process.argv.slice(2);
const { url, calls, atOnce } = JSON.parse(text) as Load;
const ledger = await openLedger(url, [{ name: lane, account: 'acc', operation, unit: lane }]);
const owner = systemClock.id();
await ledger.beat({
  id: owner,
  host: 'bench',
  pid: process.pid,
  units: { [lane]: { calls: 50, per: 'second' } },
});
const taken = await ledger.take(lane, owner, 1_000);
if (!taken) throw new Error('the lane is somebody else’s');
const tenure = { unit: lane, owner, epoch: taken.epoch };
const request = { requester: 'bench', reason: 'measured', urgent: false, notBefore: 0, again: false };
const prefix = systemClock.id();
const targetsOf = (call: number) =>
  Array.from({ length: ids }, (_, n) => {
    const target = { by: 'videoId', id: `${prefix}x${call}x${n}`, parent: '', options: '' } as Target;
    return { key: targetKey('acc', operation, target), target, job: '' };
  });

/** So many of these a second, `atOnce` under way at any time. */
async function rateOf(work: (call: number) => Promise<void>): Promise<number> {
  let next = 0;
  const began = systemClock.monotonic();
  const worker = async () => {
    while (next < calls) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return rounded((1_000 * calls) / (systemClock.monotonic() - began));
}

const loaded: Loaded = {
  requestsPerSecond: await rateOf(async (call) => {
    await ledger.record(`${prefix}r${call}`, lane, request, targetsOf(call), [], 0);
  }),
  callsPerSecond: await rateOf(async (n) => {
    const keys = targetsOf(n).map(({ key }) => key);
    const call = `${prefix}c${n}`;
    const { claimed } = await ledger.claim(call, lane, tenure, keys);
    if (claimed.size !== ids) throw new Error(`${claimed.size} of ${ids} ids could be claimed`);
    const end = { call, result: 'answered', code: '', providerRequest: call, ms: 30 };
    await ledger.settle(end, [{ then: 'settle', settlement: 'deleted', keys, code: '', message: '' }]);
  }),
};
await ledger.close();
process.stdout.write(`${JSON.stringify(loaded)}\n`);
