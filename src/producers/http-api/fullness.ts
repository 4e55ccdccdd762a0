/** Under a backlog each of many small requests would count a full queue anew, and leave its ids to the feeder all the same. */
import type { Clock } from '../../clock.ts';
import type { Ledger } from '../../ledger/ledger.ts';

/** The feeder's own pace: what it makes room for it also fills. */
const rememberMs = 250;

/** The ledger's `offeredCount`; a lane that was full is full for a moment. */
export function rememberFull(ledger: Pick<Ledger, 'offeredCount'>, clock: Clock): Ledger['offeredCount'] {
  const full = new Map<string, { readonly limit: number; readonly until: number }>();
  return async (lane, limit) => {
    const known = full.get(lane);
    if (known && limit <= known.limit && clock.monotonic() < known.until) return limit;
    const counted = await ledger.offeredCount(lane, limit);
    if (counted >= limit) full.set(lane, { limit, until: clock.monotonic() + rememberMs });
    else full.delete(lane);
    return counted;
  };
}
