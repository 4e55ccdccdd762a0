/**
 * Metrics: what an operator watches. They observe and never decide; labels come from closed sets, so that no id and no
 * error text becomes a series.
 *
 * Gauges with labels hold only what the callbacks of the present scrape say (`onScrape`): each is emptied first, so a
 * lane that moved to another process leaves nothing behind here. Gauges without labels keep their value.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { systemClock, type Clock } from './clock.ts';
import type { Log } from './log.ts';
import { buckets } from './metrics/buckets.ts';
import { fewCodes } from './metrics/few-codes.ts';
import { help } from './metrics/help.ts';
import {
  campaignStates,
  circuitStates,
  laneStates,
  type Labels,
  type Lane,
  type Values,
} from './metrics/labels.ts';
import { within } from './within.ts';

/** A callback that takes longer, its database being away, is left out of the scrape. */
const collectMs = 2_000;

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics(options: {
  readonly build: { readonly version: string; readonly node: string };
  readonly clock?: Clock;
  readonly log?: Log;
}) {
  const { build, clock = systemClock, log } = options;
  const registry = new Registry();
  const { handles, empty, fillMaxima } = declare(registry, build);
  // Under their usual names, without our prefix, so that ready-made dashboards find them.
  collectDefaultMetrics({ register: registry });
  const collectors = new Set<() => void | Promise<void>>();

  const collect = async (collector: () => void | Promise<void>) => {
    try {
      await within(clock, collectMs, Promise.resolve().then(collector), () => {
        throw new Error(`no answer within ${collectMs} ms`);
      });
    } catch (err) {
      // A scrape tells what it can: it matters most while something is down.
      log?.limited('scrape').warn({ err }, 'metrics could not be collected');
    }
  };

  const scrape = async () => {
    empty();
    await Promise.all([...collectors].map(collect));
    fillMaxima();
    return registry.metrics();
  };
  // Scrapes that overlap share one answer: each empties the gauges before it fills them.
  let scraping: Promise<string> | undefined;

  return {
    ...handles,
    contentType: registry.contentType,
    /** Runs `collector` before each scrape, for at most 2 s; returns the way to end that. */
    onScrape(collector: () => void | Promise<void>): () => void {
      collectors.add(collector);
      return () => void collectors.delete(collector);
    },
    /** The text of one scrape. Maxima begin anew afterwards, so one Prometheus should be the only reader. */
    render: (): Promise<string> => (scraping ??= scrape().finally(() => (scraping = undefined))),
  };
}

/** The rows of the documentation's table; process and Node metrics (`process_*`, `nodejs_*`) come on top of these. */
export function metricsTable(): string {
  const registry = new Registry();
  declare(registry, { version: '', node: '' });
  const rows = registry.getMetricsAsArray().map((metric) => {
    const { labelNames } = metric as unknown as { labelNames: readonly string[] };
    const labels = labelNames.map((label) => `\`${label}\``).join(', ');
    return `| \`${metric.name}\` | ${String(metric.type)} | ${labels || '–'} | ${metric.help} |`;
  });
  return ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n') + '\n';
}

/** All metrics, in the order of a target's way: the handles that feed them, and what a scrape does around them. */
function declare(registry: Registry, build: { readonly version: string; readonly node: string }) {
  const registers = [registry];
  const fresh: Gauge[] = [];

  const counter = <L extends keyof Values>(name: keyof typeof help, labelNames: L[]) => {
    const metric = new Counter({ name: `expunge_${name}`, help: help[name], labelNames, registers });
    return { add: (labels: Labels<L>, by = 1) => metric.inc(labels as Partial<Record<L, string>>, by) };
  };
  const gauge = <L extends keyof Values>(name: keyof typeof help, labelNames: L[]) => {
    const metric = new Gauge({ name: `expunge_${name}`, help: help[name], labelNames, registers });
    fresh.push(metric);
    return {
      set: (labels: Labels<L>, value: number) => metric.set(labels as Partial<Record<L, string>>, value),
    };
  };
  /** 1 for the state that it is in, 0 for the others. */
  const state = <L extends keyof Values, S extends string>(
    name: keyof typeof help,
    labelNames: L[],
    states: readonly S[],
  ) => {
    const all = [...labelNames, 'state'];
    const metric = new Gauge({ name: `expunge_${name}`, help: help[name], labelNames: all, registers });
    fresh.push(metric);
    return {
      set(labels: Labels<L>, current: S) {
        for (const each of states) metric.set({ ...labels, state: each }, Number(each === current));
      },
    };
  };
  const plain = (name: keyof typeof help) => {
    const metric = new Gauge({ name: `expunge_${name}`, help: help[name], registers });
    return { set: (value: number | boolean) => metric.set(Number(value)) };
  };
  const histogram = <L extends keyof Values>(name: keyof typeof buckets, labelNames: L[]) => {
    const begun = new Set<string>();
    const metric = new Histogram({
      name: `expunge_${name}`,
      help: help[name],
      labelNames,
      buckets: [...buckets[name]],
      registers,
    });
    return {
      observe: (labels: Labels<L>, value: number) =>
        metric.observe(labels as Partial<Record<L, string>>, value),
      /** With nothing observed yet; what was observed under these labels is kept if they begin again. */
      begin(labels: Labels<L>) {
        if (!begun.has(JSON.stringify(labels))) metric.zero(labels);
        begun.add(JSON.stringify(labels));
      },
    };
  };
  const lane: ('account' | 'operation')[] = ['account', 'operation'];

  const targetsAccepted = counter('targets_accepted_total', [...lane, 'source']);
  const targetsSettled = counter('targets_settled_total', [...lane, 'settlement']);
  const targetSettle = histogram('target_settle_seconds', ['operation']);
  const targetsOpen = gauge('targets_open', lane);
  const oldestOpen = gauge('oldest_open_target_age_seconds', lane);

  const providerCalls = counter('provider_calls_total', [...lane, 'result']);
  const providerCallDuration = histogram('provider_call_duration_seconds', ['operation']);
  const callTargets = histogram('call_targets', ['operation']);
  const codes = counter('provider_codes_total', ['operation', 'code']);
  const unknownCodes = counter('unknown_codes_total', ['operation']);
  const strangeIds = counter('strange_ids_total', ['operation']);

  const limiterCap = gauge('limiter_cap', lane);
  const limiterPeriod = gauge('limiter_period_seconds', [...lane, 'unit']);
  const limiterRate = gauge('limiter_rate', lane);
  const windowMax = gauge('limiter_window_max', lane);
  const limiterWait = histogram('limiter_wait_seconds', ['operation']);
  const retries = counter('retries_total', ['operation', 'class']);

  const laneState = state('lane_state', lane, laneStates);
  const circuitState = state('circuit_state', ['provider'], circuitStates);
  const laneOwned = gauge('lane_owned', lane);
  const queueJobs = gauge('queue_jobs', [...lane, 'state']);
  const deadLetters = gauge('dead_letters', lane);
  const jobsRefused = counter('jobs_refused_total', ['reason']);

  const campaignTargets = gauge('campaign_targets', ['campaign', 'settlement']);
  const campaignState = state('campaign_state', ['campaign'], campaignStates);
  const campaignEta = gauge('campaign_eta_seconds', ['campaign']);

  const ledgerWrite = histogram('ledger_write_duration_seconds', []);
  const httpRequests = counter('http_requests_total', ['route', 'status']);
  const httpDuration = histogram('http_request_duration_seconds', ['route']);
  const redisUp = plain('redis_up');
  const redisUnfit = gauge('redis_unfit', ['what']);
  const ledgerUp = plain('ledger_up');
  const ledgerWritable = plain('ledger_writable');
  const halted = plain('halted');
  const info = new Gauge({
    name: 'expunge_build_info',
    help: help.build_info,
    labelNames: ['version', 'node'],
    registers,
  });
  info.set({ version: build.version, node: build.node }, 1);

  const plainCode = fewCodes();
  const fullest = new Map<string, { readonly lane: Lane; readonly calls: number }>();
  return {
    handles: {
      targetsAccepted,
      targetsSettled,
      targetSettle,
      targetsOpen,
      oldestOpen,
      providerCalls,
      providerCallDuration,
      callTargets,
      unknownCodes,
      strangeIds,
      limiterCap,
      limiterPeriod,
      limiterRate,
      limiterWait,
      retries,
      laneOwned,
      queueJobs,
      deadLetters,
      jobsRefused,
      campaignTargets,
      campaignState,
      campaignEta,
      ledgerWrite,
      httpRequests,
      httpDuration,
      redisUp,
      redisUnfit,
      ledgerUp,
      ledgerWritable,
      halted,
      providerCodes: {
        add: ({ operation, code }: Labels<'operation' | 'code'>, by = 1) =>
          codes.add({ operation, code: plainCode(operation, code) }, by),
      },
      limiterWindowMax: {
        /** Says after a call how many calls its window holds: a scrape shows the highest. Idle lanes say 0 at scrape. */
        observe(lane: Lane, calls: number) {
          const key = JSON.stringify([lane.account, lane.operation]);
          if (calls > (fullest.get(key)?.calls ?? -1)) fullest.set(key, { lane, calls });
        },
      },
      laneState,
      circuitState,
    },
    empty: () => fresh.forEach((metric) => metric.reset()),
    fillMaxima() {
      for (const { lane, calls } of fullest.values()) windowMax.set(lane, calls);
      fullest.clear();
    },
  };
}
