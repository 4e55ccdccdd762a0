import { describe, expect, it } from 'vitest';
import { targetOf } from '../target.ts';
import { databases } from './databases.ts';
import { key, lane, operation, startWork, type Work } from './work.ts';

const tenure = (epoch = 1) => ({ unit: lane, owner: 'w1', epoch });
const reasons = (...ids: string[]) => new Map(ids.map((id) => [key(id), `because of ${id}`]));

/** Settlement, code and message of each. */
async function ends({ ledger }: Work, ids: readonly string[]) {
  const rows = await Promise.all(ids.map(async (id) => (await ledger.lookup(id))[0]));
  return rows.map((row) => [row?.settlement, row?.code, row?.message]);
}

describe.each(databases)('refuse, in $name', ({ create }) => {
  it('settles open targets without a call, each with its reason and without an attempt', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['a', 'b', 'c']);
    await work.ledger.refuse(lane, tenure(), 'Protected', reasons('a', 'b'));
    expect(await ends(work, ['a', 'b', 'c'])).toEqual([
      ['refused', 'Protected', 'because of a'],
      ['refused', 'Protected', 'because of b'],
      [null, '', ''],
    ]);
    const [a] = await work.ledger.lookup('a');
    expect(a).toMatchObject({ attempts: 0, settled: work.now(), calls: [] });
    expect(await work.ledger.tally('R1')).toEqual({ refused: 2, open: 1 });
    expect((await work.ledger.verify()).findings).toEqual([]);
  });

  it('leaves what a call holds, and what is settled, as it is', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['held', 'gone']);
    await work.end('C1', 'deleted', ['gone']);
    await work.claim('C2', ['held']);
    await work.ledger.refuse(lane, tenure(), 'Protected', reasons('held', 'gone'));
    expect(await ends(work, ['held', 'gone'])).toEqual([
      [null, '', ''],
      ['deleted', 'C', 'M'],
    ]);
    await work.settle('C2', 'deleted', ['held']);
    expect((await ends(work, ['held']))[0]).toEqual(['deleted', 'C', 'M']);
  });

  it('keeps the first reason and its time', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['a']);
    await work.ledger.refuse(lane, tenure(), 'Protected', reasons('a'));
    const settled = work.now();
    work.pass(1);
    await work.ledger.refuse(lane, tenure(), 'Other', new Map([[key('a'), 'later']]));
    expect(await ends(work, ['a'])).toEqual([['refused', 'Protected', 'because of a']]);
    expect((await work.ledger.lookup('a'))[0]?.settled).toBe(settled);
  });

  it('is for the owner of the unit alone', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['a']);
    await work.ledger.refuse(lane, { ...tenure(), owner: 'w2' }, 'Protected', reasons('a'));
    await work.ledger.refuse(lane, tenure(2), 'Protected', reasons('a'));
    expect(await ends(work, ['a'])).toEqual([[null, '', '']]);
  });

  it('takes a target out of what is offered and claimed', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['a', 'b']);
    await work.ledger.refuse(lane, tenure(), 'Protected', reasons('a'));
    expect((await work.ledger.offerable(lane, 10)).map(({ id }) => id)).toEqual(['b']);
    const { claimed } = await work.ledger.claim('C1', lane, tenure(), [key('a'), key('b')]);
    expect([...claimed]).toEqual([key('b')]);
  });

  it('is asked for again like any other refusal', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['a']);
    await work.ledger.refuse(lane, tenure(), 'Protected', reasons('a'));
    await work.ask('R2', ['a']);
    expect(await ends(work, ['a'])).toEqual([[null, '', '']]);
  });

  it('counts for each campaign that names the target, once', async () => {
    const work = await startWork(create);
    const { ledger } = work;
    const rules = {
      ...{ canary: false, share: 1, undoMs: 0, notBefore: 0, again: false },
      brakes: { refused: 1, absent: 1, throttled: 1 },
    };
    const seqs: number[] = [];
    for (const name of ['one', 'two']) {
      const start = { name, lane, requester: 'ann', reason: 'tidy', source: '', rules };
      const seq = await ledger.startPlan(`P-${name}`, start);
      const lines = ['a', 'b'].map((id, n) => ({ n: n + 1, key: key(id), target: targetOf(operation, id) }));
      await ledger.addToPlan(seq, lines, []);
      const end = { hash: 'h', sourceHash: '', valid: 2, invalid: 0, duplicates: 0, alreadySettled: 0 };
      await ledger.finishPlan(seq, 'ann', end);
      await ledger.moveCampaign(seq, { from: ['planned'], to: 'running', by: 'ann', reason: '' });
      const campaign = await ledger.campaign(name);
      expect(await ledger.releaseCampaign(campaign!, 10, 0, [])).toBe(2);
      seqs.push(seq);
    }
    await ledger.refuse(lane, tenure(), 'Protected', reasons('a'));
    await ledger.refuse(lane, tenure(), 'Protected', reasons('a'));
    for (const [at, name] of ['one', 'two'].entries()) {
      expect((await ledger.campaign(name))?.settled).toEqual({ refused: 1 });
      const [a, b] = await ledger.campaignTargets(seqs[at] ?? 0, 0, 10);
      expect(a).toMatchObject({ settlement: 'refused', code: 'Protected', message: 'because of a' });
      expect(b).toMatchObject({ settlement: null });
    }
  });

  it('waits for a paused campaign to go on', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['a']);
    await work.tamper(`update targets set campaign = 77`);
    await work.ledger.refuse(lane, tenure(), 'Protected', reasons('a'));
    expect(await ends(work, ['a'])).toEqual([[null, '', '']]);
  });
});
