/** What metrics tell of campaigns, from their run to their end. */
import type { Config } from '../../config.ts';
import { settlements } from '../../deletion.ts';
import type { LaneRow } from '../../ledger/controls.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { CampaignState } from '../../ledger/schema.ts';
import type { Metrics } from '../../metrics.ts';
import { campaignStates } from '../../metrics/labels.ts';
import { progressOf } from './progress.ts';
import { around } from './situation.ts';

const underWay: readonly CampaignState[] = campaignStates;

export interface Scraped {
  readonly halt: Awaited<ReturnType<Ledger['halted']>>;
  readonly lanes: readonly LaneRow[];
  /** Names of the lanes that this process owns: others tell of the other lanes' campaigns. */
  readonly owned: ReadonlySet<string>;
}

export async function observeCampaigns(
  ledger: Pick<Ledger, 'campaigns'>,
  config: Config,
  metrics: Pick<Metrics, 'campaignTargets' | 'campaignState' | 'campaignEta'>,
  { halt, lanes, owned }: Scraped,
): Promise<void> {
  if (owned.size === 0) return;
  const active = await ledger.campaigns(underWay);
  const situationOf = around({ halt, lanes, active }, config);
  for (const campaign of active) {
    if (!owned.has(campaign.lane)) continue;
    const { name, settled, known } = campaign;
    const state = campaignStates.find((each) => each === campaign.state);
    if (state) metrics.campaignState.set({ campaign: name }, state);
    const { remaining, etaMs } = progressOf(campaign, situationOf(campaign));
    for (const settlement of settlements) {
      const n = (settled[settlement] ?? 0) + (known[settlement] ?? 0);
      metrics.campaignTargets.set({ campaign: name, settlement }, n);
    }
    metrics.campaignTargets.set({ campaign: name, settlement: 'open' }, remaining);
    if (etaMs !== undefined) metrics.campaignEta.set({ campaign: name }, etaMs / 1_000);
  }
}
