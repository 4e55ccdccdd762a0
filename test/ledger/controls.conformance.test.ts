/** What a person controls, on every database: who may send, how fast, and what is remembered of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cap } from '../../src/limiter.ts';
import { openLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { keyed } from '../target.ts';
import { databases, type Place } from './databases.ts';

const operation = 'alibaba.vod.delete-video';
const alone = `acc~${operation}`;
const [one, two] = [`one~${operation}`, `two~${operation}`];
const group = `alibaba:company~${operation}`;
const lanes = [
  { name: alone, account: 'acc', operation, unit: alone },
  { name: one, account: 'one', operation, unit: group },
  { name: two, account: 'two', operation, unit: group },
];
const second = (calls: number): Cap => ({ calls, per: 'second' });

describe.each(databases)('controls on $name', ({ create }) => {
  let now: number;
  let place: Place;
  let ledger: Ledger;
  const open = () => openLedger(place.url, lanes, { time: () => now });

  beforeEach(async () => {
    now = 1_000_000;
    place = await create();
    ledger = await open();
  });
  afterEach(async () => {
    await ledger.close();
    await place.remove();
  });

  const beat = (id: string, units: Readonly<Record<string, Cap>>) =>
    ledger.beat({ id, host: 'h', pid: 1, units });
  const row = async (lane: string) => (await ledger.lanes()).find((each) => each.lane === lane);
  const told = async (lane?: string) =>
    (await ledger.events(10, lane)).map(({ lane: of, what, why, actor }) => [of, what, why, actor]);

  describe('beat', () => {
    it('tells the lowest configured cap among the workers that live', async () => {
      await beat('w1', { [alone]: second(30), [group]: second(20) });
      const { caps } = await beat('w2', { [alone]: second(10) });
      expect(caps).toEqual(
        new Map([
          [alone, second(10)],
          [group, second(20)],
        ]),
      );
      now += 6_001;
      expect((await beat('w1', { [alone]: second(30) })).caps.get(alone)).toEqual(second(30));
    });

    it('compares by the rate, and keeps the window of the lowest', async () => {
      await beat('w1', { [alone]: second(2) });
      const minute: Cap = { calls: 100, per: 'minute' };
      expect((await beat('w2', { [alone]: minute })).caps.get(alone)).toEqual(minute);
      expect((await beat('w2', { [alone]: { calls: 121, per: 'minute' } })).caps.get(alone)).toEqual(
        second(2),
      );
    });

    it('learns a worker’s configuration anew each time: one that is stopping could own nothing', async () => {
      await beat('w1', { [alone]: second(30) });
      await beat('w2', { [alone]: second(10) });
      await beat('w2', {});
      const pulse = await beat('w1', { [alone]: second(30) });
      expect(pulse.caps.get(alone)).toEqual(second(30));
      expect(pulse.workers.get('w2')).toEqual(new Set());
    });

    it('tells who owns each unit', async () => {
      await beat('w1', { [alone]: second(1) });
      await ledger.take(alone, 'w1', 1_000);
      const owners = async () => (await beat('w2', { [alone]: second(1) })).owners;
      expect(await owners()).toEqual(
        new Map([
          [alone, 'w1'],
          [group, ''],
        ]),
      );
      now += 6_001;
      expect((await owners()).get(alone)).toBe('');
    });
  });

  describe('setCap', () => {
    it('goes before every configuration until it is unset, over restarts', async () => {
      const cap = async () => (await beat('w1', { [alone]: second(30) })).caps.get(alone);
      await ledger.setCap(alone, 45, 'the vendor allows it', 'ann');
      expect(await cap()).toEqual(second(45));
      await ledger.close();
      ledger = await open();
      expect(await cap()).toEqual(second(45));
      await ledger.setCap(alone, undefined, 'no more', 'bob');
      expect(await cap()).toEqual(second(30));
    });

    it('counts calls of the configured window', async () => {
      await ledger.setCap(alone, 45, '', 'ann');
      const { caps } = await beat('w1', { [alone]: { calls: 100, per: 'minute' } });
      expect(caps.get(alone)).toEqual({ calls: 45, per: 'minute' });
    });

    it('is one for all lanes of a unit, and an event of each', async () => {
      await ledger.setCap(one, 5, 'slow down', 'ann');
      const { caps } = await beat('w1', { [alone]: second(30), [group]: second(20) });
      expect(caps).toEqual(
        new Map([
          [alone, second(30)],
          [group, second(5)],
        ]),
      );
      for (const lane of [one, two]) {
        expect(await told(lane)).toEqual([[lane, 'cap 5', 'slow down', 'ann']]);
        const capSet = { calls: 5, by: 'ann', reason: 'slow down', since: now };
        expect(await row(lane)).toMatchObject({ configured: second(20), capSet });
      }
      expect((await row(alone))?.capSet).toBeUndefined();
    });

    it('shows who set it last, and no longer once it is unset', async () => {
      await ledger.setCap(alone, 5, 'first', 'ann');
      now += 10;
      await ledger.setCap(alone, 7, 'second', 'bob');
      expect((await row(alone))?.capSet).toEqual({ calls: 7, by: 'bob', reason: 'second', since: now });
      expect((await row(alone))?.configured).toBeUndefined();
      await ledger.setCap(alone, undefined, '', 'bob');
      expect((await row(alone))?.capSet).toBeUndefined();
    });
  });

  describe('setLane', () => {
    it('ends a pause and no halt where it is told so', async () => {
      await ledger.setLane(alone, 'paused', 'lunch', 'ann');
      await ledger.setLane(alone, 'open', 'eaten', 'ann', 'paused');
      expect((await row(alone))?.state).toBe('open');
      await ledger.setLane(alone, 'halted', 'wrong key', 'worker');
      await ledger.setLane(alone, 'open', 'eaten', 'ann', 'paused');
      expect(await row(alone)).toMatchObject({ state: 'halted', reason: 'wrong key', by: 'worker' });
      expect((await told(alone)).filter(([, what]) => what === 'lane open')).toHaveLength(1);
    });

    it('records each change with who and why, and nothing where it is so already', async () => {
      await ledger.setLane(alone, 'open', 'nothing to open', 'ann');
      await ledger.setLane(alone, 'paused', 'lunch', 'ann');
      await ledger.setLane(alone, 'paused', 'again', 'bob');
      await ledger.setLane(alone, 'open', 'eaten', 'bob');
      expect(await told()).toEqual([
        [alone, 'lane paused', 'lunch', 'ann'],
        [alone, 'lane open', 'eaten', 'bob'],
      ]);
    });

    it('leaves the first stop in place when a second comes', async () => {
      await ledger.setLane(alone, 'paused', 'lunch', 'ann');
      await ledger.setLane(alone, 'halted', 'bad key', 'worker');
      expect(await row(alone)).toMatchObject({ state: 'paused', reason: 'lunch', by: 'ann' });
      await ledger.unhaltAll('bob');
      expect(await row(alone)).toMatchObject({ state: 'paused' });
    });
  });

  describe('events', () => {
    it('are the latest, oldest first, with what was done to all', async () => {
      await ledger.setLane(one, 'paused', 'lunch', 'ann');
      await ledger.haltAll('fire', 'ann');
      now += 5;
      await ledger.setLane(two, 'paused', 'lunch', 'bob');
      await ledger.unhaltAll('bob', 'it was a drill');
      expect(await told(one)).toEqual([
        [one, 'lane paused', 'lunch', 'ann'],
        ['', 'halt', 'fire', 'ann'],
        ['', 'unhalt', 'it was a drill', 'bob'],
      ]);
      const latest = await ledger.events(2);
      expect(latest.map(({ at, what }) => [at, what])).toEqual([
        [now, 'lane paused'],
        [now, 'unhalt'],
      ]);
    });
  });

  describe('release', () => {
    it('as if silent makes the successor wait as after a death', async () => {
      const key = keyed('acc', operation, 'v1').key;
      await ledger.record(
        'R1',
        alone,
        { requester: 'ann', reason: '', urgent: false, notBefore: 0, again: false },
        [keyed('acc', operation, 'v1')],
        [],
        0,
      );
      const taken = await ledger.take(alone, 'w1', 1_000);
      const tenure = { unit: alone, owner: 'w1', epoch: taken?.epoch ?? -1 };
      await ledger.claim('C1', alone, tenure, [key]);
      await ledger.release(tenure, 'silent');
      expect(await ledger.take(alone, 'w2', 1_000)).toMatchObject({ left: 'silent' });
    });
  });
});
