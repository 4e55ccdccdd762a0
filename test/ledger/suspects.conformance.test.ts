/** What becomes of targets that dead workers had at hand. Time is the test's. */
import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { keyed } from '../target.ts';
import { databases } from './databases.ts';
import { entry, key, lane, operation, startWork } from './work.ts';

const names = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id);

describe.each(databases)('a target that dead workers had at hand, on $name', ({ create }) => {
  let jobs = 0;
  /** Offers them in one job, whose worker dies so many times. */
  async function crash(ledger: Ledger, times: number, ids: readonly string[]): Promise<void> {
    for (let n = 0; n < times; n++) {
      const job = `J${jobs++}`;
      await ledger.offer(new Map(ids.map((id) => [key(id), job])), 45_000);
      expect(await ledger.withdraw(lane, [job])).toEqual([job]);
    }
  }
  const offered = (ledger: Ledger, id: string) => ledger.offer(new Map([[key(id), 'offered']]), 45_000);

  it('is offerable at once with the others, twice', async () => {
    const { ledger, ask } = await startWork(create);
    await ask('R', ['v1', 'v2']);
    await crash(ledger, 2, ['v1']);
    expect(await ledger.offerable(lane, 10)).toMatchObject([
      { id: 'v1', job: '' },
      { id: 'v2', job: '' },
    ]);
    expect(await ledger.suspects(lane, 10)).toEqual([]);
  });

  it('is withdrawn although its offer has run out, but not from another job', async () => {
    const { ledger, ask, pass } = await startWork(create);
    await ask('R', ['v1', 'v2', 'v3']);
    await ledger.offer(
      new Map([...['v1', 'v2'].map((id) => [key(id), 'J1'] as const), [key('v3'), 'J2']]),
      9,
    );
    pass(0.5);
    expect(await ledger.withdraw(lane, ['foreign', 'J1'])).toEqual(['J1']);
    expect((await ledger.offerable(lane, 10)).map(({ id, job }) => id + job)).toEqual(['v1', 'v2', 'v3J2']);
  });

  it('is a suspect after three: offered apart, a whole job at a time', async () => {
    const { ledger, ask } = await startWork(create);
    await ask('R', ['v1', 'v2', 'v3', 'v4']);
    await crash(ledger, 3, ['v2', 'v3', 'v4']);
    expect(names(await ledger.offerable(lane, 10))).toEqual(['v1']);
    expect(names(await ledger.suspects(lane, 2))).toEqual(['v2', 'v3']);
    expect(await ledger.suspects(lane, 10)).toMatchObject([{ key: key('v2'), kind: 'videoId' }, {}, {}]);
  });

  it('is offered by itself after four, before those of three', async () => {
    const { ledger, ask, end } = await startWork(create);
    await ask('R', ['v1', 'v2', 'v3', 'v4']);
    await crash(ledger, 3, ['v1', 'v2', 'v3', 'v4']);
    await crash(ledger, 1, ['v2', 'v3']);
    await crash(ledger, 1, ['v3']);
    expect(names(await ledger.suspects(lane, 10))).toEqual(['v3']);
    await end('C1', 'deleted', ['v3']);
    expect(names(await ledger.suspects(lane, 10))).toEqual(['v2']);
    await end('C2', 'deleted', ['v2']);
    expect(names(await ledger.suspects(lane, 10))).toEqual(['v1', 'v4']);
  });

  it('waits while another suspect is offered and unsettled, in whichever lane', async () => {
    const { ledger, ask, end, url, now, pass } = await startWork(create);
    await ask('R', ['v1', 'v2']);
    await crash(ledger, 4, ['v1', 'v2']);
    const other = { name: `other~${operation}`, account: 'other', operation, unit: `other~${operation}` };
    const both = await openLedger(url, [entry, other], { time: now });
    const theirs = keyed('other', operation, 'v3');
    const asked = { requester: 'ann', reason: 'tidy', urgent: false, notBefore: 0, again: false };
    await both.record('R2', other.name, asked, [theirs], [], 0);
    for (const job of ['O1', 'O2', 'O3']) {
      await both.offer(new Map([[theirs.key, job]]), 45_000);
      await both.withdraw(other.name, [job]);
    }
    const free = async () => [
      ...names(await both.suspects(lane, 10)),
      ...names(await both.suspects(other.name, 10)),
    ];
    expect(await free()).toEqual(['v1', 'v3']);
    await offered(ledger, 'v1');
    expect(await free()).toEqual([]);
    await end('C1', 'deleted', ['v1']);
    expect(await free()).toEqual(['v2', 'v3']);
    await both.offer(new Map([[theirs.key, 'O4']]), 45_000);
    expect(await free()).toEqual([]);
    pass(1);
    expect(await free()).toEqual(['v2', 'v3']);
    await both.close();
  });

  it('is offered only when it is due', async () => {
    const { ledger, ask, now, pass } = await startWork(create);
    await ask('R', ['v1'], { notBefore: now() + 60_000 });
    await crash(ledger, 3, ['v1']);
    expect(await ledger.suspects(lane, 10)).toEqual([]);
    pass(1);
    expect(names(await ledger.suspects(lane, 10))).toEqual(['v1']);
  });

  it('is exhausted after ten, with a word for people, until it is asked for again', async () => {
    const { ledger, ask, now } = await startWork(create);
    await ask('R', ['v1', 'v2']);
    await crash(ledger, 9, ['v1', 'v2']);
    expect(await ledger.tally('R')).toEqual({ open: 2 });
    await crash(ledger, 1, ['v1']);
    expect(await ledger.tally('R')).toEqual({ open: 1, exhausted: 1 });
    const [dead] = await ledger.lookup('v1');
    expect(dead).toMatchObject({ settlement: 'exhausted', code: 'WorkerCrashed', settled: now() });
    expect(dead?.message).toMatch(/^10 workers died while they had this at hand: a person should look/);
    expect((await ledger.verify()).findings).toEqual([]);
    // Its job may still be about: it is not the ledger's any more.
    expect(await ledger.withdraw(lane, [`J${jobs - 1}`])).toEqual([]);

    await ask('R2', ['v1']);
    expect(names(await ledger.offerable(lane, 10))).toEqual(['v1']);
    await crash(ledger, 2, ['v1']);
    expect(names(await ledger.offerable(lane, 10))).toEqual(['v1']);
  });
});
