/** Which lanes the feeder has to look at: one question for all of a worker's. Time is the test's. */
import { expect, describe, it, onTestFinished } from 'vitest';
import { openLedger } from '../../src/ledger/ledger.ts';
import { keyed } from '../target.ts';
import { databases } from './databases.ts';

const operation = 'alibaba.vod.delete-video';
const asked = { requester: 'ann', reason: 'tidy', urgent: false, notBefore: 0, again: false };
const laneOf = (account: string) => `${account}~${operation}`;

describe.each(databases)('lanesToOffer on $name', ({ create }) => {
  async function world(...accounts: string[]) {
    const { url, remove } = await create();
    const time = { now: 1_000_000 };
    const entries = accounts.map((account) => {
      return { name: laneOf(account), account, operation, unit: laneOf(account) };
    });
    const ledger = await openLedger(url, entries, { time: () => time.now });
    onTestFinished(async () => {
      await ledger.close();
      await remove();
    });
    const record = (account: string, id: string, notBefore = 0, urgent = false) =>
      ledger.record(
        `${account}${id}`,
        laneOf(account),
        { ...asked, notBefore, urgent },
        [keyed(account, operation, id)],
        [],
        0,
      );
    const offer = (account: string, id: string, job: string) =>
      ledger.offer(new Map([[keyed(account, operation, id).key, job]]), 45_000);
    const toOffer = async (...among: string[]) => {
      const { due, suspected } = await ledger.lanesToOffer(among.map(laneOf));
      return { due: [...due].toSorted(), suspected: [...suspected].toSorted() };
    };
    return { ledger, time, record, offer, toOffer };
  }

  it('names those with a target that is due and not offered, among those asked for', async () => {
    const { time, record, offer, toOffer } = await world('a', 'b', 'c', 'd');
    await record('a', 'v1');
    await record('b', 'v1', 1_000_500);
    await record('d', 'v1');
    expect(await toOffer('a', 'b', 'c')).toEqual({ due: [laneOf('a')], suspected: [] });
    await offer('a', 'v1', 'J1');
    expect(await toOffer('a', 'b', 'c')).toEqual({ due: [], suspected: [] });
    time.now += 500;
    expect(await toOffer('a', 'b', 'c')).toEqual({ due: [laneOf('b')], suspected: [] });
    time.now += 45_000;
    expect((await toOffer('a', 'b', 'c', 'd')).due).toEqual(['a', 'b', 'd'].map(laneOf));
  });

  it('names those with an urgent target among them', async () => {
    const { ledger, time, record, offer } = await world('a', 'b', 'c');
    await record('a', 'v1');
    await record('b', 'v1', 0, true);
    await record('c', 'v1', 1_000_500, true);
    const urgent = async () => [...(await ledger.lanesToOffer(['a', 'b', 'c'].map(laneOf))).urgent];
    expect(await urgent()).toEqual([laneOf('b')]);
    await offer('b', 'v1', 'J1');
    expect(await urgent()).toEqual([]);
    time.now += 500;
    expect(await urgent()).toEqual([laneOf('c')]);
  });

  it('names those with suspects, offered or not', async () => {
    const { ledger, record, offer, toOffer } = await world('a', 'b');
    for (const account of ['a', 'b']) await record(account, 'v1');
    for (const job of ['J1', 'J2', 'J3']) {
      await offer('a', 'v1', job);
      await ledger.withdraw(laneOf('a'), [job]);
    }
    expect(await toOffer('a', 'b')).toEqual({ due: ['a', 'b'].map(laneOf), suspected: [laneOf('a')] });
    await offer('a', 'v1', 'J4');
    expect(await toOffer('a', 'b')).toEqual({ due: [laneOf('b')], suspected: [laneOf('a')] });
  });
});
