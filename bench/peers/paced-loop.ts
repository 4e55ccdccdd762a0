/** A script: a loop over the vendor's client, paced by a local Bottleneck, one id a call. What it knows dies with it. */
import Bottleneck from 'bottleneck';
import { loop, peer } from './peer.ts';

peer(({ action, cap, ids }, _work, { remove, stopped }) => {
  const limiter = new Bottleneck({ minTime: Math.ceil(1_000 / cap) });
  const request = (batch: readonly string[]) => limiter.schedule(() => remove(action, batch));
  return loop(
    ids.map((id) => [id]),
    request,
    cap,
    stopped,
  );
});
