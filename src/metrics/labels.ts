import type { FailureClass, Settlement } from '../deletion.ts';
import type { JobRefusal } from '../job.ts';

/** Every label and the closed set of its values; accounts and operations are those of the configuration. */
export interface Values {
  provider: string;
  account: string;
  operation: string;
  /**
   * How the request came in; `job` is a BullMQ job that the ledger did not know. `cli` is in the set and counted by
   * nobody: a command's process is gone before it could be scraped.
   */
  source: 'cli' | 'api' | 'campaign' | 'job';
  /** `open` is said of campaigns only: those of their targets that are not settled. */
  settlement: Settlement | 'open';
  /** A name like `spring-2026`; there are as many series as campaigns are under way. */
  campaign: string;
  result: 'answered' | FailureClass;
  class: FailureClass;
  code: string;
  reason: JobRefusal;
  /** Method and path of the API as it is declared; `none` for paths that it does not have. */
  route: string;
  /** What is owned and limited as one, as the configuration groups its lanes. */
  unit: string;
  /** What makes Redis unfit to hold a queue. */
  what: 'eviction' | 'persistence';
  /** Of an HTTP answer. */
  status: string;
  state: 'waiting' | 'prioritized' | 'delayed' | 'active' | 'failed';
}
export type Labels<L extends keyof Values> = { readonly [label in L]: Values[label] };
export type Lane = Labels<'account' | 'operation'>;
export type RequestSource = Values['source'];
/** Of `lane_state`, `campaign_state` and `circuit_state`: one series each. */
export const laneStates = ['open', 'paused', 'halted'] as const;
export const campaignStates = ['running', 'pausing', 'paused', 'cancelling'] as const;
export const circuitStates = ['closed', 'half-open', 'open'] as const;
