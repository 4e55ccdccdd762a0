/** Which cap of a unit is in force, where processes and persons say different things. */
import type { Cap } from '../limiter.ts';

/** What a process's configuration says of each unit that it could own, by the unit's name. */
export type UnitCaps = Readonly<Record<string, Cap>>;

export const perMinute = ({ calls, per }: Cap): number => (per === 'minute' ? calls : 60 * calls);

/** For each unit the lowest of what is configured: a deploy that lowers a cap is obeyed before it is complete. */
export function lowestCaps(configured: Iterable<UnitCaps>): ReadonlyMap<string, Cap> {
  const lowest = new Map<string, Cap>();
  for (const caps of configured)
    for (const [unit, cap] of Object.entries(caps)) {
      const known = lowest.get(unit);
      if (!known || perMinute(cap) < perMinute(known)) lowest.set(unit, cap);
    }
  return lowest;
}

/** What a person set goes before every configuration, and counts calls of the configured window. */
export const capInForce = (set: number | null, configured: Cap): Cap =>
  set === null ? configured : { ...configured, calls: set };
