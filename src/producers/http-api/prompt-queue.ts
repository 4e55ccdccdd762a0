/**
 * The queue of a server, whose answers never wait long for a Redis that is away. What the queue is not told of, a
 * feeder takes from the ledger; so what comes too late, or not at all, costs a moment and loses nothing.
 */
import type { Clock } from '../../clock.ts';
import type { Queues } from '../../queue.ts';
import { inTime } from './in-time.ts';

/** A Redis at hand answers within some milliseconds; a command to one that is cut off silently fails after 2 s. */
const answerMs = 150;
/** A queue that did not answer is left alone for so long; then one request asks it again. */
const leaveAloneMs = 1_000;

/** Answers the queue, or undefined while it is left alone. */
export function promptQueue(
  queues: Pick<Queues, 'add'>,
  clock: Clock,
): () => Pick<Queues, 'add'> | undefined {
  let away = false;
  let askAgainAt = 0;
  const leaveAlone = () => {
    away = true;
    askAgainAt = clock.monotonic() + leaveAloneMs;
  };
  const prompt: Pick<Queues, 'add'> = {
    async add(lane, jobs) {
      try {
        await inTime(clock, answerMs, queues.add(lane, jobs), tooLate);
        away = false;
      } catch (error) {
        leaveAlone();
        throw error;
      }
    },
  };
  return () => {
    if (!away) return prompt;
    if (clock.monotonic() < askAgainAt) return undefined;
    // Whoever comes while this one asks does not.
    leaveAlone();
    return prompt;
  };
}

const tooLate = () => new Error(`the queue did not answer within ${answerMs} ms`);
