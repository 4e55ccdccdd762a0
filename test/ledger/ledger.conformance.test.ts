/** What every database behind the ledger must do. Time is the test's. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GroupingDiffers, openLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { keyed } from '../target.ts';
import { databases, type Place } from './databases.ts';

const operation = 'alibaba.vod.delete-video';
const lane = `acc~${operation}`;
const entry = { name: lane, account: 'acc', operation, unit: lane };
const asked = { requester: 'ann', reason: 'tidy', urgent: false, notBefore: 0, again: false };
const target = (id: unknown, job = '') => keyed('acc', operation, id, job);
const key = (id: unknown) => target(id).key;
const worker = (id: string, calls = 30) => {
  return { id, host: 'h', pid: 1, units: { [lane]: { calls, per: 'second' as const } } };
};
const answered = (call: string) => ({ call, result: 'answered', code: '', providerRequest: 'PR', ms: 12 });

describe.each(databases)('openLedger on $name', ({ create }) => {
  let now: number;
  let place: Place;
  let ledger: Ledger;
  const open = (lanes = [entry]) => openLedger(place.url, lanes, { time: () => now });

  beforeEach(async () => {
    now = 1_000_000;
    place = await create();
    ledger = await open();
  });
  afterEach(async () => {
    await ledger.close();
    await place.remove();
  });

  const record = (id: string, targets: readonly ReturnType<typeof target>[], over = {}) =>
    ledger.record(id, lane, { ...asked, ...over }, targets, ['referenceId'], 45_000);
  /** A tenure of the lane for `owner`. */
  const own = async (owner: string) => {
    await ledger.beat(worker(owner));
    const taken = await ledger.take(lane, owner, 1_000);
    return { unit: lane, owner, epoch: taken?.epoch ?? -1 };
  };
  const settleAs = (
    call: string,
    settlement: 'deleted' | 'absent' | 'refused' | 'exhausted',
    ...ids: string[]
  ) =>
    ledger.settle(answered(call), [
      { then: 'settle', settlement, keys: ids.map(key), code: 'C', message: 'M' },
    ]);

  describe('record', () => {
    it('opens new targets, attaches to open ones and counts both', async () => {
      expect(await record('R1', [target('v1', 'J1'), target('v2')])).toMatchObject({
        accepted: 2,
        duplicates: 0,
        alreadySettled: 0,
        offered: new Set([key('v1')]),
      });
      const second = await record('R2', [target('v1', 'J2'), target('v3', 'J2')]);
      expect(second).toMatchObject({ accepted: 1, duplicates: 1, offered: new Set([key('v3')]) });
      expect(second.open).toEqual(new Set([key('v1'), key('v3')]));
      expect(await ledger.tally('R1')).toEqual({ open: 2 });
      expect(await ledger.tally('R2')).toEqual({ open: 2 });
      const [found] = await ledger.lookup('v1');
      expect(found?.requests.map(({ id }) => id)).toEqual(['R1', 'R2']);
    });

    it('takes a request in several parts', async () => {
      await record('R1', [target('v1')]);
      await record('R1', [target('v2')]);
      expect(await ledger.tally('R1')).toEqual({ open: 2 });
    });

    it('answers from the ledger what is gone, opens anew what failed, what is reused and what is asked again', async () => {
      const tenure = await own('w1');
      const reused = { by: 'referenceId', id: 'ref-000001' };
      await record('R1', [target('v1'), target('v2'), target('v3'), target(reused)]);
      await ledger.claim('C1', lane, tenure, [key('v1'), key('v2'), key('v3'), key(reused)]);
      const as = (settlement: 'deleted' | 'absent' | 'exhausted', id: unknown) => {
        return { then: 'settle', settlement, keys: [key(id)], code: '', message: '' } as const;
      };
      await ledger.settle(answered('C1'), [
        ...[as('deleted', 'v1'), as('absent', 'v2'), as('exhausted', 'v3'), as('deleted', reused)],
      ]);
      const again = await record('R2', [target('v1'), target('v2'), target('v3'), target(reused)]);
      expect(again).toMatchObject({ accepted: 2, duplicates: 0, alreadySettled: 2 });
      expect(again.open).toEqual(new Set([key('v3'), key(reused)]));
      const [third] = await ledger.lookup('v3');
      expect(third).toMatchObject({ settlement: null, attempts: 0, code: '' });
      expect(await record('R3', [target('v1')], { again: true })).toMatchObject({ accepted: 1 });
    });

    it('makes an open target urgent and due earlier, never later', async () => {
      await record('R1', [target('v1')], { notBefore: now + 5_000 });
      await record('R2', [target('v1')], { urgent: true });
      await record('R3', [target('v1')], { notBefore: now + 9_000 });
      const known = (await ledger.look([key('v1')])).get(key('v1'));
      expect(known).toMatchObject({ urgent: true, wait: 0 });
      expect(await ledger.offerable(lane, 10)).toHaveLength(1);
    });
  });

  describe('offer', () => {
    it('gives out due targets whose offer has run out, urgent first, then oldest', async () => {
      await record('R1', [target('v1', 'J1'), target('v2')]);
      await record('R2', [target('v3')], { urgent: true });
      await record('R3', [target('v4')], { notBefore: now + 1_000 });
      const ids = async () => (await ledger.offerable(lane, 10)).map(({ id }) => id);
      expect(await ids()).toEqual(['v3', 'v2']);
      expect(await ledger.offeredCount(lane, 10)).toBe(1);
      now += 1_000;
      expect(await ids()).toEqual(['v3', 'v2', 'v4']);
      now += 45_000;
      expect(await ids()).toEqual(['v3', 'v2', 'v4', 'v1']);
      await ledger.offer(new Map([[key('v1'), 'J9']]), 45_000);
      expect(await ids()).not.toContain('v1');
      expect(await ledger.offeredCount(lane, 10)).toBe(1);
    });

    it('offers nothing that is settled', async () => {
      const tenure = await own('w1');
      await record('R1', [target('v1')]);
      await ledger.claim('C1', lane, tenure, [key('v1')]);
      await settleAs('C1', 'deleted', 'v1');
      await ledger.offer(new Map([[key('v1'), 'J9']]), 0);
      expect(await ledger.offerable(lane, 10)).toEqual([]);
    });

    it('withdraws the offers of jobs that a dead worker held', async () => {
      await record('R1', [target('v1', 'J1'), target('v2', 'J2')]);
      await ledger.withdraw(lane, ['J1']);
      expect(await ledger.offerable(lane, 10)).toMatchObject([{ id: 'v1', job: '' }]);
    });
  });

  describe('claim', () => {
    it('gives each target to one call at a time', async () => {
      const tenure = await own('w1');
      await record('R1', [target('v1'), target('v2')]);
      const first = await ledger.claim('C1', lane, tenure, [key('v1')]);
      expect(first.gate.state).toBe('open');
      expect(first.claimed).toEqual(new Set([key('v1')]));
      const second = await ledger.claim('C2', lane, tenure, [key('v1'), key('v2')]);
      expect(second.claimed).toEqual(new Set([key('v2')]));
      expect(second.known.get(key('v1'))).toMatchObject({ held: true });
    });

    it('gives nothing that is settled, not due, unknown or another lane’s', async () => {
      const other = { name: `other~${operation}`, account: 'other', operation, unit: `other~${operation}` };
      await ledger.close();
      ledger = await open([entry, other]);
      const tenure = await own('w1');
      await record('R1', [target('v1')]);
      await record('R2', [target('v2')], { notBefore: now + 700 });
      await ledger.record('R3', other.name, asked, [keyed('other', operation, 'v3')], [], 0);
      await ledger.claim('C1', lane, tenure, [key('v1')]);
      await settleAs('C1', 'deleted', 'v1');
      const theirs = keyed('other', operation, 'v3').key;
      const { claimed, known } = await ledger.claim('C2', lane, tenure, [
        key('v1'),
        key('v2'),
        theirs,
        'stranger',
      ]);
      expect(claimed.size).toBe(0);
      expect(known.get(key('v1'))).toMatchObject({ settlement: 'deleted', providerRequest: 'PR' });
      expect(known.get(key('v2'))).toMatchObject({ wait: 700, settlement: null });
      expect(known.has('stranger')).toBe(false);
    });

    it.each([
      ['another owner', { owner: 'w2' }],
      ['another epoch', { epoch: 99 }],
      ['another unit', { unit: 'elsewhere' }],
    ])('gives nothing to %s', async (_, wrong) => {
      const tenure = await own('w1');
      await record('R1', [target('v1')]);
      const { gate, claimed } = await ledger.claim('C1', lane, { ...tenure, ...wrong }, [key('v1')]);
      expect(gate.state).toBe('lost');
      expect(claimed.size).toBe(0);
    });

    it('gives nothing while the lane is paused or halted, or everything is', async () => {
      const tenure = await own('w1');
      await record('R1', [target('v1')]);
      const gate = async (call: string) => {
        const answer = await ledger.claim(call, lane, tenure, [key('v1')]);
        return answer.claimed.size === 0 ? answer.gate : 'claimed';
      };
      await ledger.setLane(lane, 'paused', 'lunch', 'ann');
      expect(await gate('C1')).toEqual({ state: 'paused', reason: 'lunch' });
      await ledger.setLane(lane, 'open', '', 'ann');
      await ledger.haltAll('fire', 'ann');
      expect(await gate('C2')).toEqual({ state: 'halted', reason: 'fire' });
      expect(await ledger.halted()).toMatchObject({ reason: 'fire', by: 'ann' });
      await ledger.unhaltAll('ann');
      expect(await gate('C3')).toBe('claimed');
    });
  });

  describe('settle', () => {
    it('keeps outcome, code, request id and attempts, and lets go of what is retried or released', async () => {
      const tenure = await own('w1');
      await record('R1', [target('v1'), target('v2'), target('v3')]);
      await ledger.claim('C1', lane, tenure, ['v1', 'v2', 'v3'].map(key));
      await ledger.settle(answered('C1'), [
        { then: 'settle', settlement: 'refused', keys: [key('v1')], code: 'Forbidden', message: 'no' },
        { then: 'retry', keys: [key('v2')], delayMs: 500, ambiguous: true, code: 'timeout', message: 'slow' },
        { then: 'release', keys: [key('v3')] },
      ]);
      const known = await ledger.look(['v1', 'v2', 'v3'].map(key));
      expect(known.get(key('v1'))).toMatchObject({ settlement: 'refused', attempts: 1, code: 'Forbidden' });
      expect(known.get(key('v2'))).toMatchObject({
        settlement: null,
        attempts: 1,
        ambiguous: true,
        wait: 500,
      });
      expect(known.get(key('v3'))).toMatchObject({
        settlement: null,
        attempts: 0,
        ambiguous: false,
        wait: 0,
      });
      const [found] = await ledger.lookup('v1');
      expect(found?.calls).toMatchObject([{ id: 'C1', result: 'answered', providerRequest: 'PR' }]);
      expect(found).toMatchObject({ settlement: 'refused', message: 'no', settled: now });
    });

    it('never changes a settlement', async () => {
      const tenure = await own('w1');
      await record('R1', [target('v1')]);
      await ledger.claim('C1', lane, tenure, [key('v1')]);
      await settleAs('C1', 'deleted', 'v1');
      await settleAs('C2', 'exhausted', 'v1');
      expect(await ledger.tally('R1')).toEqual({ deleted: 1 });
    });

    it('counts once what is said twice, since nobody may have heard that it was written', async () => {
      const tenure = await own('w1');
      await record('R1', [target('v1')]);
      await ledger.claim('C1', lane, tenure, [key('v1')]);
      const retry = { then: 'retry', keys: [key('v1')], delayMs: 0, ambiguous: false } as const;
      for (let said = 0; said < 2; said++)
        await ledger.settle(answered('C1'), [{ ...retry, code: 'C', message: 'M' }]);
      expect((await ledger.look([key('v1')])).get(key('v1'))).toMatchObject({ attempts: 1, held: false });
    });

    it('does not shift a target that the next call holds, however late it comes', async () => {
      const tenure = await own('w1');
      await record('R1', [target('v1')]);
      await ledger.claim('C1', lane, tenure, [key('v1')]);
      await ledger.settle(answered('C1'), [{ then: 'release', keys: [key('v1')] }]);
      await ledger.claim('C2', lane, tenure, [key('v1')]);
      await ledger.settle(answered('C1'), [{ then: 'release', keys: [key('v1')] }]);
      expect((await ledger.look([key('v1')])).get(key('v1'))).toMatchObject({ held: true });
    });
  });

  describe('unclaim', () => {
    it('lets go of what the claim had taken, as unsent and without an attempt', async () => {
      const tenure = await own('w1');
      await record('R1', [target('v1')]);
      await ledger.claim('C1', lane, tenure, [key('v1')]);
      await ledger.unclaim('C1', lane, tenure, [key('v1')]);
      const [found] = await ledger.lookup('v1');
      expect(found).toMatchObject({ attempts: 0, ambiguous: false, state: 'waiting' });
      expect(found?.calls).toMatchObject([{ id: 'C1', result: 'unsent' }]);
      expect((await ledger.claim('C2', lane, tenure, [key('v1')])).claimed.size).toBe(1);
    });

    it('makes the claim fail where it comes later after all', async () => {
      const tenure = await own('w1');
      await record('R1', [target('v1')]);
      await ledger.unclaim('C1', lane, tenure, [key('v1')]);
      await expect(ledger.claim('C1', lane, tenure, [key('v1')])).rejects.toThrow(/calls/);
      expect((await ledger.look([key('v1')])).get(key('v1'))).toMatchObject({ held: false });
    });
  });

  describe('look', () => {
    const waited = async (id: string) => (await ledger.look([key(id)])).get(key(id))?.waited;

    it('tells how long a target could have been sent: from its acceptance, or its notBefore', async () => {
      await record('R1', [target('v1')]);
      await record('R2', [target('v2')], { notBefore: now + 1_000 });
      now += 700;
      expect([await waited('v1'), await waited('v2')]).toEqual([700, 0]);
      now += 700;
      expect([await waited('v1'), await waited('v2')]).toEqual([1_400, 400]);
    });

    it('goes on counting where an attempt is to be made again', async () => {
      const tenure = await own('w1');
      await record('R1', [target('v1')]);
      await ledger.claim('C1', lane, tenure, [key('v1')]);
      now += 500;
      await ledger.settle(answered('C1'), [
        { then: 'retry', keys: [key('v1')], delayMs: 9_000, ambiguous: false, code: 'C', message: 'M' },
      ]);
      now += 500;
      expect(await waited('v1')).toBe(1_000);
    });
  });

  describe('take', () => {
    it('takes a unit that is free or whose owner is silent, and counts its open calls as lost attempts', async () => {
      const first = await own('w1');
      await record('R1', [target('v1')]);
      await ledger.claim('C1', lane, first, [key('v1')]);
      expect((await ledger.beat(worker('w2'))).owners).toEqual(new Map([[lane, 'w1']]));
      expect(await ledger.take(lane, 'w2', 1_000)).toBeUndefined();
      now += 6_001;
      expect((await ledger.beat(worker('w2'))).owners).toEqual(new Map([[lane, '']]));
      expect(await ledger.take(lane, 'w2', 1_000)).toMatchObject({ epoch: 2, left: 'silent' });
      expect((await ledger.claim('C2', lane, first, [key('v1')])).gate.state).toBe('lost');
      expect((await ledger.look([key('v1')])).get(key('v1'))).toMatchObject({
        held: false,
        attempts: 1,
        ambiguous: true,
      });
      expect((await ledger.beat(worker('w1'))).owned.size).toBe(0);
    });

    it('still believes the answer of an owner that was too late', async () => {
      const first = await own('w1');
      await record('R1', [target('v1')]);
      await ledger.claim('C1', lane, first, [key('v1')]);
      now += 6_001;
      await own('w2');
      await settleAs('C1', 'deleted', 'v1');
      expect(await ledger.tally('R1')).toEqual({ deleted: 1 });
    });

    it('does not believe it about a target that a later call holds', async () => {
      const first = await own('w1');
      await record('R1', [target('v1')]);
      await ledger.claim('C1', lane, first, [key('v1')]);
      now += 6_001;
      const second = await own('w2');
      await ledger.claim('C2', lane, second, [key('v1')]);
      await settleAs('C1', 'deleted', 'v1');
      expect(await ledger.tally('R1')).toEqual({ open: 1 });
      await settleAs('C2', 'absent', 'v1');
      expect(await ledger.tally('R1')).toEqual({ absent: 1 });
    });

    it('tells how the unit was left, and which calls may still count in a long window', async () => {
      const first = await own('w1');
      expect(first.epoch).toBe(1);
      await record('R1', [target('v1'), target('v2'), target('v3')]);
      await ledger.claim('C1', lane, first, [key('v1')]);
      await settleAs('C1', 'deleted', 'v1');
      now += 30_000;
      await ledger.claim('C2', lane, first, [key('v2')]);
      await ledger.settle({ ...answered('C2'), result: 'unsent' }, [{ then: 'release', keys: [key('v2')] }]);
      await ledger.claim('C3', lane, first, [key('v3')]);
      now += 400;
      await settleAs('C3', 'deleted', 'v3');
      await ledger.release(first);
      now += 100;
      const taken = await ledger.take(lane, 'w2', 60_000);
      expect(taken).toMatchObject({ epoch: 2, left: 'released' });
      // C1 ended as it was claimed, C3 after 400 ms; C2 was never sent.
      expect(taken?.callAges.toSorted((a, b) => a - b)).toEqual([100, 30_500]);
    });

    it('knows a unit that was never used', async () => {
      await ledger.beat(worker('w1'));
      expect(await ledger.take(lane, 'w1', 1_000)).toEqual({ epoch: 1, left: 'unused', callAges: [] });
    });
  });

  describe('beat', () => {
    it('tells how many workers share, the states of lanes, and a halt of everything', async () => {
      await own('w1');
      await ledger.beat(worker('w2'));
      await ledger.setLane(lane, 'paused', 'brake', 'worker');
      await ledger.haltAll('fire', 'ann');
      const pulse = await ledger.beat(worker('w1'));
      const able = new Set([lane]);
      expect(pulse).toMatchObject({
        workers: new Map([
          ['w1', able],
          ['w2', able],
        ]),
        halt: 'fire',
      });
      expect(pulse.lanes.get(lane)).toEqual({ state: 'paused', reason: 'brake' });
      await ledger.leave('w2');
      expect((await ledger.beat(worker('w1'))).workers.size).toBe(1);
    });
  });

  describe('lanes', () => {
    it('counts what is open and dead, and tells the oldest and the owner', async () => {
      const tenure = await own('w1');
      await record('R1', [target('v1'), target('v2')]);
      await ledger.claim('C1', lane, tenure, [key('v1')]);
      await settleAs('C1', 'refused', 'v1');
      now += 2_500;
      expect(await ledger.lanes()).toMatchObject([
        { lane, open: 1, dead: 1, oldestMs: 2_500, owner: 'w1', state: 'open' },
      ]);
    });
  });

  it('keeps everything over a restart, and may be opened by several processes at once', async () => {
    await record('R1', [target('v1')]);
    const others = await Promise.all([open(), open()]);
    expect(await others[0].tally('R1')).toEqual({ open: 1 });
    await others[1].record('R2', lane, asked, [target('v2')], [], 0);
    await Promise.all(others.map((other) => other.close()));
    await ledger.close();
    ledger = await open();
    expect(await ledger.tally('R2')).toEqual({ open: 1 });
  });

  it('refuses a configuration that groups a lane otherwise', async () => {
    await expect(open([{ ...entry, unit: 'group' }])).rejects.toThrow(GroupingDiffers);
  });
});
