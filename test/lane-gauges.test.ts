import { describe, expect, it } from 'vitest';
import { tellLane, unownedToTell } from '../src/lane-gauges.ts';
import type { LaneStatus } from '../src/ledger/controls.ts';
import { createMetrics } from '../src/metrics.ts';

const row = (lane: string, owner: string): LaneStatus => ({
  ...{
    lane,
    account: lane,
    operation: 'o',
    unit: lane,
    state: 'paused',
    reason: '',
    by: '',
    since: 0,
    owner,
  },
  ...{ open: 7, dead: 2, oldestMs: 1_500, configured: undefined, capSet: undefined },
});
const told = (rows: readonly LaneStatus[], ...owned: string[]) =>
  unownedToTell(rows, new Set(owned)).map(({ lane }) => lane);

describe('tellLane', () => {
  it('tells what the ledger holds of a lane', async () => {
    const metrics = createMetrics({ build: { version: '1', node: 'v' } });
    metrics.onScrape(() => tellLane(metrics, row('a', '')));
    const lines = (await metrics.render()).split('\n');
    for (const line of [
      'expunge_targets_open{account="a",operation="o"} 7',
      'expunge_dead_letters{account="a",operation="o"} 2',
      'expunge_oldest_open_target_age_seconds{account="a",operation="o"} 1.5',
      'expunge_lane_state{account="a",operation="o",state="paused"} 1',
    ])
      expect(lines).toContain(line);
  });
});

describe('unownedToTell', () => {
  const rows = [row('a', ''), row('b', 'w1'), row('c', 'w2'), row('d', '')];

  it('leaves the lanes that nobody owns to the owner of the first owned one', () => {
    expect(told(rows, 'b')).toEqual(['a', 'd']);
    expect(told(rows, 'c')).toEqual([]);
    expect(told(rows)).toEqual([]);
  });

  it('leaves them to everybody while nobody owns any', () => {
    expect(told([row('a', ''), row('d', '')])).toEqual(['a', 'd']);
  });

  it('leaves out a lane that this process drains, whatever the ledger said a moment ago', () => {
    expect(told([row('a', ''), row('d', '')], 'd')).toEqual(['a']);
  });
});
