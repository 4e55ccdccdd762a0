import type { Clock } from './clock.ts';

/** What the promise ends with, or what `late` answers or throws after `ms`: whoever asks is never left waiting longer. */
export async function within<Answer, Late>(
  clock: Pick<Clock, 'after'>,
  ms: number,
  promise: Promise<Answer>,
  late: () => Late,
): Promise<Answer | Late> {
  let cancel = () => {};
  const over = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve);
  });
  try {
    return await Promise.race([promise, over.then(late)]);
  } finally {
    cancel();
  }
}
