/**
 * What is asked while an earlier asking is under way goes together with all that was asked meanwhile: one ledger read,
 * or one transaction, for hundreds of jobs. Each answer is of a run that began after it was asked for, so it is never
 * older than if it had been asked alone. A run that fails fails all that it was for.
 *
 * What is asked after a while of silence is asked at once; under load some milliseconds of jobs share a run, since each
 * costs a message to the ledger's thread and back, or a commit.
 */
import { pause, type Clock } from '../clock.ts';

/** Between the beginnings of two runs. */
const betweenMs = 10;

interface Waiting<Asked, Answer> {
  readonly asked: Asked;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** `run` answers in the order of what it is asked. */
export function together<Asked, Answer>(
  clock: Clock,
  run: (asked: readonly Asked[]) => Promise<readonly Answer[]>,
): (asked: Asked) => Promise<Answer> {
  const waiting: Waiting<Asked, Answer>[] = [];
  let running = false;

  async function work(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      const these = waiting.splice(0);
      const began = clock.monotonic();
      try {
        const answers = await run(these.map(({ asked }) => asked));
        for (const [at, { resolve }] of these.entries()) resolve(answers[at] as Answer);
      } catch (error) {
        for (const { reject } of these) reject(error);
      }
      await pause(clock, Math.max(0, began + betweenMs - clock.monotonic()));
    }
    running = false;
  }

  return (asked) =>
    new Promise((resolve, reject) => {
      waiting.push({ asked, resolve, reject });
      if (!running) void work();
    });
}

/** The same of what everybody asks alike. */
export function oneForAll<Answer>(clock: Clock, run: () => Promise<Answer>): () => Promise<Answer> {
  const ask = together(clock, async (asked: readonly undefined[]) => {
    const answer = await run();
    return asked.map(() => answer);
  });
  return () => ask(undefined);
}
