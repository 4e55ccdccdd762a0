/** What a lane makes of its cap, what it waits for, what it is answered, and who owns it. */
import { operations } from '../../src/providers/operations.ts';
import { answered } from './answers.ts';
import { account, dashboard, operation } from './dashboard.ts';
import { laneWords } from './palette.ts';
import { bars, series, states, table, type Override } from './panels.ts';
import { lane, ofLane, operation as ofOperation, perSecond, quantile, stateOfLane } from './queries.ts';

const each = '{{account}} {{operation}}';
const batchLimits: readonly Override[] = operations.map(({ name, batchLimit }) => ({
  of: name,
  max: batchLimit,
  steps: [
    [null, 'orange'],
    [batchLimit * 0.8, 'green'],
  ],
}));
const limits = operations.map(({ name, batchLimit }) => `${batchLimit} for ${name}`).join(', ');
/** By a rule of deploy/prometheus: a cap is a second's or a minute's, and may be shared by the lanes of a quota group. */
const used = ofLane('lane:expunge_cap_used:ratio_rate5m');

const cap = [
  series({
    title: 'Rate against cap',
    shows:
      'Calls in the fullest window since the last scrape, what the lane may send now, and the cap: each in calls per window, a second or a minute, as the lane has it.',
    todo: 'above the cap: a defect of ours, halt the lane and report it. Allowed below the cap: the provider throttled, it recovers by itself.',
    unit: 'suffix: calls/window',
    queries: [
      { expr: ofLane('expunge_limiter_window_max'), legend: `${each}: fullest` },
      { expr: ofLane('expunge_limiter_rate'), legend: `${each}: allowed` },
      { expr: ofLane('expunge_limiter_cap'), legend: `${each}: cap` },
    ],
    width: 12,
    height: 9,
    min: 0,
    overrides: [{ of: '/: (cap|allowed)$/', dashed: true }],
    see: ['ExpungeWindowOverCap', 'ExpungeThrottled'],
  }),
  bars({
    title: 'Cap in use',
    shows:
      'The fullest window as a share of the cap. Under backlog 80 to 100 % is right; an idle lane shows little.',
    todo: 'little use while ids are open: is the CPU short (System: event loop), the ledger slow, the cap spent by others?',
    unit: 'percentunit',
    queries: [{ expr: used, legend: each }],
    width: 6,
    height: 9,
    min: 0,
    max: 1,
    steps: [
      [null, 'blue'],
      [0.8, 'green'],
    ],
    see: ['ExpungeCapUnused'],
  }),
  bars({
    title: 'Fill of calls',
    shows: `Ids in a call, the mean of the last minutes. Under backlog it should be the batch limit: ${limits}.`,
    todo: "under backlog and orange: many options or assets are mixed, which can't share a call, or batches are being split (see the codes).",
    unit: 'suffix: ids/call',
    queries: [
      {
        expr: `${perSecond('operation', 'expunge_call_targets_sum', ofOperation)} / (${perSecond('operation', 'expunge_call_targets_count', ofOperation)} > 0)`,
        legend: '{{operation}}',
      },
    ],
    width: 6,
    height: 9,
    min: 0,
    none: 'no calls',
    overrides: batchLimits,
  }),
];

const waiting = [
  series({
    title: 'Calls',
    shows: 'Calls to the provider, a second.',
    todo: 'none while ids are open: state, owner and circuit of the lane tell why.',
    unit: 'suffix: calls/s',
    queries: [{ expr: perSecond('account, operation', 'expunge_provider_calls_total', lane), legend: each }],
    width: 8,
    min: 0,
  }),
  series({
    title: 'Wait for the cap',
    shows:
      'How long a call waits for its token: median, and 95 of 100. High under backlog, near zero when idle.',
    todo: 'too long for urgent ids: they go first, so a campaign is not what they wait for. Ask the provider for a higher cap.',
    unit: 's',
    queries: [
      {
        expr: quantile(0.5, 'operation', 'expunge_limiter_wait_seconds', ofOperation),
        legend: '{{operation}} p50',
      },
      {
        expr: quantile(0.95, 'operation', 'expunge_limiter_wait_seconds', ofOperation),
        legend: '{{operation}} p95',
      },
    ],
    width: 8,
    min: 0,
  }),
  series({
    title: "Provider's answers",
    shows: 'From the token to the last byte of the answer: median, and 99 of 100.',
    todo: 'seconds: the provider is slow, or the way to it. At 13 s and more calls time out and are repeated.',
    unit: 's',
    queries: [
      {
        expr: quantile(0.5, 'operation', 'expunge_provider_call_duration_seconds', ofOperation),
        legend: '{{operation}} p50',
      },
      {
        expr: quantile(0.99, 'operation', 'expunge_provider_call_duration_seconds', ofOperation),
        legend: '{{operation}} p99',
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
    queries: [{ expr: ofLane('expunge_targets_open'), legend: each }],
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
    queries: [{ expr: stateOfLane, legend: each }],
    width: 12,
    words: laneWords,
    see: ['ExpungeLaneHalted', 'ExpungeLanePaused'],
  }),
  table({
    title: 'Owners',
    shows: 'The process that drains each lane. A lane has one owner; it changes when workers come and go.',
    todo: 'a lane that is missing here has no worker: start one. All lanes on one of many: give it a minute to spread.',
    unit: 'short',
    queries: [
      { expr: `max by (account, operation, instance) (expunge_lane_owned{${lane}}) > 0`, legend: 'owned' },
    ],
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
