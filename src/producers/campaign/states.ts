/**
 * What leads from one state of a campaign to the next: the one table. Asked and done are different states: pausing
 * and cancelling last until the last call under way has ended.
 *
 *     planned ─▶ approved ─▶ running ⇄ pausing ─▶ paused
 *        └─────────────────▶   │   ◀──────────────┘
 *                              ├─▶ completed
 *     any that has not ended ─▶ cancelling ─▶ cancelled
 *     planned, approved ─▶ failed: its plan is no longer what was planned
 */
import type { Campaign } from '../../ledger/campaign/campaign.ts';
import type { CampaignState } from '../../ledger/schema.ts';

/** What a person asks for, or what has come about. */
export type Step =
  | 'approve'
  | 'run'
  | 'pause'
  | 'resume'
  | 'cancel'
  /** No call of it is under way any more. */
  | 'quiet'
  /** Each of its targets is settled. */
  | 'settled'
  /** Its plan's lines are not those that its hash stands for. */
  | 'spoilt';

type Table = Readonly<Partial<Record<CampaignState, Readonly<Partial<Record<Step, CampaignState>>>>>>;

const table: Table = {
  planned: { approve: 'approved', run: 'running', cancel: 'cancelled', spoilt: 'failed' },
  approved: { run: 'running', cancel: 'cancelled', spoilt: 'failed' },
  running: { pause: 'pausing', cancel: 'cancelling', settled: 'completed' },
  pausing: { quiet: 'paused', resume: 'running', cancel: 'cancelling' },
  paused: { resume: 'running', cancel: 'cancelling' },
  cancelling: { quiet: 'cancelled' },
};

/** Where that step leads from this state; undefined where it leads nowhere. */
export const after = (state: CampaignState, step: Step): CampaignState | undefined => table[state]?.[step];

/** The states from which that step leads to this one. */
export const leadingTo = (to: CampaignState, step: Step): readonly CampaignState[] =>
  (Object.keys(table) as CampaignState[]).filter((state) => table[state]?.[step] === to);

export const hasEnded = ({ state }: Pick<Campaign, 'state'>): boolean => table[state] === undefined;

/** What may be asked of it now. */
export const stepsFrom = (state: CampaignState): readonly Step[] =>
  (Object.keys(table[state] ?? {}) as Step[]).filter(
    (step) => !['quiet', 'settled', 'spoilt'].includes(step),
  );
