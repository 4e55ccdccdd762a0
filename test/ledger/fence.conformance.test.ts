import { describe, expect, it, onTestFinished } from 'vitest';
import type { Target } from '../../src/deletion.ts';
import { targetKey } from '../../src/ledger/key.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { databases, type Place } from './databases.ts';

const lane = 'acc~op';
const request = { requester: 'test', reason: 'test', urgent: false, notBefore: 0, again: false };

/** A ledger in a time of its own with four targets on record, their keys, and a way to let time pass. */
async function setup(create: () => Promise<Place>) {
  const { url, remove } = await create();
  let now = 1_000_000;
  const entry = { name: lane, account: 'acc', operation: 'op', unit: lane };
  const ledger = await openLedger(url, [entry], { time: () => now });
  onTestFinished(async () => {
    await ledger.close();
    await remove();
  });
  const targets = ['a', 'b', 'c', 'd'].map((id) => {
    const target = { by: 'id', id, parent: '', options: '' } as Target;
    return { key: targetKey('acc', 'op', target), target, job: '' };
  });
  await ledger.record('request', lane, request, targets, [], 0);
  const take = async (owner: string) => {
    const taken = await ledger.take(lane, owner, 1_000);
    if (!taken) throw new Error(`${owner} did not get the unit`);
    return { ...taken, tenure: { unit: lane, owner, epoch: taken.epoch } };
  };
  const keys = targets.map(({ key }) => key);
  return { ledger, keys, take, pass: (ms: number) => void (now += ms) };
}

describe.each(databases)('the fence on $name', ({ create }) => {
  describe('claim, by an owner whose unit was taken over', () => {
    it('answers that it is lost and claims nothing', async () => {
      const { ledger, keys, take, pass } = await setup(create);
      const { tenure: late } = await take('A');
      pass(6_001);
      await take('B');
      const { gate, claimed } = await ledger.claim('call', lane, late, keys);
      expect(gate.state).toBe('lost');
      expect(claimed.size).toBe(0);
      expect([...(await ledger.look(keys)).values()].every(({ held }) => !held)).toBe(true);
    });

    it('claims nothing although the same process has taken the unit anew: its epoch is past', async () => {
      const { ledger, keys, take, pass } = await setup(create);
      const { tenure: late } = await take('A');
      pass(6_001);
      const { tenure: present } = await take('A');
      expect((await ledger.claim('late', lane, late, keys)).gate.state).toBe('lost');
      expect((await ledger.claim('present', lane, present, keys)).claimed.size).toBe(4);
    });
  });

  describe('take', () => {
    it('leaves a unit with an owner that was heard of 6 s ago, and not with one that was not', async () => {
      const { ledger, keys, take, pass } = await setup(create);
      const { tenure } = await take('A');
      await ledger.claim('open', lane, tenure, keys);
      pass(6_000);
      expect(await ledger.take(lane, 'B', 1_000)).toBeUndefined();
      pass(1);
      expect(await ledger.take(lane, 'B', 1_000)).toMatchObject({ left: 'silent' });
    });

    it('counts calls that the silent owner left open as ambiguous attempts and lets their targets go', async () => {
      const { ledger, keys, take, pass } = await setup(create);
      const [open = '', answered = '', ...rest] = keys;
      const { tenure } = await take('A');
      await ledger.claim('open', lane, tenure, [open]);
      await ledger.claim('answered', lane, tenure, [answered]);
      const end = { call: 'answered', result: 'answered', code: '', providerRequest: 'r', ms: 1 };
      const deleted = { then: 'settle', settlement: 'deleted', code: '', message: '' } as const;
      await ledger.settle(end, [{ ...deleted, keys: [answered] }]);
      pass(6_001);
      const successor = await take('B');
      expect(successor.left).toBe('silent');

      const known = await ledger.look(keys);
      expect(known.get(open)).toMatchObject({ attempts: 1, ambiguous: true, held: false, settlement: null });
      expect(known.get(answered)).toMatchObject({ attempts: 1, ambiguous: false, settlement: 'deleted' });
      for (const key of rest) expect(known.get(key)).toMatchObject({ attempts: 0, ambiguous: false });
      const { claimed } = await ledger.claim('again', lane, successor.tenure, keys);
      expect(claimed).toEqual(new Set([open, ...rest]));
      const [record] = await ledger.lookup('a');
      expect(record?.calls.map(({ id, result }) => [id, result])).toEqual([
        ['open', 'lost'],
        ['again', ''],
      ]);
    });

    it('changes nothing where another was quicker', async () => {
      const { ledger, keys, take } = await setup(create);
      const { tenure } = await take('A');
      await ledger.claim('open', lane, tenure, keys);
      expect(await ledger.take(lane, 'B', 1_000)).toBeUndefined();
      expect(
        [...(await ledger.look(keys)).values()].every(({ held, attempts }) => held && attempts === 0),
      ).toBe(true);
      expect((await ledger.claim('next', lane, tenure, keys)).gate.state).toBe('open');
    });
  });

  describe('settle, by an owner whose unit was taken over', () => {
    it('still counts the answer where the target is not held by a new call', async () => {
      const { ledger, keys, take, pass } = await setup(create);
      const [first = '', second = ''] = keys;
      const { tenure } = await take('A');
      await ledger.claim('late', lane, tenure, [first, second]);
      pass(6_001);
      const { tenure: present } = await take('B');
      await ledger.claim('present', lane, present, [second]);
      const end = { call: 'late', result: 'answered', code: '', providerRequest: 'r', ms: 1 };
      const deleted = { then: 'settle', settlement: 'deleted', code: '', message: '' } as const;
      await ledger.settle(end, [{ ...deleted, keys: [first, second] }]);
      const known = await ledger.look(keys);
      expect(known.get(first)).toMatchObject({ settlement: 'deleted' });
      expect(known.get(second)).toMatchObject({ settlement: null, held: true });
    });
  });
});
