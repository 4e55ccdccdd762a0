/** What a lane makes of its cap, what it waits for, what it is answered, and who owns it. */
import { answered } from './answers.ts';
import { account, dashboard, operation } from './dashboard.ts';
import { laneWords } from './palette.ts';
import { bars, series, states } from './panels.ts';
import {
  eachLane,
  lane,
  ofLane,
  operation as ofOperation,
  perSecond,
  quantile,
  stateOfLane,
} from './queries.ts';
import { table } from './table.ts';

/** By a rule of deploy/prometheus: a cap is a second's or a minute's, and may be shared by the lanes of a quota group. */
const used = ofLane('lane:expunge_cap_used:ratio_rate5m');

const cap = [
  series({
    title: 'Rate against cap',
    shows:
      'Calls in the fullest window since the last scrape, as a share of the cap, be that of a second or of a minute.',
    todo: 'above 100 %: a defect of ours, pause the lane and report it. Little while ids are open: see what is allowed, and what waits.',
    unit: 'percentunit',
    queries: [
      {
        expr: `${ofLane('expunge_limiter_window_max')} / ${ofLane('expunge_limiter_cap')}`,
        legend: eachLane,
      },
    ],
    width: 12,
    min: 0,
    steps: [
      [null, 'green'],
      [1, 'red'],
    ],
    see: ['ExpungeWindowOverCap'],
  }),
  series({
    title: 'Allowed of the cap',
    shows:
      'How much of its cap a lane may use now: less after throttled answers, then it recovers by itself.',
    todo: 'it falls again and again: others spend the cap of this cloud account, or it is lower than configured. `expunge lane cap` lowers it.',
    unit: 'percentunit',
    queries: [
      {
        expr: `${ofLane('expunge_limiter_rate')} / ${ofLane('expunge_limiter_cap')}`,
        legend: eachLane,
      },
    ],
    width: 12,
    min: 0,
    max: 1,
    see: ['ExpungeThrottled'],
  }),
  table({
    title: 'Calls in a window',
    shows:
      'Of each lane now: its cap, what it may send, and the fullest window since the last scrape, in calls; and how long its window is.',
    todo: '`expunge lane cap` lowers a cap until it is set back to `default`; a higher one is asked of the provider.',
    unit: 'short',
    queries: [
      { expr: ofLane('expunge_limiter_cap'), legend: 'cap' },
      { expr: ofLane('expunge_limiter_rate'), legend: 'allowed' },
      { expr: ofLane('expunge_limiter_window_max'), legend: 'fullest' },
      { expr: ofLane('expunge_limiter_period_seconds'), legend: 'window' },
    ],
    columns: { account: 'account', operation: 'operation' },
    width: 12,
    height: 6,
    overrides: [{ of: 'window', unit: 's' }],
  }),
  bars({
    title: 'Cap in use',
    shows:
      'The calls of the last five minutes as a share of what the cap allows. Under backlog 80 to 100 % is right; an idle lane shows little.',
    todo: 'little use while ids are open: is the CPU short (System: event loop), the ledger slow, the cap spent by others?',
    unit: 'percentunit',
    queries: [{ expr: used, legend: eachLane }],
    width: 12,
    height: 6,
    min: 0,
    max: 1,
    steps: [
      [null, 'blue'],
      [0.8, 'green'],
    ],
    see: ['ExpungeCapUnused'],
  }),
];

const waiting = [
  series({
    title: 'Calls',
    shows: 'Calls to the provider, a second.',
    todo: 'none while ids are open: state, owner and circuit of the lane tell why.',
    unit: 'suffix: calls/s',
    queries: [
      { expr: perSecond('account, operation', 'expunge_provider_calls_total', lane), legend: eachLane },
    ],
    width: 8,
    min: 0,
  }),
  series({
    title: 'Wait for the cap',
    shows: '95 of 100 calls wait no longer for their token. High under backlog, near zero when idle.',
    todo: 'too long for urgent ids: they go first, so a campaign is not what they wait for. Ask the provider for a higher cap.',
    unit: 's',
    queries: [
      {
        expr: quantile(0.95, 'operation', 'expunge_limiter_wait_seconds', ofOperation),
        legend: '{{operation}}',
      },
    ],
    width: 8,
    min: 0,
  }),
  series({
    title: "Provider's answers",
    shows: '99 of 100 answers take no longer, from the token to the last byte.',
    todo: 'seconds: the provider is slow, or the way to it. At 13 s and more calls time out and are repeated.',
    unit: 's',
    queries: [
      {
        expr: quantile(0.99, 'operation', 'expunge_provider_call_duration_seconds', ofOperation),
        legend: '{{operation}}',
      },
    ],
    width: 8,
    min: 0,
  }),
  series({
    title: 'Ids open',
    shows: 'Ids accepted and not yet settled, wherever they wait.',
    todo: 'more come in than the cap lets out: spread them over accounts, or ask the provider for a higher cap.',
    unit: 'short',
    queries: [{ expr: ofLane('expunge_targets_open'), legend: eachLane }],
    width: 12,
    min: 0,
  }),
  series({
    title: 'Jobs in the queue',
    shows:
      'BullMQ jobs by state; a few seconds of work each lane, since most ids wait in the ledger. Failed ones were refused.',
    todo: 'none waiting while ids are open: does Redis answer, is the lane open and owned? Failed ones: see the log.',
    unit: 'short',
    queries: [
      {
        expr: `sum by (state) (max by (account, operation, state) (expunge_queue_jobs{${lane}}))`,
        legend: '{{state}}',
      },
    ],
    width: 12,
    stacked: true,
    min: 0,
  }),
];

const owned = [
  states({
    title: 'States',
    shows: 'When each lane was open, paused or halted; gaps are times without an owner.',
    todo: '`expunge lanes` names the reason and the command that opens it; `expunge events` who did it.',
    unit: 'short',
    queries: [{ expr: stateOfLane, legend: eachLane }],
    width: 12,
    words: laneWords,
    see: ['ExpungeLaneHalted', 'ExpungeLanePaused'],
  }),
  table({
    title: 'Owners',
    shows: 'The process that drains each lane. A lane has one owner; it changes when workers come and go.',
    todo: 'a lane that is missing here has no worker: start one. All lanes on one of many: give it a minute to spread.',
    unit: 'short',
    queries: [{ expr: `max by (account, operation, instance) (expunge_lane_owned{${lane}}) > 0` }],
    columns: { account: 'account', operation: 'operation', instance: 'process' },
    width: 12,
    see: ['ExpungeNoOwner'],
  }),
];

export const lanes = (): string =>
  dashboard({
    uid: 'expunge-lanes',
    title: 'lanes',
    description: 'Rate against cap, fill, waits, codes and owner of each lane: one account × one operation.',
    choices: [account, operation],
    rows: [
      { title: 'Is the cap kept, and used?', panels: cap },
      { title: 'What waits?', panels: waiting },
      { title: 'What does the provider say?', panels: answered },
      { title: 'Who drains it?', panels: owned },
    ],
  });
