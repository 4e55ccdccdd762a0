/** What the ledger knows of a lane, told by exactly one process, so that sums over processes are right. */
import type { LaneBacklog } from './ledger/backlog.ts';
import type { LaneRow } from './ledger/controls.ts';
import type { Metrics } from './metrics.ts';

type LaneGauges = Pick<Metrics, 'targetsOpen' | 'deadLetters' | 'oldestOpen'>;

export function tellBacklog(
  metrics: LaneGauges,
  { account, operation }: Pick<LaneRow, 'account' | 'operation'>,
  { open, dead, oldestMs = 0 }: LaneBacklog,
): void {
  const labels = { account, operation };
  metrics.targetsOpen.set(labels, open);
  metrics.deadLetters.set(labels, dead);
  metrics.oldestOpen.set(labels, oldestMs / 1_000);
}

/**
 * The lanes without an owner that this process tells of: the one that owns the first owned lane does. While nobody
 * owns any, everybody does, since silence would be worse than a sum that counts twice.
 */
export function unownedToTell(lanes: readonly LaneRow[], owned: ReadonlySet<string>): readonly LaneRow[] {
  const first = lanes.find(({ owner }) => owner !== '');
  if (first && !owned.has(first.lane)) return [];
  // Just given up or just taken: who drains it tells of it.
  return lanes.filter(({ lane, owner }) => owner === '' && !owned.has(lane));
}
