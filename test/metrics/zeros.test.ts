import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';
import { beginApi, beginLane, beginWorker } from '../../src/metrics/zeros.ts';

const build = { version: '1', node: 'v' };
const seriesOf = (text: string) => text.split('\n').filter((line) => /^expunge_\w+_total\{.* 0$/.test(line));

describe('beginLane', () => {
  it('has the counters of a lane begin at 0, one series for each value of a closed set', async () => {
    const metrics = createMetrics({ build });
    beginLane(metrics, { account: 'a', operation: 'o' });
    const zeros = seriesOf(await metrics.render());
    const of = (name: string) => zeros.filter((line) => line.startsWith(`expunge_${name}{`)).length;
    expect(of('provider_calls_total')).toBe(6);
    expect(of('targets_settled_total')).toBe(5);
    expect(of('targets_accepted_total')).toBe(2);
    expect(of('retries_total')).toBe(3);
    expect([of('unknown_codes_total'), of('strange_ids_total')]).toEqual([1, 1]);
    expect(zeros).toHaveLength(18);
  });

  it('takes nothing from a lane that comes back', async () => {
    const metrics = createMetrics({ build });
    const lane = { account: 'a', operation: 'o' };
    beginLane(metrics, lane);
    expect(await metrics.render()).toContain('expunge_target_settle_seconds_count{operation="o"} 0\n');
    metrics.targetsSettled.add({ ...lane, settlement: 'deleted' }, 5);
    metrics.targetSettle.observe({ operation: 'o' }, 1);
    beginLane(metrics, lane);
    const text = await metrics.render();
    expect(text).toContain(
      'expunge_targets_settled_total{account="a",operation="o",settlement="deleted"} 5\n',
    );
    expect(text).toContain('expunge_target_settle_seconds_count{operation="o"} 1\n');
  });

  it('costs 13 series a lane: fifty lanes, with all else, stay below 3,000', async () => {
    const metrics = createMetrics({ build });
    for (let n = 0; n < 50; n++) beginLane(metrics, { account: `a${n}`, operation: `o${n % 4}` });
    expect(seriesOf(await metrics.render())).toHaveLength(50 * 13 + 4 * 5);
  });
});

describe('beginWorker and beginApi', () => {
  it('begin what they count', async () => {
    const metrics = createMetrics({ build });
    beginWorker(metrics);
    beginApi(metrics, [{ account: 'a', operation: 'o' }]);
    const zeros = seriesOf(await metrics.render());
    expect(zeros.filter((line) => line.includes('jobs_refused_total'))).toHaveLength(6);
    expect(zeros).toContain('expunge_targets_accepted_total{account="a",operation="o",source="api"} 0');
    expect(zeros).toContain(
      'expunge_targets_settled_total{account="a",operation="o",settlement="cancelled"} 0',
    );
    expect(zeros).toHaveLength(8);
  });
});
