/** Is it healthy, what is running, what is stuck? The first page, and the one that hangs on the wall. */
import { account, dashboard, operation } from './dashboard.ts';
import { alerts, healthy } from './health.ts';
import { campaignWords, laneWords, none, settlementColors, waits } from './palette.ts';
import { series, states } from './panels.ts';
import { eachLane, ofLane, settledIds, stateOfCampaign, stateOfLane } from './queries.ts';
import { table } from './table.ts';

const running = [
  series({
    title: 'Ids settled',
    shows: 'Ids that reached their end, by what the end was. Absent ones were gone already.',
    todo: 'much yellow: check region and kind of id. Orange or red: `expunge dead list` tells code and reason of each.',
    unit: 'suffix: ids/s',
    queries: [settledIds],
    width: 12,
    stacked: true,
    min: 0,
    overrides: settlementColors,
    see: ['ExpungeRefusedShare', 'ExpungeAbsentShare'],
  }),
  series({
    title: 'Ids open',
    shows: 'Ids accepted and not yet settled, wherever they wait.',
    todo: 'a line that does not fall while its lane is open: look at the lane, on the next dashboard.',
    unit: 'short',
    queries: [{ expr: ofLane('expunge_targets_open'), legend: eachLane }],
    width: 12,
    min: 0,
  }),
  states({
    title: 'Lanes',
    shows: 'When each lane was open, paused or halted; gaps are times without an owner.',
    todo: '`expunge events` tells who stopped it, when and why; `expunge lanes` how to open it.',
    unit: 'short',
    queries: [{ expr: stateOfLane, legend: eachLane }],
    width: 12,
    words: laneWords,
    see: ['ExpungeLaneHalted', 'ExpungeLanePaused'],
  }),
  table({
    title: 'Campaigns under way',
    shows: 'What is left of each campaign, and when it ends if it goes on so.',
    todo: 'no end in sight: it is paused, or its lane is stopped. `expunge campaign status NAME` tells why.',
    unit: 'short',
    queries: [
      { expr: stateOfCampaign(''), legend: 'state' },
      { expr: 'max by (campaign) (expunge_campaign_targets{settlement="open"})', legend: 'ids open' },
      { expr: 'max by (campaign) (expunge_campaign_eta_seconds)', legend: 'ends in' },
    ],
    columns: { campaign: 'campaign' },
    width: 12,
    overrides: [
      { of: 'state', words: campaignWords },
      { of: 'ends in', unit: 's' },
    ],
    see: ['ExpungeCampaignPaused'],
  }),
];

const stuck = [
  series({
    title: 'Age of the oldest open id',
    shows:
      'It grows steadily where a lane is stuck, whatever the throughput looks like. Behind a long campaign it grows too, and falls at its end.',
    todo: 'find what stands in its way: state and owner of the lane, the circuit, the codes of its calls.',
    unit: 's',
    queries: [{ expr: ofLane('expunge_oldest_open_target_age_seconds'), legend: eachLane }],
    width: 12,
    min: 0,
    steps: waits,
    see: ['ExpungeOldestOpen'],
  }),
  table({
    title: 'Lanes, one by one',
    shows: 'State, ids open, age of the oldest of them, dead letters.',
    todo: 'open and old and nothing settled: see its codes on the dashboard Lanes. Dead letters: `expunge dead list`.',
    unit: 'short',
    queries: [
      { expr: stateOfLane, legend: 'state' },
      { expr: ofLane('expunge_targets_open'), legend: 'ids open' },
      { expr: ofLane('expunge_oldest_open_target_age_seconds'), legend: 'oldest' },
      { expr: ofLane('expunge_dead_letters'), legend: 'dead letters' },
    ],
    columns: { account: 'account', operation: 'operation' },
    width: 12,
    overrides: [
      { of: 'state', words: laneWords },
      { of: 'oldest', unit: 's', steps: waits },
      { of: 'dead letters', steps: none },
    ],
  }),
];

export const overview = (): string =>
  dashboard({
    uid: 'expunge-overview',
    title: 'overview',
    description: 'Is it healthy, what is running, what is stuck?',
    choices: [account, operation],
    rows: [
      { title: 'Is it healthy?', panels: [...healthy, ...alerts] },
      { title: 'What is running?', panels: running },
      { title: 'What is stuck?', panels: stuck },
    ],
  });
