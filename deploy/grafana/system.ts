/** The processes themselves, and what they stand on: Redis, the ledger, the HTTP API. */
import { api } from './api.ts';
import { account, dashboard, operation, type Choice } from './dashboard.ts';
import { foundationWords } from './palette.ts';
import { series, stat, states } from './panels.ts';
import { instance, lane, ledger, perSecond, quantile, redis } from './queries.ts';
import { table } from './table.ts';

/** Other programs have metrics of that name too: only processes of ours are there to choose. */
const instanceChoice: Choice = { name: 'instance', label: 'Process', from: 'expunge_build_info' };

const by = '{{instance}}';

const processes = [
  stat({
    title: 'Processes',
    shows: 'Processes that are scraped: workers and APIs.',
    todo: 'fewer than you started: look which one is missing below, and why it ended in its log.',
    unit: 'short',
    queries: [{ expr: `count(expunge_build_info{${instance}}) or vector(0)` }],
    width: 4,
    steps: [
      [null, 'red'],
      [1, 'green'],
    ],
    see: ['ExpungeWorkerAway', 'ExpungeNoApi'],
  }),
  stat({
    title: 'Workers that own lanes',
    shows: 'Processes that drain at least one lane.',
    todo: 'none: no id is deleted. Start a worker: `docker compose up -d --scale worker=2`, or `expunge serve --worker`.',
    unit: 'short',
    queries: [
      { expr: `count(count by (instance) (expunge_lane_owned{${lane}, ${instance}} > 0)) or vector(0)` },
    ],
    width: 4,
    steps: [
      [null, 'red'],
      [1, 'green'],
    ],
    see: ['ExpungeNoOwner'],
  }),
  table({
    title: 'What runs',
    shows: 'Version, Node and age of each process.',
    todo: 'two versions for long: an upgrade stopped half-way. A young process that nobody started: it crashes, see its log.',
    unit: 'short',
    queries: [
      {
        expr: `max by (instance, version, node) (expunge_build_info{${instance}} * on (instance, job) group_left () (time() - process_start_time_seconds))`,
        legend: 'up for',
      },
    ],
    columns: { instance: 'process', version: 'version', node: 'node' },
    width: 16,
    height: 4,
    overrides: [{ of: 'up for', unit: 's' }],
  }),
  series({
    title: 'CPU',
    shows: 'Of one core. A process paces its calls on one thread.',
    todo: 'near 1 under backlog: start another worker on another core; lanes spread by themselves.',
    unit: 'percentunit',
    queries: [{ expr: `rate(process_cpu_seconds_total{${instance}}[$__rate_interval])`, legend: by }],
    width: 8,
    min: 0,
  }),
  series({
    title: 'Event loop lag',
    shows:
      '99 of 100 turns were no later than this. Calls are paced on this loop: what it loses, the cap loses.',
    todo: 'above 50 ms for long: the machine is too busy, or its disk is. Give the worker a core.',
    unit: 's',
    queries: [{ expr: `nodejs_eventloop_lag_p99_seconds{${instance}}`, legend: by }],
    width: 8,
    min: 0,
    steps: [
      [null, 'green'],
      [0.05, 'orange'],
    ],
    see: ['ExpungeCapUnused'],
  }),
  series({
    title: 'Memory',
    shows: 'What the process holds, and the part of it that JavaScript uses.',
    todo: 'it grows and never falls: a leak; restart the worker (its lanes move), keep the log.',
    unit: 'bytes',
    queries: [
      { expr: `process_resident_memory_bytes{${instance}}`, legend: `${by}: resident` },
      { expr: `nodejs_heap_size_used_bytes{${instance}}`, legend: `${by}: heap used` },
    ],
    width: 8,
    min: 0,
  }),
];

const foundations = [
  states({
    title: 'Redis',
    shows: 'Whether Redis answered each process, and was fit to hold a queue.',
    todo: 'bring it back: jobs that were lost are offered again from the ledger.',
    unit: 'short',
    queries: [{ expr: redis('instance', `{${instance}}`), legend: by }],
    width: 6,
    words: foundationWords,
    see: ['ExpungeRedisAway', 'ExpungeRedisEvicts', 'ExpungeRedisForgets'],
  }),
  states({
    title: 'Ledger',
    shows: 'Whether the ledger answered each process, and took a write.',
    todo: 'file: is the disk full, who holds the lock? PostgreSQL: is it up, are connections left?',
    unit: 'short',
    queries: [{ expr: ledger('instance', `{${instance}}`), legend: by }],
    width: 6,
    words: foundationWords,
    see: ['ExpungeLedgerAway', 'ExpungeLedgerFull'],
  }),
  series({
    title: 'Ledger writes take',
    shows: 'One durable write: median, 95 and 99 of 100. Each call waits for two of them.',
    todo: 'above 100 ms: the disk is slow or shared, or PostgreSQL is far. Slow writes slow everything.',
    unit: 's',
    queries: [0.5, 0.95, 0.99].map((share) => ({
      expr: quantile(share, '', 'expunge_ledger_write_duration_seconds', instance),
      legend: `p${share * 100}`,
    })),
    width: 6,
    min: 0,
    steps: [
      [null, 'green'],
      [0.1, 'yellow'],
      [0.5, 'red'],
    ],
    see: ['ExpungeLedgerSlow'],
  }),
  series({
    title: 'Ledger writes',
    shows: 'Durable writes a second of each process; claims and settlements of many calls share one.',
    todo: 'nothing: it tells what the disk has to bear.',
    unit: 'suffix: writes/s',
    queries: [
      { expr: perSecond('instance', 'expunge_ledger_write_duration_seconds_count', instance), legend: by },
    ],
    width: 6,
    min: 0,
  }),
];

const scraping = [
  series({
    title: 'A scrape takes',
    shows: 'Time that Prometheus waits for /metrics of each process.',
    todo: 'above a second: Redis or the ledger does not answer; what is late is left out of the scrape.',
    unit: 's',
    queries: [{ expr: `scrape_duration_seconds{${instance}}`, legend: by }],
    width: 12,
    min: 0,
  }),
  series({
    title: 'Series of a process',
    shows: 'Samples of one scrape: the labels are closed sets, so it follows the number of lanes.',
    todo: 'thousands: more lanes than planned, or a defect in our labels.',
    unit: 'short',
    queries: [{ expr: `scrape_samples_scraped{${instance}}`, legend: by }],
    width: 12,
    min: 0,
  }),
];

export const system = (): string =>
  dashboard({
    uid: 'expunge-system',
    title: 'system',
    description: 'Processes, event loop, memory, Redis, ledger and HTTP API.',
    choices: [account, operation, instanceChoice],
    rows: [
      { title: 'What runs, and what it takes', panels: processes },
      { title: 'What they stand on', panels: foundations },
      { title: 'HTTP API and queue: what comes in', panels: api },
      { title: 'Scrapes', panels: scraping },
    ],
  });
