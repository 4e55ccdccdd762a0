/** What a process tells of its deeds: each settlement once, by whoever committed it. */
import { describe, expect, it } from 'vitest';
import { openLedger } from '../../src/ledger/ledger.ts';
import type { Deeds } from '../../src/ledger/deeds.ts';
import { databases } from './databases.ts';
import { running } from './running.ts';
import { entry, key, lane, operation, startWork } from './work.ts';

/** Keeps what it is told, added up. */
function hearing() {
  const heard: Record<string, number> = {};
  const add = (what: string, n: number) => (heard[what] = (heard[what] ?? 0) + n);
  const deeds: Deeds = {
    settled: ({ account, operation: of }, settlement, n) => void add(`${account} ${of} ${settlement}`, n),
    released: ({ account, operation: of }, n) => void add(`${account} ${of} released`, n),
  };
  const count = (what: string) => heard[`acc ${operation} ${what}`] ?? 0;
  return { deeds, count, heard };
}

describe.each(databases)('the deeds of a process on $name', ({ create }) => {
  const begin = async () => {
    const heard = hearing();
    return { work: await startWork(create, undefined, heard.deeds), ...heard };
  };

  it('are the settlements of its calls, and those alone that were open until then', async () => {
    const { work, heard, count } = await begin();
    await work.ask('R', ['a', 'b', 'c', 'd']);
    await work.claim('C1', ['a', 'b', 'c']);
    await work.settle('C1', 'deleted', ['a', 'b'], ['c']);
    expect(heard).toEqual({ [`acc ${operation} deleted`]: 2 });
    // Said again, as after an answer that did not come: nothing changes.
    await work.settle('C1', 'deleted', ['a', 'b'], ['c']);
    expect(count('deleted')).toBe(2);
    await work.end('C2', 'refused', ['c', 'd']);
    expect([count('deleted'), count('refused')]).toEqual([2, 2]);
  });

  it('are not those of another process that was quicker', async () => {
    const { work, count } = await begin();
    const others = hearing();
    const other = await openLedger(work.url, [entry], { time: work.now, deeds: others.deeds });
    await work.ask('R', ['a', 'b']);
    await work.claim('C1', ['a', 'b']);
    work.pass(1);
    const epoch = (await other.take(lane, 'w2', 1_000))?.epoch ?? -1;
    const tenure = { unit: lane, owner: 'w2', epoch };
    await other.claim('C2', lane, tenure, [key('a')]);
    const end = { call: 'C2', result: 'answered', code: '', providerRequest: '', ms: 1 };
    const absent = { then: 'settle', settlement: 'absent', code: '', message: '' } as const;
    await other.settle(end, [{ ...absent, keys: [key('a')] }]);
    await work.settle('C1', 'deleted', ['a', 'b']);
    await other.close();
    expect([count('deleted'), others.count('absent'), count('absent')]).toEqual([1, 1, 0]);
  });

  it('are told once although nobody heard that they were on record', async () => {
    const { work, count } = await begin();
    await work.ask('R', ['a', 'b']);
    await work.claim('C1', ['a', 'b']);
    // The first try fails as a whole; had it been written, its second would be told all the same.
    await work.tamper('ALTER TABLE calls RENAME COLUMN ms TO was');
    await expect(work.settle('C1', 'deleted', ['a', 'b'])).rejects.toThrow();
    await work.tamper(
      'ALTER TABLE calls RENAME COLUMN was TO ms',
      `UPDATE targets SET settlement = 'deleted', settled = 5`,
      `UPDATE calls SET ended = 5, result = 'answered'`,
    );
    await work.settle('C1', 'deleted', ['a', 'b']);
    expect(count('deleted')).toBe(2);
    await work.settle('C1', 'deleted', ['a', 'b']);
    expect(count('deleted')).toBe(2);
  });

  it('are what it refuses, cancels and sweeps away', async () => {
    const { work, count } = await begin();
    await work.ask('R', ['a', 'b', 'c']);
    await work.ask('S', ['c']);
    await work.claim('C1', ['a']);
    await work.ledger.cancelRequest('R', 'ann', '');
    expect(count('cancelled')).toBe(1);
    await work.settle('C1', 'deleted', [], ['a']);
    await work.ledger.sweep();
    expect(count('cancelled')).toBe(2);
    const { ledger } = work;
    const epoch = Number((await work.rows('SELECT epoch FROM units'))[0]?.['epoch']);
    const tenure = { unit: lane, owner: 'w1', epoch };
    await ledger.refuse(
      lane,
      tenure,
      'Protected',
      new Map([key('b'), key('c')].map((each) => [each, 'kept'])),
    );
    expect(count('refused')).toBe(1);
  });

  it('are what ten crashes exhaust', async () => {
    const { work, count } = await begin();
    await work.ask('R', ['a', 'b']);
    await work.tamper(`UPDATE targets SET crashes = 9 WHERE id = 'a'`);
    await work.ledger.offer(new Map([key('a'), key('b')].map((each) => [each, 'J'])), 45_000);
    expect(await work.ledger.withdraw(lane, ['J'])).toEqual(['J']);
    expect(count('exhausted')).toBe(1);
  });

  it('are the lines that a campaign releases anew, and what is cancelled with it', async () => {
    const { work, count } = await begin();
    await work.ask('R', ['open', 'dead', 'done']);
    await work.end('C1', 'refused', ['dead']);
    await work.end('C2', 'deleted', ['done']);
    // The campaign sends what was asked for later: it was accepted before.
    await work.ask('S', ['later'], { notBefore: work.now() + 1e9 });
    work.pass(1);
    const ids = ['open', 'dead', 'done', 'later', 'new-1', 'new-2'];
    const seq = await running(work, 'c', ids);
    expect(count('released')).toBe(3);
    await work.ledger.moveCampaign(seq, { from: ['running'], to: 'cancelling', by: 'ann', reason: '' });
    expect(await work.ledger.cancelOpen(seq)).toBe(0);
    expect(count('cancelled')).toBe(3);
    const [row] = await work.rows(`SELECT count(*) AS n FROM targets WHERE settlement = 'cancelled'`);
    expect(Number(row?.['n'])).toBe(3);
  });
});
