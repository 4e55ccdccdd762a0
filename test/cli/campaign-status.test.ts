import { describe, expect, it } from 'vitest';
import { look, move, own, plan, started } from './campaigns.ts';
import { absent, deleted, refused, work } from './worker.ts';
import { ledger, shareLedger, video } from './world.ts';

shareLedger();

const json = (out: string) => JSON.parse(out) as Record<string, unknown>;

describe('expunge campaign status', () => {
  it('shows what the ledger holds of a campaign, and what can be typed', async () => {
    await started('shown', ['a1', 'a2', 'a3', 'a4', 'a5']);
    await work('media-prod', video, [
      [deleted, 'a1', 'a2'],
      [absent, 'a3'],
    ]);
    const { exit, out } = await look(['status', 'shown']);
    expect(exit).toBe(0);
    expect(out).toContain(`Campaign shown  running  media-prod ${video}`);
    expect(out).toContain('60 %  3 of 5 ids');
    expect(out).toContain('deleted 2  absent 1  refused 0  open 2');
    expect(out).toContain('1.5 of 20 ids a call  throttled 0 of 2 calls');
    expect(out).toContain('Waits: no worker owns the lane.\nTo let its lane send: expunge serve');
    expect(out).toContain('To pause it: expunge campaign pause shown');
    expect(out).toMatch(/Planned by ann, .* UTC: contract ended\nPlan hash-of-shown\n/);
    expect(out).toContain('5 ids; not in it: 2 bad lines, 1 duplicate; 0 ids had been settled before');
  });

  it('tells programs the same', async () => {
    await started('told', ['b1', 'b2', 'b3']);
    await work('media-prod', video, [[refused, 'b1']]);
    const leave = await own();
    const { out } = await look(['status', 'told', '--json']);
    await leave();
    expect(json(out)).toMatchObject({
      ...{ campaign: 'told', account: 'media-prod', operation: video, state: 'running', requester: 'ann' },
      ...{ valid: 3, done: 1, remaining: 2, settlements: { refused: 1 }, calls: 1, fill: 1, canaryStage: 3 },
      ...{ cap: { calls: 30, per: 'second' }, etaSeconds: 0, waits: [], ended: null },
    });
  });

  it('counts calls in flight while it is pausing, until they have ended', async () => {
    await started('pausing', ['c1', 'c2', 'c3']);
    const done = await own('call-c', ['c1', 'c2']);
    await move('pausing', 'running', 'pausing', { reason: 'lunch' });
    const { out } = await look(['status', 'pausing']);
    expect(out).toContain('Pausing: 1 call in flight, nothing more is sent.');
    await done();
    expect((await look(['status', 'pausing'])).out).toContain('Pausing: 0 calls in flight');
    await move('pausing', 'pausing', 'paused', { reason: 'lunch' });
    expect((await look(['status', 'pausing'])).out).toMatch(
      /No end in sight; .*\nPaused since .* by bob: lunch\./,
    );
  });

  it('says that everything is halted, by whom and why', async () => {
    await started('halted', ['d1']);
    await (await ledger()).haltAll('audit', 'eve');
    const { out } = await look(['status', 'halted']);
    expect(out).toContain('Waits: everything is halted by eve: audit.\nTo let its lane send: expunge unhalt');
  });

  it('foretells the end of what waits for the undo window', async () => {
    const leave = await own();
    await plan('undo', ['e1']);
    const undone = { rules: { ...(await rulesOf('undo')), undoMs: 3_600_000 } };
    await move('undo', 'planned', 'running', undone);
    const { out } = await look(['status', 'undo', '--json']);
    await leave();
    expect(json(out)['etaSeconds']).toBeGreaterThan(3_590);
    expect(json(out)['waits']).toMatchObject([{ for: 'undo' }, { for: 'canary' }]);
  });

  it('ends with 2 for a name that nobody planned', async () => {
    await plan('known', ['f1']);
    const { exit, err } = await look(['status', 'knwon']);
    expect(exit).toBe(2);
    expect(err).toContain('there is no campaign "knwon". Did you mean known?');
  });
});

const rulesOf = async (name: string) => {
  const campaign = await (await ledger()).campaign(name);
  if (!campaign) throw new Error(`no ${name}`);
  return campaign.rules;
};

describe('expunge campaign list', () => {
  it('shows all campaigns, the latest first, with how far each is and what it waits for', async () => {
    await started('older', ['g1', 'g2']);
    await work('media-prod', video, [[refused, 'g1']]);
    await plan('newer', ['h1']);
    const { out } = await look(['list']);
    expect(out).toMatch(/^campaign +state +account +operation +ids +done +left +refused +why/);
    expect(out).toMatch(
      /newer +planned .* waits to be run\n(.*\n)*older +running .* 2 +50 % +1 +waits: no worker/,
    );
    const campaigns = json((await look(['list', '--json'])).out)['campaigns'] as { campaign: string }[];
    expect(campaigns.slice(0, 2).map((each) => each.campaign)).toEqual(['newer', 'older']);
  });
});
