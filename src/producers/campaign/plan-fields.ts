/** A plan for programs: what would be deleted. */
import type { ConfiguredLane } from '../../lanes.ts';
import { windowOf } from '../../limiter.ts';
import { wideningOf } from '../widening-words.ts';
import type { Planned } from './plan.ts';

/** Milliseconds of sending at the lane's cap. */
export const bestCaseMs = ({ calls }: Planned, { cap }: ConfiguredLane): number =>
  (calls / cap.calls) * windowOf(cap);

export function planFields(planned: Planned, lane: ConfiguredLane, name: string) {
  const { hash, valid, invalid, duplicates, alreadySettled, calls, kinds, first, last } = planned;
  return {
    ...{ campaign: name, hash, valid, invalid, duplicates, alreadySettled, calls },
    bestCaseSeconds: Math.ceil(bestCaseMs(planned, lane) / 1_000),
    ...{ account: lane.account.name, operation: lane.operation.name, kinds },
    ...{ first: first?.id, last: last?.id, widening: first ? wideningOf(first) : [] },
  };
}
