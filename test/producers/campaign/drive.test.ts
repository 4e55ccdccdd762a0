/** The driver on a real ledger, round by round: time is the test's, and what is offered is settled by its hand. */
import { describe, expect, it } from 'vitest';
import type { CampaignRules } from '../../../src/ledger/campaign/campaign.ts';
import { allowance, step } from '../../../src/producers/campaign/drive.ts';
import { leadingTo } from '../../../src/producers/campaign/states.ts';
import { operationNamed } from '../../../src/providers/operations.ts';
import { databases } from '../../ledger/databases.ts';
import { lane, operation, startWork, type Work } from '../../ledger/work.ts';
import { keyed } from '../../target.ts';
import { campaign as campaignOf, rules as usual } from './campaigns.ts';

const fed = { name: lane, operation: operationNamed(operation), rate: { calls: 30, per: 'second' } } as const;
const [libsql] = databases;

/** A running campaign of so many ids, and what there is to do with it. */
async function setup(count: number, over: Partial<CampaignRules> = {}) {
  if (!libsql) throw new Error('no database');
  const work: Work = await startWork(libsql.create, Date.parse('2026-11-21T12:00:00Z'));
  const { ledger } = work;
  const rules = { ...usual, ...over };
  const start = { name: 'spring', lane, requester: 'ann', reason: '', source: '', rules };
  const seq = await ledger.startPlan('request', start);
  const lines = Array.from({ length: count }, (_, n) => ({ n: n + 1, ...keyed('acc', operation, `v${n}`) }));
  await ledger.addToPlan(seq, lines, []);
  const counts = { hash: 'H', sourceHash: '', invalid: 0, duplicates: 0, alreadySettled: 0, valid: count };
  await ledger.finishPlan(seq, 'ann', counts);
  await ledger.moveCampaign(seq, {
    from: leadingTo('running', 'run'),
    to: 'running',
    by: 'ann',
    reason: '',
    rules,
  });
  const read = async () => {
    const found = await ledger.campaign('spring');
    if (!found) throw new Error('gone');
    return found;
  };
  let calls = 0;
  const open = async () => (await ledger.offerable(lane, 10_000)).map(({ id }) => id);
  return {
    work,
    ledger,
    read,
    open,
    round: async () => step(ledger, await read(), fed, 1),
    async settleAll(settlement: 'deleted' | 'absent' | 'refused') {
      await work.end(`C${calls++}`, settlement, await open());
    },
  };
}

describe('step', () => {
  it('releases ten, then one in a hundred, then a window’s work, each when all before is settled', async () => {
    const { round, open, settleAll, read } = await setup(4_000);
    await round();
    expect(await open()).toHaveLength(10);
    await round();
    expect(await open()).toHaveLength(10);
    await settleAll('deleted');
    await round();
    expect((await read()).stage).toBe(1);
    await round();
    expect(await open()).toHaveLength(30);
    await settleAll('deleted');
    for (let n = 0; n < 5; n++) await round();
    // Five seconds of 30 calls of 20.
    expect(await open()).toHaveLength(3_000);
    await settleAll('deleted');
    await round();
    expect(await open()).toHaveLength(960);
    await settleAll('deleted');
    await round();
    expect(await read()).toMatchObject({ state: 'completed', settled: { deleted: 4_000 } });
  });

  it('begins with all where no canary is wanted', async () => {
    const { round, open } = await setup(500, { canary: false });
    await round();
    expect(await open()).toHaveLength(500);
  });

  it('stops at the canary of a list of which nothing exists, and says why', async () => {
    const { round, open, settleAll, read } = await setup(4_000);
    await round();
    await settleAll('absent');
    await round();
    expect(await read()).toMatchObject({ state: 'pausing', by: 'expunge', releasedCount: 10 });
    expect((await read()).reason).toContain('10 of 10 settled ids are absent');
    await round();
    expect((await read()).state).toBe('paused');
    await round();
    expect(await open()).toEqual([]);
  });

  it('closes and opens with its time window', async () => {
    const { work, round, open, read } = await setup(20, { canary: false, window: '13:00-14:00 UTC' });
    await round();
    expect(await read()).toMatchObject({ sending: false, releasedCount: 0 });
    work.pass(1.1);
    await round();
    expect(await open()).toHaveLength(20);
    work.pass(1);
    await round();
    expect(await read()).toMatchObject({ state: 'running', sending: false });
    expect(await open()).toEqual([]);
    work.pass(23);
    await round();
    expect(await open()).toHaveLength(20);
  });

  it('waits for its undo window', async () => {
    const { work, round, open } = await setup(20, { undoMs: 3_600_000 });
    await round();
    expect(await open()).toEqual([]);
    work.pass(1);
    await round();
    expect(await open()).toHaveLength(10);
  });

  it('brings a cancelled one to its end', async () => {
    const { ledger, round, read } = await setup(100, { canary: false });
    await round();
    const { seq } = await read();
    await ledger.moveCampaign(seq, { from: ['running'], to: 'cancelling', by: 'ann', reason: '' });
    await round();
    expect(await read()).toMatchObject({ state: 'cancelled', settled: { cancelled: 100 } });
  });
});

describe('allowance', () => {
  const sending = { ...campaignOf({ valid: 1_000_000 }), started: 0 };
  const at = (now: number, over = {}, share = 1) => ({
    ...sending,
    now,
    rules: { ...usual, share },
    ...over,
  });

  it('is its part of the lane’s window, less what is open', () => {
    expect(allowance(at(0), fed, 1).most).toBe(2_000);
    expect(allowance(at(0, { releasedCount: 2_900 }), fed, 1).most).toBe(100);
    expect(allowance(at(0, { releasedCount: 900 }), fed, 3).most).toBe(100);
  });

  it('keeps to a share of the cap, in full calls, whenever it is asked', () => {
    let released = 0;
    let campaign = at(0, {}, 0.5);
    for (let now = 0; now <= 60_000; now += 250) {
      campaign = { ...campaign, now, releasedCount: released, settled: { deleted: released } };
      const { most, paidUntil } = allowance(campaign, fed, 1);
      if (most <= 0) continue;
      expect(most % 20).toBe(0);
      released += most;
      campaign = { ...campaign, releasedAt: paidUntil };
      // Half of 30 calls of 20 a second, and what half a second may be late.
      expect(released).toBeLessThanOrEqual(0.3 * now + 120);
    }
    expect(released).toBeGreaterThan(0.3 * 60_000 * 0.98);
  });

  it('makes up for no time in which it could not send', () => {
    expect(allowance(at(3_600_000, { releasedAt: 1_000 }, 0.5), fed, 1).most).toBe(120);
  });

  it('lets every share of every cap send at the times of these years', () => {
    const moment = Date.parse('2026-11-21T12:00:00Z');
    for (const calls of [1, 2, 7, 10, 30, 50, 100])
      for (const per of ['second', 'minute'] as const)
        for (let percent = 1; percent < 100; percent++) {
          const slowest = { ...fed, rate: { calls, per } };
          const asked = at(
            moment,
            { started: moment - 86_400_000, releasedAt: moment - 86_400_000 },
            percent / 100,
          );
          expect(allowance(asked, slowest, 1).most, `${percent} % of ${calls}/${per}`).toBeGreaterThanOrEqual(
            20,
          );
        }
  });

  it('lets a slow one have a call now and then', () => {
    const slow = { ...fed, rate: { calls: 6, per: 'minute' } } as const;
    expect(allowance(at(19_000, {}, 0.5), slow, 1).most).toBe(0);
    expect(allowance(at(20_000, {}, 0.5), slow, 1).most).toBe(20);
  });
});
