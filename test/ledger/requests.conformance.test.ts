/** Requests as whoever made one sees it, and taking one back. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { running } from './running.ts';
import { databases } from './databases.ts';
import { entry, key, lane, operation, startWork, type Work } from './work.ts';

const many = (name: string, size: number): readonly string[] =>
  Array.from({ length: size }, (_, n) => `${name}-${n}`);
const statesOf = async ({ ledger }: Work, ids: readonly string[]) => {
  const known = await ledger.look(ids.map(key));
  return ids.map((id) => {
    const { settlement, withheld } = known.get(key(id)) ?? {};
    return settlement ?? (withheld ? 'withheld' : 'open');
  });
};

describe.each(databases)('requestReading on $name', ({ create }) => {
  it('tells a request as it was answered, and how it stands', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['v1', 'v2']);
    await work.end('C1', 'deleted', ['v1']);
    await work.ask('R2', ['v1', 'v2', 'v3'], { reason: 'more', urgent: true, notBefore: 5 });
    const told = {
      ...{ id: 'R2', account: 'acc', operation, lane, requester: 'ann', reason: 'more', urgent: true },
      ...{ notBefore: 5, created: work.now(), accepted: 1, duplicates: 1, alreadySettled: 1, campaign: '' },
      ...{ tally: { deleted: 1, open: 2 }, state: 'open', cancelled: 0, now: work.now() },
    };
    expect(await work.ledger.requestSummary('R2')).toEqual(told);
    await work.end('C2', 'refused', ['v2', 'v3']);
    expect(await work.ledger.requestSummary('R2')).toEqual({
      ...told,
      tally: { deleted: 1, refused: 2 },
      state: 'settled',
    });
    expect(await work.ledger.requestSummary('R9')).toBeUndefined();
  });

  it('counts a request of several parts as one, and what is said again once', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['v1']);
    for (const ids of [['v1', 'v2'], ['v3'], ['v3', 'v4']]) await work.ask('R2', ids);
    const counts = { accepted: 3, duplicates: 1, alreadySettled: 0 };
    expect(await work.ledger.requestSummary('R2')).toMatchObject(counts);
  });

  it('pages through the targets, each once, in the order in which the ledger came to know them', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['v3', 'other']);
    const ids = ['v3', 'v1', 'v2', 'v5', 'v4'];
    await work.ask('R2', ids);
    await work.end('C1', 'deleted', ['v1']);
    const seen: string[] = [];
    for (let after: number | undefined = 0; after !== undefined;) {
      const { targets, next } = await work.ledger.requestTargets('R2', after, 2);
      expect(targets.length).toBe(next === undefined ? 1 : 2);
      seen.push(...targets.map(({ id }) => id));
      after = next;
    }
    expect(seen).toEqual(ids);
    const [, second] = (await work.ledger.requestTargets('R2', 0, 5)).targets;
    expect(second).toMatchObject({ settlement: 'deleted', providerRequest: 'R-C1', calls: [{ id: 'C1' }] });
    expect(await work.ledger.requestTargets('R9', 0, 5)).toEqual({ targets: [], next: undefined });
  });
});

describe.each(databases)('cancelRequest on $name', ({ create }) => {
  const setup = () => startWork(create);
  async function pair() {
    const work = await setup();
    const other = await openLedger(work.url, [entry], { time: work.now });
    onTestFinished(() => other.close());
    return { work, other };
  }
  const cancel = (ledger: Ledger, id: string) => ledger.cancelRequest(id, 'bob', 'a mistake');

  it('settles what is open as cancelled, leaves what ended, and says it once', async () => {
    const work = await setup();
    await work.ask('R1', ['v1', 'v2', 'v3']);
    await work.end('C1', 'deleted', ['v1']);
    const stands = { cancelled: 2, sending: 0, settled: 1, kept: 0 };
    expect(await cancel(work.ledger, 'R1')).toEqual(stands);
    work.pass(1);
    expect(await cancel(work.ledger, 'R1')).toEqual(stands);
    expect(await statesOf(work, ['v1', 'v2', 'v3'])).toEqual(['deleted', 'cancelled', 'cancelled']);
    const told = { state: 'settled', cancelled: work.now() - 3_600_000, tally: { deleted: 1, cancelled: 2 } };
    expect(await work.ledger.requestSummary('R1')).toMatchObject(told);
    const [second] = await work.ledger.lookup('v2');
    expect(second).toMatchObject({ code: 'RequestCancelled', settled: work.now() - 3_600_000 });
    expect(await work.ledger.events(10, lane)).toMatchObject([
      { lane, actor: 'bob', what: 'request R1 cancelled', why: 'a mistake' },
    ]);
    expect((await work.ledger.verify()).findings).toEqual([]);
  });

  it('knows no request of which there is none', async () => {
    expect(await cancel((await setup()).ledger, 'R9')).toBeUndefined();
  });

  it('lets go of thousands', async () => {
    const work = await setup();
    await work.ask('R1', many('m', 4_500));
    expect(await cancel(work.ledger, 'R1')).toMatchObject({ cancelled: 4_500, kept: 0 });
  });

  it('lets a call go on that is under way, and no later one: what it leaves open is cancelled', async () => {
    const work = await setup();
    await work.ask('R1', ['v1', 'v2', 'v3']);
    await work.claim('C1', ['v1', 'v2']);
    expect(await cancel(work.ledger, 'R1')).toEqual({ cancelled: 1, sending: 2, settled: 0, kept: 0 });
    await work.settle('C1', 'deleted', ['v1'], ['v2']);
    await expect(work.claim('C2', ['v2'])).rejects.toThrow('0 of 1');
    expect(await work.ledger.offerable(lane, 10)).toEqual([]);
    await work.ledger.sweep();
    expect(await statesOf(work, ['v1', 'v2', 'v3'])).toEqual(['deleted', 'cancelled', 'cancelled']);
    expect((await work.ledger.requestSummary('R1'))?.state).toBe('settled');
    expect(await cancel(work.ledger, 'R1')).toEqual({ cancelled: 2, sending: 0, settled: 1, kept: 0 });
  });

  it('opens for another request again what its call has let go of', async () => {
    const work = await setup();
    await work.ask('R1', ['v1', 'v2']);
    await work.claim('C1', ['v1', 'v2']);
    await cancel(work.ledger, 'R1');
    await work.ask('R2', ['v1', 'v2']);
    await work.settle('C1', 'deleted', [], ['v1', 'v2']);
    await work.ledger.sweep();
    await work.end('C2', 'deleted', ['v1', 'v2']);
    expect((await work.ledger.requestSummary('R2'))?.tally).toEqual({ deleted: 2 });
  });

  it('keeps what another request wants, not before that wants it', async () => {
    const work = await setup();
    const notBefore = work.now() + 3_600_000;
    await work.ask('R1', ['v1', 'v2']);
    await work.ask('R2', ['v1'], { notBefore });
    expect(await cancel(work.ledger, 'R1')).toEqual({ cancelled: 1, sending: 0, settled: 0, kept: 1 });
    expect((await work.ledger.look([key('v1')])).get(key('v1'))?.wait).toBe(3_600_000);
    expect(await work.ledger.offerable(lane, 10)).toEqual([]);
    work.pass(1);
    expect(await work.ledger.offerable(lane, 10)).toMatchObject([{ id: 'v1' }]);
    expect(await cancel(work.ledger, 'R2')).toMatchObject({ cancelled: 1, kept: 0 });
    expect(await statesOf(work, ['v1', 'v2'])).toEqual(['cancelled', 'cancelled']);
  });

  it('keeps what a request wants whose part that names it came after the target was opened', async () => {
    const work = await setup();
    await work.ask('R2', ['other']);
    work.pass(1);
    await work.ask('R1', ['v1']);
    await work.ask('R2', ['v1']);
    expect(await cancel(work.ledger, 'R1')).toMatchObject({ kept: 1 });
  });

  it('does not keep what a request wanted before it was settled and opened anew', async () => {
    const work = await setup();
    await work.ask('R1', ['v1']);
    await work.end('C1', 'refused', ['v1']);
    work.pass(1);
    await work.ask('R2', ['v1']);
    expect(await cancel(work.ledger, 'R2')).toMatchObject({ cancelled: 1, kept: 0 });
  });

  it('adds nothing to a request that is cancelled', async () => {
    const work = await setup();
    await work.ask('R1', ['v1', 'v2']);
    await work.ask('R0', ['shared']);
    await cancel(work.ledger, 'R1');
    await work.ask('R1', ['v2', 'v3', 'shared']);
    expect(await statesOf(work, ['v1', 'v2'])).toEqual(['cancelled', 'cancelled']);
    expect(await work.ledger.lookup('v3')).toEqual([]);
    expect(await work.ledger.requestSummary('R1')).toMatchObject({ accepted: 2, duplicates: 0 });
    expect(await work.ledger.requestSummary('R0')).toMatchObject({ tally: { open: 1 } });
  });

  it('leaves a campaign’s own request to the campaign', async () => {
    const work = await setup();
    await running(work, 'spring', ['v1']);
    expect(await cancel(work.ledger, 'request-spring')).toEqual({ campaign: 'spring' });
    expect(await work.ledger.requestSummary('request-spring')).toMatchObject({
      ...{ campaign: 'spring', cancelled: 0 },
    });
  });

  it('hands over to a campaign what only that wants besides: sent while it runs, withheld while it pauses', async () => {
    const work = await setup();
    await work.ask('R1', ['v1', 'v2', 'v3']);
    const seq = await running(work, 'spring', ['v1', 'v2']);
    const move = (from: 'running' | 'paused', to: 'running' | 'paused' | 'cancelling') =>
      work.ledger.moveCampaign(seq, { from: [from], to, by: 'ann', reason: '' });
    await move('running', 'paused');
    expect(await statesOf(work, ['v1', 'v2', 'v3'])).toEqual(['open', 'open', 'open']);
    expect(await cancel(work.ledger, 'R1')).toEqual({ cancelled: 1, sending: 0, settled: 0, kept: 2 });
    expect(await statesOf(work, ['v1', 'v2', 'v3'])).toEqual(['withheld', 'withheld', 'cancelled']);
    expect(await work.ledger.offerable(lane, 10)).toEqual([]);
    await move('paused', 'running');
    expect(await work.ledger.offerable(lane, 10)).toHaveLength(2);
    await work.end('C1', 'deleted', ['v1']);
    await move('running', 'cancelling');
    expect(await work.ledger.cancelOpen(seq)).toBe(0);
    expect((await work.ledger.campaign('spring'))?.settled).toEqual({ deleted: 1, cancelled: 1 });
  });

  it('tells a campaign that is being cancelled what became of its targets', async () => {
    const work = await setup();
    await work.ask('R1', ['v1']);
    const seq = await running(work, 'spring', ['v1']);
    await work.ledger.moveCampaign(seq, { from: ['running'], to: 'cancelling', by: 'ann', reason: '' });
    expect(await cancel(work.ledger, 'R1')).toMatchObject({ cancelled: 1 });
    expect((await work.ledger.campaign('spring'))?.settled).toEqual({ cancelled: 1 });
  });

  it('does not count for a campaign that is cancelled later', async () => {
    const work = await setup();
    const seq = await running(work, 'spring', ['v1']);
    await work.ask('R1', ['v1'], { notBefore: work.now() + 60_000 });
    expect(await cancel(work.ledger, 'R1')).toMatchObject({ kept: 1 });
    await work.ledger.moveCampaign(seq, { from: ['running'], to: 'cancelling', by: 'ann', reason: '' });
    await work.ledger.cancelOpen(seq);
    expect(await statesOf(work, ['v1'])).toEqual(['cancelled']);
  });

  it('against claims on another connection: each target is in a call or cancelled, never both, and none is sent again', async () => {
    const { work, other } = await pair();
    let sent = 0;
    for (let round = 0; round < 15; round++) {
      const ids = many(`c${round}`, 30);
      await work.ask(`R${round}`, ids);
      const held: string[] = [];
      const claimed = async () => {
        for (const id of ids)
          await work.claim(`C-${id}`, [id]).then(
            () => held.push(id),
            () => undefined,
          );
      };
      const [stands] = await Promise.all([cancel(other, `R${round}`), claimed()]);
      expect(stands).toEqual({ cancelled: 30 - held.length, sending: held.length, settled: 0, kept: 0 });
      for (const id of held) await work.settle(`C-${id}`, 'deleted', [], [id]);
      await work.ledger.sweep();
      expect(await statesOf(work, ids)).toEqual(ids.map(() => 'cancelled'));
      sent += held.length;
    }
    // Or the race was none.
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(15 * 30);
  }, 60_000);

  it('against another request for the same ids: whoever was told that they are accepted gets them', async () => {
    const { work, other } = await pair();
    for (let round = 0; round < 15; round++) {
      const ids = many(`q${round}`, 40);
      await work.ask(`R${round}`, ids);
      await Promise.all([
        cancel(other, `R${round}`),
        work.ask(`A${round}`, ids.toReversed()),
        work.ask(`B${round}`, ids.slice(20)),
      ]);
      expect(await statesOf(work, ids)).toEqual(ids.map(() => 'open'));
      const offerable = new Set((await work.ledger.offerable(lane, 10_000)).map(({ id }) => id));
      expect(ids.filter((id) => !offerable.has(id))).toEqual([]);
    }
  }, 60_000);

  it('against a campaign that is cancelled, and against its own further parts: nothing is left open that nobody wants', async () => {
    const { work, other } = await pair();
    for (let round = 0; round < 15; round++) {
      const ids = many(`x${round}`, 40);
      await work.ask(`R${round}`, ids);
      const seq = await running(work, `x${round}`, ids);
      const cancelCampaign = async () => {
        const move = { from: ['running'], to: 'cancelling', by: 'ann', reason: '' } as const;
        await work.ledger.moveCampaign(seq, move);
        return work.ledger.cancelOpen(seq);
      };
      await Promise.all([
        cancel(other, `R${round}`),
        cancelCampaign(),
        work.ask(`R${round}`, many(`y${round}`, 40)),
      ]);
      expect(await work.ledger.cancelOpen(seq)).toBe(0);
      expect(await statesOf(work, ids)).toEqual(ids.map(() => 'cancelled'));
      const parts = await work.ledger.look(many(`y${round}`, 40).map(key));
      expect([...parts.values()].filter(({ settlement }) => settlement === null)).toEqual([]);
    }
  }, 60_000);
});
