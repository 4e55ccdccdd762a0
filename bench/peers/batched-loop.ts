/**
 * The ideal script: the same loop with the ids cut into batches of 20 beforehand, at the cap less the headroom that
 * ours keeps (40 ms for each second, `src/limiter.ts`). One process, no queue, no record: what it knows dies with it.
 */
import Bottleneck from 'bottleneck';
import { batchLimit } from '../lanes.ts';
import { loop, peer } from './peer.ts';

peer(({ action, cap, ids }, _work, { remove, stopped }) => {
  const limiter = new Bottleneck({ minTime: 1_040 / cap });
  const batches = Array.from({ length: Math.ceil(ids.length / batchLimit) }, (_, n) =>
    ids.slice(n * batchLimit, (n + 1) * batchLimit),
  );
  return loop(batches, (batch) => limiter.schedule(() => remove(action, batch)), cap, stopped);
});
