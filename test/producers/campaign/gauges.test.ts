import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import { createMetrics } from '../../../src/metrics.ts';
import { observeCampaigns } from '../../../src/producers/campaign/gauges.ts';
import { operations } from '../../../src/providers/operations.ts';
import { lane, move, own, started } from '../../cli/campaigns.ts';
import { deleted, refused, work } from '../../cli/worker.ts';
import { ledger, shareLedger, video, world } from '../../cli/world.ts';

shareLedger();

/** What a scrape of a process tells of this campaign that owns these lanes. */
async function scraped(name: string, owned: readonly string[]): Promise<readonly string[]> {
  const loaded = loadConfig({ env: {}, cwd: world().cwd, operations });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const open = await ledger();
  const metrics = createMetrics({ build: { version: '1', node: 'v20' } });
  metrics.onScrape(async () => {
    const seen = { halt: await open.halted(), lanes: await open.lanes(), owned: new Set(owned) };
    await observeCampaigns(open, loaded.config, metrics, seen);
  });
  const text = await metrics.render();
  return text.split('\n').filter((each) => each.includes(`campaign="${name}"`));
}

describe('observeCampaigns', () => {
  it('tells how the targets of a campaign ended, how many are open, and when it ends', async () => {
    await started('told', ['a1', 'a2', 'a3']);
    await work('media-prod', video, [
      [deleted, 'a1'],
      [refused, 'a2'],
    ]);
    const leave = await own();
    const lines = await scraped('told', [lane]);
    await leave();
    const targets = (settlement: string, n: number) =>
      `expunge_campaign_targets{campaign="told",settlement="${settlement}"} ${n}`;
    expect(lines).toEqual([
      ...[targets('deleted', 1), targets('absent', 0), targets('refused', 1), targets('exhausted', 0)],
      ...[targets('cancelled', 0), targets('spared', 0), targets('open', 1)],
      ...['running', 'pausing', 'paused', 'cancelling'].map(
        (state) => `expunge_campaign_state{campaign="told",state="${state}"} ${Number(state === 'running')}`,
      ),
      expect.stringMatching(/^expunge_campaign_eta_seconds\{campaign="told"\} 0\.00166/),
    ]);
  });

  it('leaves the campaigns of other lanes to their owners', async () => {
    await started('elsewhere', ['b1']);
    expect(await scraped('elsewhere', ['other~lane'])).toEqual([]);
    expect(await scraped('elsewhere', [])).toEqual([]);
  });

  it('promises no end while it is paused, and tells nothing once it is over', async () => {
    await started('paused', ['c1']);
    await move('paused', 'running', 'pausing');
    await move('paused', 'pausing', 'paused');
    const lines = await scraped('paused', [lane]);
    expect(lines).toHaveLength(11);
    expect(lines).toContain('expunge_campaign_state{campaign="paused",state="paused"} 1');
    expect(lines).toContain('expunge_campaign_state{campaign="paused",state="running"} 0');
    expect(lines.join()).not.toContain('eta_seconds');
    await move('paused', 'paused', 'cancelling');
    expect(await scraped('paused', [lane])).toContain(
      'expunge_campaign_state{campaign="paused",state="cancelling"} 1',
    );
    await move('paused', 'cancelling', 'cancelled');
    expect(await scraped('paused', [lane])).toEqual([]);
  });
});
