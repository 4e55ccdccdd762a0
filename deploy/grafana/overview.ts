/** Is it healthy, what is running, what is stuck? The first page, and the one that hangs on the wall. */
import { account, dashboard, operation } from './dashboard.ts';
import { healthy } from './health.ts';
import { circuitWords, laneWords, none, settlementColors, waits } from './palette.ts';
import { bars, series, stat, states, table } from './panels.ts';
import { grown, lane, ofLane, operation as ofOperation, perSecond, stateOfLane } from './queries.ts';

const each = '{{account}} {{operation}}';

const running = [
  series({
    title: 'Ids settled',
    shows: 'Ids that reached their end, by what the end was. Absent ones were gone already.',
    todo: 'much yellow: check region and kind of id. Orange or red: `expunge dead list` tells code and reason of each.',
    unit: 'suffix: ids/s',
    queries: [
      { expr: perSecond('settlement', 'expunge_targets_settled_total', lane), legend: '{{settlement}}' },
    ],
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
    queries: [{ expr: ofLane('expunge_targets_open'), legend: each }],
    width: 12,
    min: 0,
  }),
  states({
    title: 'Lanes',
    shows: 'When each lane was open, paused or halted; gaps are times without an owner.',
    todo: '`expunge events` tells who stopped it, when and why; `expunge lanes` how to open it.',
    unit: 'short',
    queries: [{ expr: stateOfLane, legend: each }],
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
      { expr: 'max by (campaign) (expunge_campaign_targets{settlement="open"})', legend: 'ids open' },
      { expr: 'max by (campaign) (expunge_campaign_eta_seconds)', legend: 'ends in' },
    ],
    columns: { campaign: 'campaign' },
    width: 12,
    overrides: [{ of: 'ends in', unit: 's' }],
  }),
];

const stuck = [
  series({
    title: 'Age of the oldest open id',
    shows:
      'It grows steadily where a lane is stuck, whatever the throughput looks like. Behind a long campaign it grows too, and falls at its end.',
    todo: 'find what stands in its way: state and owner of the lane, the circuit, the codes of its calls.',
    unit: 's',
    queries: [{ expr: ofLane('expunge_oldest_open_target_age_seconds'), legend: each }],
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
  bars({
    title: 'Dead letters',
    shows: 'Ids settled refused or exhausted that no person has dealt with yet.',
    todo: '`expunge dead list` names code and reason; repair the cause, then `expunge dead retry`, or export them.',
    unit: 'short',
    queries: [{ expr: ofLane('expunge_dead_letters'), legend: each }],
    width: 8,
    min: 0,
    steps: none,
    see: ['ExpungeDeadLettersGrowing'],
  }),
  stat({
    title: 'Providers',
    shows:
      'Whether the provider gives usable answers. Open: some lane sends probes only, and no attempt is spent.',
    todo: "look at the provider's status page and at the way there; it closes by itself.",
    unit: 'short',
    queries: [
      {
        expr:
          'max by (provider) (expunge_circuit_state{state="half-open"} + ignoring (state) ' +
          '2 * expunge_circuit_state{state="open"})',
        legend: '{{provider}}',
      },
    ],
    width: 4,
    height: 8,
    words: circuitWords,
    none: 'no lane is owned',
    see: ['ExpungeCircuitOpen'],
  }),
  stat({
    title: 'Never expected',
    shows:
      'In the time shown: queue jobs that deleted nothing since they were no valid ones of ours, ids in answers that were not sent, and calls answered with a code that no table of ours names.',
    todo: 'anything but zero: somebody writes into our Redis, or a provider has changed or mixes answers up. The log has each of them.',
    unit: 'short',
    queries: [
      { expr: grown('', 'expunge_jobs_refused_total', ''), legend: 'jobs refused' },
      {
        expr: grown('', 'expunge_strange_ids_total', ofOperation),
        legend: 'strange ids',
      },
      {
        expr: grown('', 'expunge_unknown_codes_total', ofOperation),
        legend: 'unknown codes',
      },
    ],
    width: 4,
    height: 8,
    steps: none,
    none: '0',
    see: ['ExpungeJobsRefused', 'ExpungeStrangeIds', 'ExpungeUnknownCodes'],
  }),
  table({
    title: 'Alerts',
    shows: 'What fires, and what will if it lasts.',
    todo: 'the paragraph of that name in the documentation.',
    unit: 'short',
    queries: [
      {
        expr: 'max by (alertname, alertstate, severity, account, operation) (ALERTS{alertname=~"Expunge.*"})',
        legend: 'now',
      },
    ],
    columns: {
      alertname: 'alert',
      alertstate: 'state',
      severity: 'severity',
      account: 'account',
      operation: 'operation',
    },
    width: 8,
  }),
];

export const overview = (): string =>
  dashboard({
    uid: 'expunge-overview',
    title: 'overview',
    description: 'Is it healthy, what is running, what is stuck?',
    choices: [account, operation],
    rows: [
      { title: 'Is it healthy?', panels: healthy },
      { title: 'What is running?', panels: running },
      { title: 'What is stuck?', panels: stuck },
    ],
  });
