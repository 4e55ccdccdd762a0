/**
 * Prometheus sees a counter grow from its second value on: one that appears with its first event hides that event
 * from `increase()`. So those whose labels are known begin at 0, when their lane comes or the process starts.
 */
import { settlements } from '../deletion.ts';
import { jobRefusals } from '../job.ts';
import type { Metrics } from '../metrics.ts';
import type { Lane } from './labels.ts';

type LaneCounters = Pick<
  Metrics,
  | 'providerCalls'
  | 'targetsSettled'
  | 'targetsAccepted'
  | 'targetSettle'
  | 'retries'
  | 'unknownCodes'
  | 'strangeIds'
>;

const results = ['answered', 'throttled', 'transient', 'missing', 'rejected', 'unauthorized'] as const;
const retried = ['throttled', 'transient', 'unauthorized'] as const;

/** In the process that has just taken the lane. */
export function beginLane(metrics: LaneCounters, { account, operation }: Lane): void {
  const lane = { account, operation };
  for (const result of results) metrics.providerCalls.add({ ...lane, result }, 0);
  // Nothing settles so: a dry run makes no targets.
  for (const settlement of settlements)
    if (settlement !== 'spared') metrics.targetsSettled.add({ ...lane, settlement }, 0);
  for (const source of ['campaign', 'job'] as const) metrics.targetsAccepted.add({ ...lane, source }, 0);
  for (const each of retried) metrics.retries.add({ operation, class: each }, 0);
  metrics.unknownCodes.add({ operation }, 0);
  metrics.strangeIds.add({ operation }, 0);
  metrics.targetSettle.begin({ operation });
}

/** In a worker, as it starts. */
export function beginWorker(metrics: Pick<Metrics, 'jobsRefused'>): void {
  for (const reason of jobRefusals) metrics.jobsRefused.add({ reason }, 0);
}

/** In a process that serves the API, as it starts: requests come in, and are taken back. */
export function beginApi(
  metrics: Pick<Metrics, 'targetsAccepted' | 'targetsSettled'>,
  lanes: readonly Lane[],
): void {
  for (const { account, operation } of lanes) {
    metrics.targetsAccepted.add({ account, operation, source: 'api' }, 0);
    metrics.targetsSettled.add({ account, operation, settlement: 'cancelled' }, 0);
  }
}
