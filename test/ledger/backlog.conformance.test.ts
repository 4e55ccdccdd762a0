/** What waits in a lane, and for how long it might have been sent by now. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { backlogReading } from '../../src/ledger/backlog.ts';
import { telling } from '../../src/ledger/deeds.ts';
import { openDatabase } from '../../src/ledger/ledger.ts';
import { databases } from './databases.ts';
import { running } from './running.ts';
import { key, lane, startWork, type Work } from './work.ts';

const hour = 3_600_000;
const begin = 1_000_000_000;

async function backlog({ ledger }: Work) {
  return (await ledger.backlog([lane])).get(lane);
}
const hours = async (work: Work) => ((await backlog(work))?.oldestMs ?? NaN) / hour;

describe.each(databases)('the backlog of a lane on $name', ({ create }) => {
  it('is what is open, and what is dead, and nothing where there is nothing', async () => {
    const work = await startWork(create);
    expect(await backlog(work)).toEqual({ open: 0, dead: 0, oldestMs: undefined });
    await work.ask('R', ['a', 'b', 'c', 'd', 'e']);
    await work.end('C1', 'refused', ['a']);
    await work.end('C2', 'exhausted', ['b']);
    await work.end('C3', 'deleted', ['c']);
    work.pass(2);
    expect(await backlog(work)).toEqual({ open: 2, dead: 2, oldestMs: 2 * hour });
    expect(await work.ledger.backlog(['no~lane'])).toEqual(
      new Map([['no~lane', { open: 0, dead: 0, oldestMs: undefined }]]),
    );
    expect(await work.ledger.backlog([])).toEqual(new Map());
  });

  it('counts an id that is asked for later from its time on, though it is retried then', async () => {
    const work = await startWork(create);
    await work.ask('R', ['later'], { notBefore: begin + 5 * hour });
    work.pass(4);
    expect(await backlog(work)).toEqual({ open: 1, dead: 0, oldestMs: undefined });
    await work.ask('S', ['now']);
    work.pass(3);
    expect(await hours(work)).toBe(3);
    await work.end('C1', 'deleted', ['now']);
    expect(await hours(work)).toBe(2);
    await work.claim('C2', ['later']);
    const retry = { then: 'retry', delayMs: hour, ambiguous: false, code: 'C', message: 'M' } as const;
    const end = { call: 'C2', result: 'transient', code: 'C', providerRequest: '', ms: 1 };
    await work.ledger.settle(end, [{ ...retry, keys: [key('later')] }]);
    expect(await hours(work)).toBe(2);
    expect((await work.ledger.look([key('later')])).get(key('later'))?.waited).toBe(2 * hour);
  });

  it('counts the oldest by when it might be sent, not by when it was accepted', async () => {
    const work = await startWork(create);
    await work.ask('R', ['first'], { notBefore: begin + 9 * hour });
    work.pass(1);
    await work.ask('S', ['second']);
    work.pass(9);
    expect(await hours(work)).toBe(9);
  });

  it('leaves out what a campaign has released and does not send', async () => {
    const work = await startWork(create);
    const seq = await running(work, 'c', ['a', 'b']);
    work.pass(1);
    expect(await backlog(work)).toEqual({ open: 2, dead: 0, oldestMs: hour });
    await work.ledger.moveCampaign(seq, { from: ['running'], to: 'pausing', by: 'ann', reason: '' });
    expect(await backlog(work)).toEqual({ open: 2, dead: 0, oldestMs: undefined });
    await work.ask('R', ['a']);
    expect(await hours(work)).toBe(1);
  });

  it('counts what a campaign withheld from the moment when it sends again', async () => {
    const work = await startWork(create);
    const seq = await running(work, 'c', ['a', 'b']);
    work.pass(1);
    await work.ledger.moveCampaign(seq, { from: ['running'], to: 'pausing', by: 'ann', reason: '' });
    work.pass(8);
    await work.ledger.moveCampaign(seq, { from: ['pausing'], to: 'paused', by: 'ann', reason: '' });
    await work.ledger.moveCampaign(seq, { from: ['paused'], to: 'running', by: 'ann', reason: '' });
    work.pass(2);
    expect(await hours(work)).toBe(2);
    await work.claim('C1', ['a', 'b']);
  });

  it('is the same in however many parts it is counted', async () => {
    const work = await startWork(create);
    for (let n = 0; n < 7; n++) {
      const ids = Array.from({ length: n === 3 ? 5 : 1 }, (_, each) => `v${n}-${each}`);
      await work.ask(`R${n}`, ids, n === 0 ? { notBefore: begin + 3.5 * hour } : {});
      work.pass(1);
    }
    const { database, dialect } = openDatabase(work.url, work.now);
    onTestFinished(() => database.close());
    const context = { database, dialect, laneId: () => 1, told: telling(undefined, new Map()) };
    for (const most of [1, 2, 3, 5, 11, 12, 100]) {
      const counted = (await backlogReading(context, most).backlog([lane])).get(lane);
      expect(counted).toEqual({ open: 11, dead: 0, oldestMs: 6 * hour });
    }
  });
});
