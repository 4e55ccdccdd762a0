/**
 * Work done side by side, but no more of it at a time than the database, or Redis, may be given without keeping
 * whoever comes next waiting: in the order in which it was asked for.
 */

/** Runs each work when all that runs beside it weighs at most `limit` together; one that weighs more runs alone. */
export function atMost(limit: number): <Done>(weight: number, work: () => Promise<Done>) => Promise<Done> {
  const waiting: { readonly weight: number; readonly start: () => void }[] = [];
  let running = 0;

  function startNext(): void {
    for (let [next] = waiting; next && (running === 0 || running + next.weight <= limit); [next] = waiting) {
      waiting.shift();
      running += next.weight;
      next.start();
    }
  }

  return async (weight, work) => {
    await new Promise<void>((start) => {
      waiting.push({ weight, start });
      startNext();
    });
    try {
      return await work();
    } finally {
      running -= weight;
      startNext();
    }
  };
}
