/** What is around campaigns, as the ledger and the configuration say it. */
import type { Config } from '../../config.ts';
import { lanesOf } from '../../lanes.ts';
import { capInForce } from '../../ledger/caps.ts';
import type { Campaign } from '../../ledger/campaign/campaign.ts';
import type { LaneRow } from '../../ledger/controls.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Cap } from '../../limiter.ts';
import { operations } from '../../providers/operations.ts';
import type { Situation } from './progress.ts';

export type Surroundings = (campaign: Campaign) => Situation;

/** What was read of the ledger; `active` has at least the campaigns that send. */
export interface Seen {
  readonly halt: Awaited<ReturnType<Ledger['halted']>>;
  readonly lanes: readonly LaneRow[];
  readonly active: readonly Campaign[];
}

/** Read once, for as many campaigns as are asked about. */
export async function surroundings(
  ledger: Pick<Ledger, 'halted' | 'laneRows' | 'activeCampaigns'>,
  config: Config,
): Promise<Surroundings> {
  const [halt, lanes, active] = await Promise.all([
    ledger.halted(),
    ledger.laneRows(),
    ledger.activeCampaigns(),
  ]);
  return around({ halt, lanes, active }, config);
}

export function around({ halt, lanes, active }: Seen, config: Config): Surroundings {
  const { above } = config.approval;
  return (campaign) => {
    const lane = lanes.find((each) => each.lane === campaign.lane);
    const others = active.filter(
      ({ lane: theirs, seq, sending, notBefore, now }) =>
        theirs === campaign.lane && seq !== campaign.seq && sending && notBefore <= now,
    );
    return {
      halt,
      lane,
      cap: lane && capOf(lane, config),
      batchLimit: operations.find(({ name }) => name === campaign.operation)?.batchLimit ?? 1,
      sharing: others.length + 1,
      needsApproval: above !== 'off' && campaign.valid > above,
    };
  };
}

/** What the workers say, or else this configuration, unless a person set another. */
function capOf({ lane, configured, capSet }: LaneRow, config: Config): Cap | undefined {
  const known = configured ?? lanesOf(config).find(({ name }) => name === lane)?.cap;
  return known && capInForce(capSet?.calls ?? null, known);
}
