/** A campaign and whoever else has its targets, on two connections at once: nothing is lost, nothing counted twice. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLedger } from '../../src/ledger/ledger.ts';
import { databases } from './databases.ts';
import { started } from './running.ts';
import { entry, key, lane, startWork } from './work.ts';

const rounds = 15;
const size = 40;

describe.each(databases)('a campaign on $name', ({ create }) => {
  async function setup() {
    const work = await startWork(create);
    const other = await openLedger(work.url, [entry], { time: work.now });
    onTestFinished(() => other.close());
    return { work, other };
  }

  it('is released while its targets are settled by another: each line is settled and counted, or open and offered', async () => {
    const { work, other } = await setup();
    for (let round = 0; round < rounds; round++) {
      const ids = Array.from({ length: size }, (_, n) => `r${round}-${n}`);
      await work.ask(`R${round}`, ids);
      const name = `c${round}`;
      const seq = await started(work, name, ids);
      const campaign = await other.campaign(name);
      if (!campaign) throw new Error('no campaign');
      for (const id of ids) await work.claim(`C-${id}`, [id]);
      await Promise.all([
        ...ids.map((id) => work.settle(`C-${id}`, 'deleted', [id])),
        other.releaseCampaign(campaign, size, work.now(), []),
      ]);
      const lines = await work.ledger.campaignTargets(seq, 0, size);
      const { settled = {}, known = {} } = (await work.ledger.campaign(name)) ?? {};
      expect(lines.map(({ settlement }) => settlement)).toEqual(ids.map(() => 'deleted'));
      expect((settled.deleted ?? 0) + (known.deleted ?? 0)).toBe(size);
      const found = await Promise.all(ids.map((id) => work.ledger.lookup(id)));
      expect(found.map(([target]) => target?.settlement)).toEqual(ids.map(() => 'deleted'));
    }
  }, 60_000);

  it('is cancelled while its targets are asked for: whoever was told that they are accepted gets them', async () => {
    const { work, other } = await setup();
    for (let round = 0; round < rounds; round++) {
      const ids = Array.from({ length: size }, (_, n) => `k${round}-${n}`);
      const seq = await started(work, `k${round}`, ids);
      const campaign = await work.ledger.campaign(`k${round}`);
      if (!campaign) throw new Error('no campaign');
      await work.ledger.releaseCampaign(campaign, size, work.now(), []);
      const cancelled = { from: ['running'], to: 'cancelling', by: 'ann', reason: '' } as const;
      await work.ledger.moveCampaign(seq, cancelled);
      await Promise.all([other.cancelOpen(seq), work.ask(`A${round}`, ids)]);
      const states = await work.ledger.look(ids.map(key));
      expect([...states.values()].map(({ settlement }) => settlement)).toEqual(ids.map(() => null));
      const offerable = new Set((await work.ledger.offerable(lane, 10_000)).map(({ id }) => id));
      expect(ids.filter((id) => !offerable.has(id))).toEqual([]);
    }
  }, 60_000);
});
