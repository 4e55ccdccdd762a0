import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { createMetrics, metricsTable } from '../../src/metrics.ts';

const build = { version: '1.2.3', node: 'v20' };
const lane = { account: 'a', operation: 'o' };
const labels = '{account="a",operation="o"}';
const linesOf = (text: string, name: string) =>
  text.split('\n').filter((line) => line.startsWith(`expunge_${name}`));

describe('createMetrics', () => {
  it('counts under the names and labels of the contract', async () => {
    const metrics = createMetrics({ build });
    metrics.targetsAccepted.add({ ...lane, source: 'cli' }, 20);
    metrics.targetsSettled.add({ ...lane, settlement: 'deleted' });
    metrics.providerCalls.add({ ...lane, result: 'throttled' });
    metrics.jobsRefused.add({ reason: 'bad-signature' });
    metrics.retries.add({ operation: 'o', class: 'transient' }, 3);
    metrics.callTargets.observe({ operation: 'o' }, 20);
    metrics.ledgerWrite.observe({}, 0.003);
    metrics.redisUp.set(true);
    const text = await metrics.render();
    for (const line of [
      'expunge_targets_accepted_total{account="a",operation="o",source="cli"} 20',
      'expunge_targets_settled_total{account="a",operation="o",settlement="deleted"} 1',
      'expunge_provider_calls_total{account="a",operation="o",result="throttled"} 1',
      'expunge_jobs_refused_total{reason="bad-signature"} 1',
      'expunge_retries_total{operation="o",class="transient"} 3',
      'expunge_call_targets_bucket{le="19",operation="o"} 0',
      'expunge_call_targets_bucket{le="20",operation="o"} 1',
      'expunge_ledger_write_duration_seconds_bucket{le="0.005"} 1',
      'expunge_redis_up 1',
      'expunge_ledger_up 0',
      'expunge_build_info{version="1.2.3",node="v20"} 1',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('keeps labelled gauges for one scrape only', async () => {
    const metrics = createMetrics({ build });
    const stop = metrics.onScrape(async () => {
      await Promise.resolve();
      metrics.targetsOpen.set(lane, 7);
      metrics.laneState.set(lane, 'paused');
    });
    const first = await metrics.render();
    expect(linesOf(first, 'targets_open')).toEqual([`expunge_targets_open${labels} 7`]);
    expect(linesOf(first, 'lane_state')).toEqual([
      'expunge_lane_state{account="a",operation="o",state="open"} 0',
      'expunge_lane_state{account="a",operation="o",state="paused"} 1',
      'expunge_lane_state{account="a",operation="o",state="halted"} 0',
    ]);
    stop();
    const second = await metrics.render();
    expect(linesOf(second, 'targets_open')).toEqual([]);
    expect(linesOf(second, 'lane_state')).toEqual([]);
  });

  it('tells a provider’s circuit by one series a state', async () => {
    const metrics = createMetrics({ build });
    metrics.onScrape(() => metrics.circuitState.set({ provider: 'alibaba' }, 'half-open'));
    expect(linesOf(await metrics.render(), 'circuit_state')).toEqual([
      'expunge_circuit_state{provider="alibaba",state="closed"} 0',
      'expunge_circuit_state{provider="alibaba",state="half-open"} 1',
      'expunge_circuit_state{provider="alibaba",state="open"} 0',
    ]);
  });

  it('shows the fullest window since the last scrape', async () => {
    const metrics = createMetrics({ build });
    for (const calls of [3, 29, 12]) metrics.limiterWindowMax.observe(lane, calls);
    expect(linesOf(await metrics.render(), 'limiter_window_max')).toEqual([
      `expunge_limiter_window_max${labels} 29`,
    ]);
    metrics.limiterWindowMax.observe(lane, 0);
    expect(linesOf(await metrics.render(), 'limiter_window_max')).toEqual([
      `expunge_limiter_window_max${labels} 0`,
    ]);
    expect(linesOf(await metrics.render(), 'limiter_window_max')).toEqual([]);
  });

  it('scrapes on when a callback fails or hangs', async () => {
    const due: (() => void)[] = [];
    const clock = {
      after: (_: number, then: () => void) => (due.push(then), () => undefined),
    } as unknown as Clock;
    const metrics = createMetrics({ build, clock });
    metrics.onScrape(() => Promise.reject(new Error('ledger away')));
    metrics.onScrape(() => {
      throw new Error('at once');
    });
    metrics.onScrape(() => new Promise(() => undefined));
    metrics.onScrape(() => metrics.targetsOpen.set(lane, 1));
    const text = metrics.render();
    expect(due).toHaveLength(4);
    due.forEach((then) => then());
    expect(linesOf(await text, 'targets_open')).toHaveLength(1);
  });

  it('answers scrapes that overlap with one text', async () => {
    const metrics = createMetrics({ build });
    let scrapes = 0;
    metrics.onScrape(() => {
      scrapes++;
    });
    const [one, two] = await Promise.all([metrics.render(), metrics.render()]);
    expect(one).toBe(two);
    expect(scrapes).toBe(1);
  });

  it('makes no series of what is no plain code, nor of endless codes', async () => {
    const metrics = createMetrics({ build });
    metrics.providerCodes.add({ operation: 'o', code: 'InvalidVideo.NotFound' });
    metrics.providerCodes.add({ operation: 'o', code: 'The video abc "is gone"' });
    for (let n = 0; n < 200; n++) metrics.providerCodes.add({ operation: 'o', code: `Code${n}` });
    metrics.providerCodes.add({ operation: 'o', code: 'InvalidVideo.NotFound' });
    const lines = linesOf(await metrics.render(), 'provider_codes_total');
    expect(lines).toHaveLength(65);
    expect(lines).toContain('expunge_provider_codes_total{operation="o",code="InvalidVideo.NotFound"} 2');
    expect(lines).toContain('expunge_provider_codes_total{operation="o",code="other"} 138');
  });

  it('refuses labels outside the closed sets at compile time', () => {
    const metrics = createMetrics({ build });
    // @ts-expect-error a settlement is one of six
    metrics.targetsSettled.add({ ...lane, settlement: 'gone' });
    // @ts-expect-error no id is a label
    expect(() => metrics.targetsOpen.set({ ...lane, id: 'x' }, 1)).toThrow('id');
  });
});

describe('metricsTable', () => {
  it('has a row with type, labels and help for each metric of the contract', () => {
    const table = metricsTable();
    for (const row of [
      '| `expunge_targets_accepted_total` | counter | `account`, `operation`, `source` | ',
      '| `expunge_targets_settled_total` | counter | `account`, `operation`, `settlement` | ',
      '| `expunge_target_settle_seconds` | histogram | `operation` | ',
      '| `expunge_targets_open` | gauge | `account`, `operation` | ',
      '| `expunge_oldest_open_target_age_seconds` | gauge | `account`, `operation` | ',
      '| `expunge_provider_calls_total` | counter | `account`, `operation`, `result` | ',
      '| `expunge_provider_call_duration_seconds` | histogram | `operation` | ',
      '| `expunge_call_targets` | histogram | `operation` | ',
      '| `expunge_provider_codes_total` | counter | `operation`, `code` | ',
      '| `expunge_unknown_codes_total` | counter | `operation` | ',
      '| `expunge_limiter_cap` | gauge | `account`, `operation` | ',
      '| `expunge_limiter_period_seconds` | gauge | `account`, `operation`, `unit` | ',
      '| `expunge_limiter_rate` | gauge | `account`, `operation` | ',
      '| `expunge_limiter_window_max` | gauge | `account`, `operation` | ',
      '| `expunge_limiter_wait_seconds` | histogram | `operation` | ',
      '| `expunge_retries_total` | counter | `operation`, `class` | ',
      '| `expunge_lane_state` | gauge | `account`, `operation`, `state` | ',
      '| `expunge_lane_owned` | gauge | `account`, `operation` | ',
      '| `expunge_queue_jobs` | gauge | `account`, `operation`, `state` | ',
      '| `expunge_dead_letters` | gauge | `account`, `operation` | ',
      '| `expunge_jobs_refused_total` | counter | `reason` | ',
      '| `expunge_ledger_write_duration_seconds` | histogram | – | ',
      '| `expunge_redis_up` | gauge | – | ',
      '| `expunge_redis_unfit` | gauge | `what` | ',
      '| `expunge_ledger_up` | gauge | – | ',
      '| `expunge_ledger_writable` | gauge | – | ',
      '| `expunge_halted` | gauge | – | ',
      '| `expunge_build_info` | gauge | `version`, `node` | ',
    ])
      expect(table).toContain(row);
    for (const line of table.trim().split('\n')) expect(line.split('|')).toHaveLength(6);
  });
});
