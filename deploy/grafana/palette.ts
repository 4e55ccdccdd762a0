/** Words and colours that mean the same on every dashboard. */
import type { Override, Step, Words } from './panels.ts';

export const settlementColors: readonly Override[] = [
  { of: 'deleted', color: 'green' },
  { of: 'absent', color: 'yellow' },
  { of: 'refused', color: 'orange' },
  { of: 'exhausted', color: 'red' },
  { of: 'cancelled', color: 'text' },
  { of: 'spared', color: 'blue' },
  { of: 'open', color: 'purple' },
];
export const laneWords: Words = { 0: ['open', 'green'], 1: ['paused', 'yellow'], 2: ['halted', 'red'] };
export const circuitWords: Words = { 0: ['closed', 'green'], 1: ['half-open', 'yellow'], 2: ['open', 'red'] };
export const alertWords: Words = {
  1: ['pending', 'yellow'],
  2: ['pending', 'yellow'],
  3: ['FIRING', 'orange'],
  4: ['FIRING', 'red'],
};
/** By `stateOfCampaign`. */
export const campaignWords: Words = {
  0: ['running', 'green'],
  1: ['pausing', 'yellow'],
  2: ['paused', 'orange'],
  3: ['cancelling', 'yellow'],
};

/** Of Redis and the ledger, by the expressions in `queries.ts`. */
export const foundationWords: Words = {
  0: ['away', 'red'],
  1: ['unfit', 'orange'],
  2: ['fine', 'green'],
};

/** Anything but zero deserves a look. */
export const none: readonly Step[] = [
  [null, 'green'],
  [1, 'orange'],
];
/** Seconds that the oldest open id waits; 900 is the objective. A long campaign waits for its turn, and is no fault. */
export const waits: readonly Step[] = [
  [null, 'green'],
  [900, 'yellow'],
  [3_600, 'orange'],
];
/** The settlement objective: 99.9 % in time. */
export const inTime: readonly Step[] = [
  [null, 'red'],
  [0.99, 'orange'],
  [0.999, 'green'],
];
