import { describe, expect, it } from 'vitest';
import { tellBacklog, unownedToTell } from '../src/lane-gauges.ts';
import type { LaneRow } from '../src/ledger/controls.ts';
import { createMetrics } from '../src/metrics.ts';

const row = (lane: string, owner: string): LaneRow => ({
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
  ...{ configured: undefined, capSet: undefined },
});
const told = (rows: readonly LaneRow[], ...owned: string[]) =>
  unownedToTell(rows, new Set(owned)).map(({ lane }) => lane);

describe('tellBacklog', () => {
  it('tells what the ledger holds of a lane', async () => {
    const metrics = createMetrics({ build: { version: '1', node: 'v' } });
    metrics.onScrape(() => tellBacklog(metrics, row('a', ''), { open: 7, dead: 2, oldestMs: 1_500 }));
    metrics.onScrape(() => tellBacklog(metrics, row('b', ''), { open: 0, dead: 0, oldestMs: undefined }));
    const lines = (await metrics.render()).split('\n');
    for (const line of [
      'expunge_targets_open{account="a",operation="o"} 7',
      'expunge_dead_letters{account="a",operation="o"} 2',
      'expunge_oldest_open_target_age_seconds{account="a",operation="o"} 1.5',
      'expunge_oldest_open_target_age_seconds{account="b",operation="o"} 0',
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
