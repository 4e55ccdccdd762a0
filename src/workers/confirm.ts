/**
 * Confirm: an answer that leaves targets in doubt is followed by a read that tells which still exist. Reads
 * take turns of the lane's own limiter, so that reads and deletions together stay within the cap.
 */
import type { Clock } from '../clock.ts';
import type { Target } from '../deletion.ts';
import { attemptRead, type ReadResult } from '../providers/call.ts';
import type { Existence } from './attempt.ts';
import type { Claim } from './claim.ts';
import type { Turn } from './turn.ts';

export interface Confirming {
  /** `unknown` for all where there is no read for them or it failed: the deletion is tried again then. */
  readonly confirm: (claim: Claim, targets: readonly Target[]) => Promise<(target: Target) => Existence>;
  /** Reads that wait for a turn. */
  readonly waiting: number;
  /** Takes the turn for a read, if one waits. */
  launch(turn: Turn): boolean;
}

/**
 * `work` is told that a read waits for a turn. Reads have no claim: `sure` says that the unit is still ours at the
 * moment of the write.
 */
export function confirming(clock: Clock, sure: () => boolean, work: () => void): Confirming {
  const queue: ((turn: Turn) => void)[] = [];
  return {
    get waiting() {
      return queue.length;
    },

    launch(turn) {
      const start = queue.shift();
      start?.(turn);
      return start !== undefined;
    },

    async confirm({ lane, credentials }, targets) {
      const { operation, site, transport, circuit } = lane.setup;
      const { read } = operation;
      const readable = read ? targets.filter(({ by }) => read.kinds.includes(by)) : [];
      const found = new Map<Target, Existence>();
      for (let at = 0; read && at < readable.length; at += read.limit) {
        const [head, ...rest] = readable.slice(at, at + read.limit);
        if (!head) break;
        const batch = [head, ...rest] as const;
        const send = async (turn: Turn): Promise<ReadResult> => {
          const onWrite = () => {
            if (sure() && circuit.state === 'closed') return turn.write();
            turn.unwritten();
            return false;
          };
          const sent = { operation, read, batch, site, credentials, transport, clock, onWrite };
          const result = await attemptRead(sent);
          if (!('vetoed' in result) && !result.written) turn.unwritten();
          return result;
        };
        const result = await new Promise<ReadResult>((resolve, reject) => {
          queue.push((turn) => void send(turn).then(resolve, reject));
          work();
        });
        if ('vetoed' in result) continue;
        if ('failure' in result.answer) continue;
        for (const target of batch) found.set(target, result.answer.existing(target));
      }
      return (target) => found.get(target) ?? 'unknown';
    },
  };
}
