/** The cap of a lane, as people are shown it: what is in force, and who set it if a person did. */
import type { Config } from '../../config.ts';
import { capInForce } from '../../ledger/caps.ts';
import type { LaneStatus } from '../../ledger/controls.ts';
import type { Cap } from '../../limiter.ts';
import { configuredCap } from '../lanes-answer.ts';
import { grouped, visible } from '../wording.ts';

/** `30/second`, `10/second (set)`; `?` where nobody knows. */
export function capText(lane: LaneStatus, config: Config): string {
  const { capSet } = lane;
  const cap = configuredCap(lane, config);
  const known = cap ? perWindow(capInForce(capSet?.calls ?? null, cap)) : (capSet?.calls ?? '?');
  return capSet ? `${known} (set)` : String(known);
}

/** Which lanes don't have their configured cap, who says so, and the way back. */
export const capNotes = (lanes: readonly LaneStatus[], config: Config): readonly string[] =>
  lanes.flatMap((lane) => {
    const { account, operation, capSet } = lane;
    if (!capSet) return [];
    const cap = configuredCap(lane, config);
    const before = cap ? ` (configured: ${perWindow(cap)})` : '';
    const why = capSet.reason === '' ? '' : `: ${visible(capSet.reason)}`;
    return [
      `${account} ${operation}: cap set by ${visible(capSet.by)} to ${grouped(capSet.calls)}${before}${why}. ` +
        `Way back: expunge lane cap ${account} ${operation} default`,
    ];
  });

const perWindow = ({ calls, per }: Cap): string => `${calls}/${per}`;
