/** The cap of a lane, as people are shown it: what is in force, and who set it if a person did. */
import type { Config } from '../../config.ts';
import { lanesOf } from '../../lanes.ts';
import { capInForce } from '../../ledger/caps.ts';
import type { LaneStatus } from '../../ledger/controls.ts';
import type { Cap } from '../../limiter.ts';
import { grouped, iso, visible } from './wording.ts';

/** A lane of which neither a worker nor this configuration says how fast it is, has none. */
export function configuredCap({ lane, configured }: LaneStatus, config: Config): Cap | undefined {
  return configured ?? lanesOf(config).find(({ name }) => name === lane)?.cap;
}

/** `30/second`, `10/second (set)`; `?` where nobody knows. */
export function capText(lane: LaneStatus, config: Config): string {
  const { capSet } = lane;
  const cap = configuredCap(lane, config);
  const known = cap ? perWindow(capInForce(capSet?.calls ?? null, cap)) : (capSet?.calls ?? '?');
  return capSet ? `${known} (set)` : String(known);
}

export function capFields(lane: LaneStatus, config: Config): object {
  const { capSet } = lane;
  const cap = configuredCap(lane, config);
  return {
    // No cap: a lane of another process's configuration.
    cap: cap ? capInForce(capSet?.calls ?? null, cap) : null,
    configuredCap: cap ?? null,
    capSet: capSet ? { ...capSet, since: iso(capSet.since) } : null,
  };
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
