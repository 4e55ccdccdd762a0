/**
 * Sharing: which worker should own which unit. Every worker works it out for itself from what its heartbeat read,
 * and all come to the same answer, since nothing else goes into it: no worker has to be asked, and none can be
 * waited for in vain.
 *
 * As even as can be: no worker has two units more than another to which one could be passed, directly or from
 * hand to hand; where all are able to own everything, they differ by one at most. Units stay where they are
 * unless that makes it more even. It counts units and not their caps: what a lane costs its owner is mostly its
 * queue and its claims. (An optimal semi-matching; Harvey, Ladner, Lovász, Tamir: Semi-matchings for bipartite
 * graphs and load balancing, 2003.)
 */

/** Who is able to own which units, by the workers' ids. */
export type Able = ReadonlyMap<string, ReadonlySet<string>>;

/** The owner that each unit should have; a unit that no worker is able to own is missing. `owners`: '' is nobody. */
export function shareOut(owners: ReadonlyMap<string, string>, able: Able): ReadonlyMap<string, string> {
  const shares: Shares = new Map([...able.keys()].sort().map((worker) => [worker, new Set()]));
  const units = [...owners.keys()].sort();
  const stays = (unit: string) => able.get(owners.get(unit) ?? '')?.has(unit) === true;
  for (const unit of units.filter(stays)) shares.get(owners.get(unit) ?? '')?.add(unit);
  for (const unit of units.filter((each) => !stays(each))) {
    const [least] = byLoad(shares).filter(([worker]) => able.get(worker)?.has(unit));
    least?.[1].add(unit);
  }
  while (passOn(shares, able));
  return new Map([...shares].flatMap(([worker, own]) => [...own].map((unit) => [unit, worker] as const)));
}

type Shares = Map<string, Set<string>>;

/** Least first; among equals the order of the ids decides. */
const byLoad = (shares: Shares) => [...shares].sort(([, one], [, other]) => one.size - other.size);

/** Makes the shares more even by one unit that leaves a worker and one that reaches another; false: they are. */
function passOn(shares: Shares, able: Able): boolean {
  const [least, ...others] = byLoad(shares);
  for (const [giver, own] of others.reverse()) {
    if (own.size - (least?.[1].size ?? 0) < 2) return false;
    const way = wayFrom(giver, shares, able);
    for (const { unit, from, to } of way) {
      shares.get(from)?.delete(unit);
      shares.get(to)?.add(unit);
    }
    if (way.length > 0) return true;
  }
  return false;
}

interface Step {
  readonly unit: string;
  readonly from: string;
  readonly to: string;
}

/** The shortest way from hand to hand to the least loaded that has two units less; empty if there is none. */
function wayFrom(giver: string, shares: Shares, able: Able): readonly Step[] {
  const most = (shares.get(giver)?.size ?? 0) - 2;
  const reached = new Map<string, readonly Step[]>([[giver, []]]);
  let best: { readonly size: number; readonly way: readonly Step[] } = { size: most + 1, way: [] };
  for (const [from, way] of reached) {
    if (best.way.length > 0 && way.length >= best.way.length) break;
    for (const [to, { size }] of shares) {
      if (reached.has(to)) continue;
      const unit = [...(shares.get(from) ?? [])].findLast((each) => able.get(to)?.has(each));
      if (unit === undefined) continue;
      const longer = [...way, { unit, from, to }];
      reached.set(to, longer);
      if (size < best.size) best = { size, way: longer };
    }
  }
  return best.way;
}
