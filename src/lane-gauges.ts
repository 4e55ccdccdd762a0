/** What the ledger knows of a lane, told by exactly one process, so that sums over processes are right. */
import type { LaneStatus } from './ledger/controls.ts';
import type { Metrics } from './metrics.ts';

type LaneGauges = Pick<Metrics, 'laneState' | 'targetsOpen' | 'deadLetters' | 'oldestOpen'>;

export function tellLane(metrics: LaneGauges, row: LaneStatus): void {
  const labels = { account: row.account, operation: row.operation };
  metrics.laneState.set(labels, row.state);
  metrics.targetsOpen.set(labels, row.open);
  metrics.deadLetters.set(labels, row.dead);
  metrics.oldestOpen.set(labels, (row.oldestMs ?? 0) / 1_000);
}

/**
 * The lanes without an owner that this process tells of: the one that owns the first owned lane does. While nobody
 * owns any, everybody does, since silence would be worse than a sum that counts twice.
 */
export function unownedToTell(
  lanes: readonly LaneStatus[],
  owned: ReadonlySet<string>,
): readonly LaneStatus[] {
  const first = lanes.find(({ owner }) => owner !== '');
  if (first && !owned.has(first.lane)) return [];
  // Just given up or just taken: who drains it tells of it.
  return lanes.filter(({ lane, owner }) => owner === '' && !owned.has(lane));
}
