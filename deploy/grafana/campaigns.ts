/** How far campaigns are, what becomes of their ids, and how near they are to their brakes. */
import { usualBrakes } from '../../src/producers/campaign/brakes.ts';
import { account, dashboard, operation, type Choice } from './dashboard.ts';
import { campaignWords, laneWords, none, settlementColors } from './palette.ts';
import { bars, series, stat, states } from './panels.ts';
import {
  campaign,
  eachLane,
  ofLane,
  settledIds,
  stateOfCampaign,
  stateOfLane,
  throttledCalls,
} from './queries.ts';
import { table } from './table.ts';

const campaignChoice: Choice = {
  name: 'campaign',
  label: 'Campaign',
  from: 'expunge_campaign_targets',
  any: true,
};

/** Told by the owner of the lane alone, as gauges of lanes are. */
const idsBy = (more = '') => `max by (campaign, settlement) (expunge_campaign_targets{${campaign}${more}})`;
const ids = (settlements = '') =>
  `sum by (campaign) (${idsBy(settlements === '' ? '' : `, settlement=~"${settlements}"`)})`;
/** The canary's first ids: a brake may judge by them, and waits for a hundred otherwise. */
const judged = `(${ids('deleted|absent|refused|exhausted')} >= 10)`;
const eta = `max by (campaign) (expunge_campaign_eta_seconds{${campaign}})`;
const percent = (share: number) => `${share * 100} %`;

const progress = [
  stat({
    title: 'Under way',
    shows: 'Campaigns between their run and their end, also paused ones.',
    todo: '`expunge campaign list` has all, planned and ended ones too.',
    unit: 'short',
    queries: [{ expr: `count(count by (campaign) (expunge_campaign_targets{${campaign}})) or vector(0)` }],
    width: 4,
  }),
  stat({
    title: 'Standing still',
    shows:
      'Campaigns with ids left and no end in sight: paused by a person or a brake, or their lane is stopped.',
    todo: '`expunge campaign status NAME` tells why; look at what it deleted before you resume it.',
    unit: 'short',
    queries: [{ expr: `count((${ids('open')} > 0) unless ${eta}) or vector(0)` }],
    width: 4,
    steps: none,
    see: ['ExpungeCampaignPaused', 'campaigns.md#4-watch'],
  }),
  stat({
    title: 'Ids left',
    shows: 'Ids of all these campaigns that are not settled.',
    todo: 'nothing, while it falls.',
    unit: 'short',
    queries: [{ expr: `sum(${ids('open')})` }],
    width: 4,
    none: '0',
  }),
  bars({
    title: 'Done',
    shows: "The share of each campaign's ids that are settled, in whichever way.",
    todo: 'a bar that stands still: `expunge campaign status NAME`.',
    unit: 'percentunit',
    queries: [{ expr: `1 - ${ids('open')} / ${ids()}`, legend: '{{campaign}}' }],
    width: 12,
    height: 4,
    min: 0,
    max: 1,
    steps: [[null, 'blue']],
    none: 'no campaign is under way',
  }),
  table({
    title: 'Campaigns',
    shows: 'What became of the ids of each, what is left, and when it ends if it goes on so.',
    todo: '`expunge campaign report NAME` names every id, also of one that is cancelled or failed.',
    unit: 'short',
    queries: [
      { expr: stateOfCampaign(`${campaign}, `), legend: 'state' },
      { expr: ids(), legend: 'ids' },
      ...['deleted', 'absent', 'refused', 'exhausted', 'cancelled', 'open'].map((settlement) => ({
        expr: ids(settlement),
        legend: settlement,
      })),
      { expr: eta, legend: 'ends in' },
    ],
    columns: { campaign: 'campaign' },
    width: 24,
    height: 6,
    see: ['ExpungeCampaignPaused'],
    overrides: [
      { of: 'state', words: campaignWords },
      { of: 'ends in', unit: 's' },
      ...['refused', 'exhausted'].map((of) => ({ of, steps: none })),
    ],
  }),
  series({
    title: 'Ids left of each',
    shows: 'A straight way down is a campaign that goes at its cap; a step is a canary, or a pause.',
    todo: 'flat: see "Standing still".',
    unit: 'short',
    queries: [{ expr: ids('open'), legend: '{{campaign}}' }],
    width: 12,
    min: 0,
  }),
  series({
    title: 'Ends in',
    shows: 'Time to the end at the rate that the lane allows now. No line while nobody can tell.',
    todo: 'it grows: the lane is throttled, shared with other campaigns, or its cap was lowered.',
    unit: 's',
    queries: [{ expr: eta, legend: '{{campaign}}' }],
    width: 12,
    min: 0,
  }),
];

const settled = [
  series({
    title: 'What became of the ids',
    shows: 'All ids of the campaigns chosen, by how they ended; open ones on top.',
    todo: 'much yellow is a wrong region or an old list, orange and red are ids that the provider will not delete: pause and look.',
    unit: 'short',
    queries: [{ expr: `sum by (settlement) (${idsBy()})`, legend: '{{settlement}}' }],
    width: 12,
    stacked: true,
    min: 0,
    overrides: settlementColors,
  }),
  series({
    title: 'Ids settled in the lanes',
    shows: 'By all that the chosen lanes delete, campaigns and others.',
    todo: 'urgent requests go first: a campaign gets what they leave.',
    unit: 'suffix: ids/s',
    queries: [settledIds],
    width: 12,
    stacked: true,
    min: 0,
    overrides: settlementColors,
  }),
];

const brakes = [
  series({
    title: 'Refused or exhausted',
    shows: `The share of settled ids, from the first ten of the canary on. A campaign pauses itself above ${percent(usualBrakes.refused)}, unless its plan says otherwise.`,
    todo: '`expunge campaign report NAME --only failed` has id, code and reason; resume when you know why.',
    unit: 'percentunit',
    queries: [{ expr: `${ids('refused|exhausted')} / ${judged}`, legend: '{{campaign}}' }],
    width: 8,
    min: 0,
    steps: [
      [null, 'green'],
      [usualBrakes.refused, 'red'],
    ],
    see: ['campaigns.md#4-watch'],
  }),
  series({
    title: 'Absent',
    shows: `The share of settled ids, from the first ten of the canary on. A campaign pauses itself above ${percent(usualBrakes.absent)}, unless its plan says otherwise.`,
    todo: 'is the region right, and the kind of id? Plan with --check-exists to know before.',
    unit: 'percentunit',
    queries: [{ expr: `${ids('absent')} / ${judged}`, legend: '{{campaign}}' }],
    width: 8,
    min: 0,
    steps: [
      [null, 'green'],
      [usualBrakes.absent, 'red'],
    ],
    see: ['campaigns.md#4-watch'],
  }),
  series({
    title: 'Throttled calls in the lanes',
    shows: `A campaign pauses itself when more than ${percent(usualBrakes.throttled)} of its calls are throttled.`,
    todo: 'who else spends the cap of this cloud account? `expunge lane cap` lowers ours.',
    unit: 'percentunit',
    queries: [throttledCalls],
    width: 8,
    min: 0,
    steps: [
      [null, 'green'],
      [usualBrakes.throttled, 'red'],
    ],
    see: ['ExpungeThrottled'],
  }),
  states({
    title: 'Lanes',
    shows: "A lane's own brake pauses it when half of its last 200 ids were absent or refused.",
    todo: '`expunge lanes` names the reason and the command that opens it.',
    unit: 'short',
    queries: [{ expr: stateOfLane, legend: eachLane }],
    width: 12,
    words: laneWords,
    see: ['ExpungeLaneHalted', 'ExpungeLanePaused'],
  }),
  bars({
    title: 'Dead letters',
    shows: 'Ids refused or exhausted that no person has dealt with yet, of campaigns and others.',
    todo: '`expunge dead export` writes them as input for the next plan, once the cause is repaired.',
    unit: 'short',
    queries: [{ expr: ofLane('expunge_dead_letters'), legend: eachLane }],
    width: 12,
    min: 0,
    steps: none,
    see: ['ExpungeDeadLettersGrowing'],
  }),
];

export const campaigns = (): string =>
  dashboard({
    uid: 'expunge-campaigns',
    title: 'campaigns',
    description: 'Progress, time to the end, settlements and brakes of campaigns that are under way.',
    choices: [account, operation, campaignChoice],
    rows: [
      { title: 'How far are they?', panels: progress },
      { title: 'What becomes of the ids?', panels: settled },
      { title: 'How near are the brakes?', panels: brakes },
    ],
  });
