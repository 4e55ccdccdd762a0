/** Campaigns in the ledger: what a plan is, what is released, withheld, handed over and counted. */
import { describe, expect, it } from 'vitest';
import type { CampaignRules } from '../../src/ledger/campaign/campaign.ts';
import { keyed } from '../target.ts';
import { databases } from './databases.ts';
import { key, lane, operation, startWork, type Work } from './work.ts';

const rules: CampaignRules = {
  ...{ canary: false, share: 1, undoMs: 0, notBefore: 0, again: false },
  brakes: { refused: 0.01, absent: 0.2, throttled: 0.1 },
};
const counts = { hash: 'H', sourceHash: '', invalid: 0, duplicates: 0, alreadySettled: 0 };
const line = (id: string, n: number) => ({ n, ...keyed('acc', operation, id) });
const tenureOf = { unit: lane, owner: 'w1', epoch: 1 };

/** A campaign of these ids, planned; answers its number. */
async function planned(
  { ledger }: Work,
  name: string,
  ids: readonly string[],
  over: Partial<CampaignRules> = {},
) {
  const start = { name, lane, requester: 'ann', reason: 'tidy', source: '', rules: { ...rules, ...over } };
  const seq = await ledger.startPlan(`request-${name}`, start);
  await ledger.addToPlan(
    seq,
    ids.map((id, n) => line(id, n + 1)),
    [],
  );
  await ledger.finishPlan(seq, 'ann', { ...counts, valid: ids.length });
  return seq;
}

const run = async ({ ledger }: Work, seq: number, over: Partial<CampaignRules> = {}) =>
  ledger.moveCampaign(seq, {
    ...{ from: ['planned', 'approved', 'paused', 'pausing'], to: 'running', by: 'bob', reason: '' },
    rules: { ...rules, ...over },
  });
const pauseIt = ({ ledger }: Work, seq: number) =>
  ledger.moveCampaign(seq, { from: ['running'], to: 'pausing', by: 'bob', reason: 'enough' });
const cancelIt = ({ ledger }: Work, seq: number) =>
  ledger.moveCampaign(seq, {
    from: ['running', 'paused', 'pausing'],
    to: 'cancelling',
    by: 'bob',
    reason: '',
  });
const named = async ({ ledger }: Work, name: string) => {
  const found = await ledger.campaign(name);
  if (!found) throw new Error(`no campaign ${name}`);
  return found;
};
const release = async (work: Work, name: string, most = 100) =>
  work.ledger.releaseCampaign(await named(work, name), most, work.now(), []);
/** What a claim of these ids is given. */
const claimed = async ({ ledger }: Work, call: string, ids: readonly string[]) => {
  const answer = await ledger.claim(call, lane, tenureOf, ids.map(key));
  return ids.filter((id) => answer.claimed.has(key(id)));
};
const offerable = async ({ ledger }: Work) => (await ledger.offerable(lane, 100)).map(({ id }) => id).sort();
const linesOf = async (work: Work, name: string) =>
  (await work.ledger.campaignTargets((await named(work, name)).seq, 0, 100)).map(
    ({ id, settlement }) => `${id} ${settlement ?? 'open'}`,
  );

describe.each(databases)('campaigns on $name', ({ create }) => {
  const start = () => startWork(create);

  describe('a plan', () => {
    it('is nobody’s before it stands, and holds each target once, in the order of its lines', async () => {
      const work = await start();
      const { ledger } = work;
      const plan = { name: 'spring', lane, requester: 'ann', reason: 'tidy', source: '/f.txt', rules };
      const seq = await ledger.startPlan('request', plan);
      expect(await ledger.addToPlan(seq, [line('v1', 1), line('v2', 3), line('v1', 4)], [])).toEqual({
        added: new Set([1, 3]),
        alreadySettled: 0,
      });
      expect((await ledger.addToPlan(seq, [line('v2', 5), line('v3', 6)], [])).added).toEqual(new Set([6]));
      expect(await ledger.campaign('spring')).toBeUndefined();
      expect(await ledger.finishPlan(seq, 'ann', { ...counts, valid: 3, duplicates: 2 })).toBe(true);
      expect(await ledger.campaign('spring')).toMatchObject({
        ...{ name: 'spring', state: 'planned', requester: 'ann', why: 'tidy', source: '/f.txt', hash: 'H' },
        ...{ valid: 3, duplicates: 2, rules, account: 'acc', operation, lane, inFlight: 0, released: 0 },
      });
      expect(await ledger.planKeys(seq, 0, 2)).toEqual([
        { n: 1, key: key('v1') },
        { n: 3, key: key('v2') },
      ]);
      expect(await linesOf(work, 'spring')).toEqual(['v1 open', 'v2 open', 'v3 open']);
      expect(await work.rows('select id from targets')).toEqual([]);
    });

    it('counts what the ledger holds as gone', async () => {
      const work = await start();
      await work.ask('R', ['v1', 'v2', 'v3']);
      await work.end('C1', 'deleted', ['v1']);
      await work.end('C2', 'refused', ['v2']);
      const plan = { name: 'spring', lane, requester: 'ann', reason: '', source: '', rules };
      const seq = await work.ledger.startPlan('request', plan);
      const lines = ['v1', 'v2', 'v3'].map(line);
      expect((await work.ledger.addToPlan(seq, lines, [])).alreadySettled).toBe(1);
      expect((await work.ledger.addToPlan(seq, lines, ['videoId'])).alreadySettled).toBe(0);
    });

    it('replaces one that was never run, and none that was', async () => {
      const work = await start();
      const { ledger } = work;
      await planned(work, 'spring', ['v1']);
      await planned(work, 'spring', ['v2', 'v3']);
      expect(await named(work, 'spring')).toMatchObject({ valid: 2 });
      expect(await ledger.campaigns()).toHaveLength(1);
      expect(await ledger.sweepPlans()).toBe(false);
      expect(await work.rows('select id from campaign_targets order by n')).toEqual([
        { id: 'v2' },
        { id: 'v3' },
      ]);
      await run(work, (await named(work, 'spring')).seq);
      await planned(work, 'spring', ['v4']);
      expect(await named(work, 'spring')).toMatchObject({ valid: 2, state: 'running' });
    });

    it('leaves nothing when it is dropped, or when nobody goes on with it for ten minutes', async () => {
      const work = await start();
      const { ledger } = work;
      const plan = { name: 'spring', lane, requester: 'ann', reason: '', source: '', rules };
      const dropped = await ledger.startPlan('one', plan);
      await ledger.addToPlan(dropped, [line('v1', 1)], []);
      await ledger.dropPlan(dropped);
      const left = await ledger.startPlan('two', plan);
      await ledger.addToPlan(left, [line('v2', 1)], []);
      await ledger.sweepPlans();
      expect(await work.rows('select id from campaign_targets')).toEqual([{ id: 'v2' }]);
      work.pass(1);
      while (await ledger.sweepPlans());
      expect(await work.rows('select id from campaign_targets')).toEqual([]);
      expect(await work.rows('select name from campaigns')).toEqual([]);
      // Who went on after all hears that nothing was added.
      expect(await ledger.addToPlan(left, [line('v3', 2)], [])).toEqual({
        added: new Set(),
        alreadySettled: 0,
      });
    });
  });

  describe('release', () => {
    it('makes targets of the next lines, and of none while the campaign does not run', async () => {
      const work = await start();
      const seq = await planned(work, 'spring', ['v1', 'v2', 'v3']);
      expect(await release(work, 'spring')).toBe(0);
      await run(work, seq);
      expect(await release(work, 'spring', 2)).toBe(2);
      expect(await offerable(work)).toEqual(['v1', 'v2']);
      expect(await named(work, 'spring')).toMatchObject({ released: 2, releasedCount: 2 });
      expect(await release(work, 'spring', 2)).toBe(1);
      expect(await release(work, 'spring', 2)).toBe(0);
      expect(await offerable(work)).toEqual(['v1', 'v2', 'v3']);
      expect(await work.ledger.tally('request-spring')).toEqual({ open: 3 });
    });

    it('waits for the undo window by the database’s clock', async () => {
      const work = await start();
      const seq = await planned(work, 'spring', ['v1']);
      await run(work, seq, { undoMs: 3_600_000 });
      expect(await release(work, 'spring')).toBe(0);
      work.pass(0.99);
      expect(await release(work, 'spring')).toBe(0);
      work.pass(0.02);
      expect(await release(work, 'spring')).toBe(1);
    });

    it('answers from the ledger what is gone, opens anew what failed, attaches to what is open', async () => {
      const work = await start();
      await work.ask('R', ['v1', 'v2', 'v3', 'v4']);
      await work.end('C1', 'deleted', ['v1']);
      await work.end('C2', 'absent', ['v2']);
      await work.end('C3', 'exhausted', ['v3']);
      const seq = await planned(work, 'spring', ['v1', 'v2', 'v3', 'v4', 'v5']);
      await run(work, seq);
      expect(await release(work, 'spring')).toBe(5);
      expect(await named(work, 'spring')).toMatchObject({ known: { deleted: 1, absent: 1 }, settled: {} });
      expect(await offerable(work)).toEqual(['v3', 'v4', 'v5']);
      await work.end('C4', 'deleted', ['v3', 'v4', 'v5']);
      expect(await named(work, 'spring')).toMatchObject({ settled: { deleted: 3 }, calls: 1, throttled: 0 });
      expect(await linesOf(work, 'spring')).toEqual([
        'v1 deleted',
        'v2 absent',
        'v3 deleted',
        'v4 deleted',
        'v5 deleted',
      ]);
    });

    it('sends again what is gone where its rules say so', async () => {
      const work = await start();
      await work.ask('R', ['v1']);
      await work.end('C1', 'deleted', ['v1']);
      const seq = await planned(work, 'spring', ['v1'], { again: true });
      await run(work, seq, { again: true });
      await release(work, 'spring');
      expect(await offerable(work)).toEqual(['v1']);
    });
  });

  describe('settling', () => {
    it('shows in each campaign that names the target, once, and stays when it is asked for again', async () => {
      const work = await start();
      for (const name of ['spring', 'autumn']) {
        await run(work, await planned(work, name, ['v1', 'v2']));
        await release(work, name);
      }
      await work.claim('C1', ['v1', 'v2']);
      await work.settle('C1', 'refused', ['v1'], ['v2']);
      await work.settle('C1', 'refused', ['v1'], ['v2']);
      for (const name of ['spring', 'autumn']) {
        expect(await named(work, name)).toMatchObject({ settled: { refused: 1 } });
        expect(await linesOf(work, name)).toEqual(['v1 refused', 'v2 open']);
      }
      expect((await named(work, 'spring')).calls + (await named(work, 'autumn')).calls).toBe(1);
      await work.ask('R', ['v1']);
      await work.end('C2', 'deleted', ['v1']);
      expect(await linesOf(work, 'spring')).toEqual(['v1 refused', 'v2 open']);
      expect(await named(work, 'spring')).toMatchObject({ settled: { refused: 1 } });
    });

    it('counts no call that was not sent', async () => {
      const work = await start();
      await run(work, await planned(work, 'spring', ['v1']));
      await release(work, 'spring');
      await work.claim('C1', ['v1']);
      const end = { call: 'C1', result: 'unsent', code: '', providerRequest: '', ms: 0 };
      await work.ledger.settle(end, [{ then: 'release', keys: [key('v1')] }]);
      expect(await named(work, 'spring')).toMatchObject({ calls: 0, sent: 0 });
    });

    it('tells apart what is absent after an unanswered attempt', async () => {
      const work = await start();
      await run(work, await planned(work, 'spring', ['v1', 'v2']));
      await release(work, 'spring');
      await work.claim('C1', ['v1']);
      const lost = { call: 'C1', result: 'transient', code: 'timeout', providerRequest: '', ms: 1 };
      const retry = { then: 'retry', delayMs: 0, ambiguous: true, code: 'timeout', message: '' } as const;
      await work.ledger.settle(lost, [{ ...retry, keys: [key('v1')] }]);
      await work.end('C2', 'absent', ['v1', 'v2']);
      expect(await named(work, 'spring')).toMatchObject({ settled: { absent: 2 }, doubtful: 1, calls: 2 });
    });

    it('counts throttled calls', async () => {
      const work = await start();
      await run(work, await planned(work, 'spring', ['v1', 'v2']));
      await release(work, 'spring');
      await work.claim('C1', ['v1', 'v2']);
      const end = { call: 'C1', result: 'throttled', code: 'T', providerRequest: '', ms: 1 };
      await work.ledger.settle(end, [{ then: 'release', keys: ['v1', 'v2'].map(key) }]);
      expect(await named(work, 'spring')).toMatchObject({ calls: 1, throttled: 1, sent: 2, settled: {} });
    });
  });

  describe('pausing', () => {
    it('withholds from the next claim and from every offer what nobody else wants, until it is resumed', async () => {
      const work = await start();
      const seq = await planned(work, 'spring', ['v1', 'v2', 'v3']);
      await run(work, seq);
      await release(work, 'spring');
      await work.claim('C1', ['v1']);
      expect(await pauseIt(work, seq)).toBe(true);
      expect(await named(work, 'spring')).toMatchObject({
        state: 'pausing',
        inFlight: 1,
        reason: 'enough',
        by: 'bob',
      });
      expect(await claimed(work, 'C2', ['v2', 'v3'])).toEqual([]);
      expect((await work.ledger.look([key('v2')])).get(key('v2'))).toMatchObject({ withheld: true });
      expect(await offerable(work)).toEqual([]);
      expect(await work.ledger.offeredCount(lane, 100)).toBe(0);
      await work.settle('C1', 'deleted', ['v1']);
      expect(await named(work, 'spring')).toMatchObject({ inFlight: 0, settled: { deleted: 1 } });
      expect(await run(work, seq)).toBe(true);
      expect(await offerable(work)).toEqual(['v2', 'v3']);
      expect(await claimed(work, 'C3', ['v2', 'v3'])).toEqual(['v2', 'v3']);
    });

    it('lets an ordinary request have what it names, whichever came first', async () => {
      const work = await start();
      await work.ask('before', ['v1']);
      const seq = await planned(work, 'spring', ['v1', 'v2', 'v3']);
      await run(work, seq);
      await release(work, 'spring');
      await pauseIt(work, seq);
      await work.ask('after', ['v2'], { urgent: true });
      expect(await offerable(work)).toEqual(['v1', 'v2']);
      expect(await claimed(work, 'C1', ['v1', 'v2', 'v3'])).toEqual(['v1', 'v2']);
      await work.settle('C1', 'deleted', ['v1', 'v2']);
      expect(await linesOf(work, 'spring')).toEqual(['v1 deleted', 'v2 deleted', 'v3 open']);
    });

    it('leaves to an ordinary request its own time, whichever stops the campaign', async () => {
      for (const stop of [pauseIt, cancelIt]) {
        const work = await start();
        const tomorrow = work.now() + 86_400_000;
        const seq = await planned(work, 'spring', ['v1', 'v2', 'v3']);
        await work.ask('early', ['v3'], { notBefore: tomorrow });
        await run(work, seq);
        await release(work, 'spring');
        await work.ask('late', ['v1'], { notBefore: tomorrow });
        expect(await offerable(work)).toEqual(['v1', 'v2', 'v3']);
        await stop(work, seq);
        await work.ask('later still', ['v2'], { notBefore: tomorrow });
        await work.ledger.cancelOpen(seq);
        expect(await offerable(work)).toEqual([]);
        expect(await claimed(work, 'C1', ['v1', 'v2', 'v3'])).toEqual([]);
        work.pass(25);
        expect(await offerable(work)).toEqual(['v1', 'v2', 'v3']);
      }
    });

    it('ends with the window, whoever looks, and what comes back later is withheld too', async () => {
      const work = await start();
      const seq = await planned(work, 'spring', ['v1', 'v2']);
      await run(work, seq);
      await work.ledger.setSending(seq, work.now() + 3_600_000);
      await release(work, 'spring');
      await work.claim('C1', ['v1']);
      work.pass(1);
      expect(await claimed(work, 'C2', ['v2'])).toEqual([]);
      expect(await offerable(work)).toEqual([]);
      await work.ledger.setSending(seq, 0);
      await work.settle('C1', 'deleted', [], ['v1']);
      await run(work, await planned(work, 'autumn', ['v1']));
      await work.ledger.setSending(seq, 0);
      await release(work, 'autumn');
      expect(await offerable(work)).toEqual(['v1']);
    });

    it('hands over what another campaign names, that runs now or is resumed later', async () => {
      const work = await start();
      const spring = await planned(work, 'spring', ['v1', 'v2', 'v3']);
      const autumn = await planned(work, 'autumn', ['v2', 'v3']);
      await run(work, spring);
      await release(work, 'spring');
      await run(work, autumn);
      await release(work, 'autumn');
      await pauseIt(work, spring);
      expect(await offerable(work)).toEqual(['v2', 'v3']);
      await pauseIt(work, autumn);
      expect(await offerable(work)).toEqual([]);
      await run(work, spring);
      expect(await offerable(work)).toEqual(['v1', 'v2', 'v3']);
    });

    it('takes what is released later over from a campaign that is paused', async () => {
      const work = await start();
      const spring = await planned(work, 'spring', ['v1', 'v2']);
      await run(work, spring);
      await release(work, 'spring');
      await pauseIt(work, spring);
      await run(work, await planned(work, 'autumn', ['v2']));
      await release(work, 'autumn');
      expect(await offerable(work)).toEqual(['v2']);
    });

    it('closes and opens the same way with its time window', async () => {
      const work = await start();
      const seq = await planned(work, 'spring', ['v1']);
      await run(work, seq);
      await release(work, 'spring');
      await work.ledger.setSending(seq, 0);
      expect(await claimed(work, 'C1', ['v1'])).toEqual([]);
      expect(await named(work, 'spring')).toMatchObject({ state: 'running', sending: false });
      await work.ledger.setSending(seq, Number.MAX_SAFE_INTEGER);
      expect(await offerable(work)).toEqual(['v1']);
    });
  });

  describe('cancelling', () => {
    it('settles what waits, lets what is under way end, and leaves the rest of the plan unsent', async () => {
      const work = await start();
      const seq = await planned(work, 'spring', ['v1', 'v2', 'v3', 'v4']);
      await run(work, seq);
      await release(work, 'spring', 3);
      await work.claim('C1', ['v1', 'v2']);
      await cancelIt(work, seq);
      expect(await claimed(work, 'C2', ['v3'])).toEqual([]);
      expect(await work.ledger.cancelOpen(seq)).toBe(2);
      await work.settle('C1', 'deleted', ['v1'], ['v2']);
      expect(await work.ledger.cancelOpen(seq)).toBe(0);
      expect(await linesOf(work, 'spring')).toEqual([
        'v1 deleted',
        'v2 cancelled',
        'v3 cancelled',
        'v4 open',
      ]);
      expect(await named(work, 'spring')).toMatchObject({ settled: { deleted: 1, cancelled: 2 } });
      expect((await work.ledger.lookup('v3'))[0]).toMatchObject({ settlement: 'cancelled' });
    });

    it('leaves standing what an ordinary request or another campaign names besides', async () => {
      const work = await start();
      const spring = await planned(work, 'spring', ['v1', 'v2', 'v3', 'v4']);
      const autumn = await planned(work, 'autumn', ['v3', 'v4']);
      await work.ask('before', ['v1']);
      await run(work, spring);
      await release(work, 'spring');
      await work.ask('after', ['v2']);
      await run(work, autumn);
      await release(work, 'autumn', 1);
      await pauseIt(work, autumn);
      await cancelIt(work, spring);
      expect(await work.ledger.cancelOpen(spring)).toBe(0);
      expect(await offerable(work)).toEqual(['v1', 'v2']);
      await run(work, autumn);
      await release(work, 'autumn');
      expect(await offerable(work)).toEqual(['v1', 'v2', 'v3', 'v4']);
      await work.end('C1', 'deleted', ['v1', 'v2', 'v3', 'v4']);
      // What others had deleted afterwards is not this campaign's doing.
      expect(await linesOf(work, 'spring')).toEqual(['v1 open', 'v2 open', 'v3 open', 'v4 cancelled']);
      expect(await linesOf(work, 'autumn')).toEqual(['v3 deleted', 'v4 deleted']);
    });
  });

  it('is offered by halves beside what was asked for at once, however much that is', async () => {
    const work = await start();
    const ids = (prefix: string) => Array.from({ length: 50 }, (_, n) => `${prefix}${n}`);
    await work.ask('R', ids('bulk'));
    await run(work, await planned(work, 'spring', ids('spring')));
    await release(work, 'spring');
    const offered = async (limit: number) =>
      (await work.ledger.offerable(lane, limit)).filter(({ id }) => id.startsWith('spring')).length;
    expect(await offered(20)).toBe(10);
    expect(await offered(100)).toBe(50);
    expect((await work.ledger.offerable(lane, 100)).length).toBe(100);
    expect((await work.ledger.offerable(lane, 80)).length).toBe(80);
  });

  it('moves only from where that leads, and puts on record who did it and why', async () => {
    const work = await start();
    const seq = await planned(work, 'spring', ['v1']);
    expect(await pauseIt(work, seq)).toBe(false);
    expect(await run(work, seq)).toBe(true);
    expect(await run(work, seq)).toBe(false);
    expect(await named(work, 'spring')).toMatchObject({ state: 'running', by: 'bob', started: work.now() });
    expect(await work.ledger.events(10)).toMatchObject([
      { what: 'campaign running spring', actor: 'bob', lane },
    ]);
  });
});
