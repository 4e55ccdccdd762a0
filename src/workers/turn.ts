/** A turn: the right to write one call, by the lane's limiter and by the one of the IP address that it leaves from. */
import type { Limiter } from '../limiter.ts';

/** Ends in exactly one of `write` or `unwritten`; each means what it means for a limiter. */
export type Turn = Pick<Limiter, 'write' | 'unwritten' | 'late'>;

/**
 * Both count the write itself. What waits for a connection after it was admitted would else leave the egress's window
 * before it leaves the provider's.
 */
export function turnOfBoth(lane: Limiter, egress: Limiter): Turn {
  return {
    write() {
      if (lane.write()) return egress.write();
      egress.unwritten();
      return false;
    },
    unwritten() {
      lane.unwritten();
      egress.unwritten();
    },
    late() {
      lane.late();
      egress.late();
    },
  };
}
