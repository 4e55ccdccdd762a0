/** Is it healthy? The first row of the overview: each figure is green, or says what to do; and what fires, by name. */
import { alertWords, circuitWords, foundationWords, inTime, none, waits } from './palette.ts';
import { stat } from './panels.ts';
import { grown, lane, ledger, ofLane, operation, redis } from './queries.ts';
import { table } from './table.ts';

export const healthy = [
  stat({
    title: 'Alerts firing',
    shows: 'Alerts of Prometheus that fire now; the list is right below.',
    todo: 'each alert has its paragraph in the documentation: what it means, how to look, what to do.',
    unit: 'short',
    queries: [{ expr: 'count(ALERTS{alertname=~"Expunge.*", alertstate="firing"}) or vector(0)' }],
    width: 3,
    steps: [
      [null, 'green'],
      [1, 'red'],
    ],
  }),
  stat({
    title: 'Settled in time',
    shows:
      'The share of ids settled within 15 minutes of when they might first be sent, in the time shown. The objective is 99.9 %.',
    todo: 'below it: what is stuck, below. A long campaign waits for its turn and counts here, too.',
    unit: 'percentunit',
    queries: [
      {
        expr: `${grown('', 'expunge_target_settle_seconds_bucket', `${operation}, le=~"900([.]0)?"`)} / (${grown('', 'expunge_target_settle_seconds_count', operation)} > 0)`,
      },
    ],
    width: 3,
    steps: inTime,
    none: 'none settled',
    see: ['ExpungeSettlementBurn'],
  }),
  stat({
    title: 'Oldest open id',
    shows: 'How long the oldest open id of all waits.',
    todo: 'above an hour, and no long campaign is under way: which lane, and what stands in its way, is told below.',
    unit: 's',
    queries: [{ expr: `max(expunge_oldest_open_target_age_seconds{${lane}})` }],
    width: 3,
    steps: waits,
    none: 'no lane is owned',
    see: ['ExpungeOldestOpen'],
  }),
  stat({
    title: 'Everything halted',
    shows: 'A person has pulled the switch: no process sends anything, what comes in stays accepted.',
    todo: 'read who and why (`expunge events`), then `expunge unhalt`.',
    unit: 'short',
    queries: [{ expr: 'max(expunge_halted)' }],
    width: 3,
    words: { 0: ['no', 'green'], 1: ['HALTED', 'red'] },
    none: 'no process',
    see: ['ExpungeHalted'],
  }),
  stat({
    title: 'Lanes stopped',
    shows:
      'Lanes that send nothing: paused by a person or a brake, or halted since their account may not delete.',
    todo: '`expunge lanes` names the reason, and the command that opens the lane again.',
    unit: 'short',
    queries: [{ expr: `sum(${ofLane('expunge_lane_state', ', state!="open"')})` }],
    width: 3,
    steps: none,
    none: 'no lane is owned',
    see: ['ExpungeLaneHalted', 'ExpungeLanePaused'],
  }),
  stat({
    title: 'Lanes without owner',
    shows: 'Lanes known within the last hour that no worker owns now: nothing is sent there.',
    todo: 'start a worker, or look in the log of the one that runs; a change of hands takes some seconds only.',
    unit: 'short',
    queries: [
      {
        expr:
          `(count(max by (account, operation) (last_over_time(expunge_lane_owned{${lane}}[1h]))) or vector(0)) - ` +
          `(count(${ofLane('expunge_lane_owned')} > 0) or vector(0))`,
      },
    ],
    width: 3,
    steps: none,
    see: ['ExpungeNoOwner'],
  }),
  stat({
    title: 'Redis',
    shows:
      'Whether Redis answers every process, and is fit to hold a queue. Without it ids are accepted, and sent later.',
    todo: 'away: bring it back, what it lost is offered again by itself. Unfit: set maxmemory-policy noeviction and appendonly yes; is its disk full?',
    unit: 'short',
    queries: [{ expr: redis('', '') }],
    width: 3,
    words: foundationWords,
    none: 'no process',
    see: ['ExpungeRedisAway', 'ExpungeRedisEvicts', 'ExpungeRedisForgets'],
  }),
  stat({
    title: 'Ledger',
    shows:
      'Whether the ledger answers every process, and takes writes. Without it nothing is accepted and nothing is sent.',
    todo: 'look at its disk (is it full?) or its server; workers go on by themselves.',
    unit: 'short',
    queries: [{ expr: ledger('', '') }],
    width: 3,
    words: foundationWords,
    none: 'no process',
    see: ['ExpungeLedgerAway', 'ExpungeLedgerFull'],
  }),
];

/** What an alert may be about; each has one or two of these. */
const about = ['account', 'operation', 'campaign', 'provider', 'reason', 'instance'];
const alertsIn = (severity: string, state: string) =>
  `max by (alertname, severity, ${about.join(', ')}) (ALERTS{alertname=~"Expunge.*", severity="${severity}", alertstate="${state}"})`;
/** By `alertWords`: the worst has the highest number, and stands on top. */
const everyAlert = [
  `4 * ${alertsIn('critical', 'firing')}`,
  `3 * ${alertsIn('warning', 'firing')}`,
  `2 * ${alertsIn('critical', 'pending')}`,
  alertsIn('warning', 'pending'),
].join(' or ');

export const alerts = [
  table({
    title: 'Alerts',
    shows: 'What fires, and what will if it lasts: the worst on top.',
    todo: 'critical: now; warning: today. The paragraph of that name in the documentation tells what to do.',
    unit: 'short',
    queries: [
      {
        expr:
          `label_join(sort_desc(${everyAlert}), ` +
          `"of", " ", ${about.map((label) => `"${label}"`).join(', ')})`,
        legend: 'state',
      },
    ],
    columns: { alertname: 'alert', severity: 'severity', of: 'of' },
    hidden: about,
    width: 12,
    height: 8,
    none: 'none',
    overrides: [{ of: 'state', words: alertWords }],
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
    width: 6,
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
      { expr: `round(${grown('', 'expunge_jobs_refused_total', '')})`, legend: 'jobs refused' },
      {
        expr: `round(${grown('', 'expunge_strange_ids_total', operation)})`,
        legend: 'strange ids',
      },
      {
        expr: `round(${grown('', 'expunge_unknown_codes_total', operation)})`,
        legend: 'unknown codes',
      },
    ],
    width: 6,
    height: 8,
    steps: none,
    none: '0',
    see: ['ExpungeJobsRefused', 'ExpungeStrangeIds', 'ExpungeUnknownCodes'],
  }),
];
