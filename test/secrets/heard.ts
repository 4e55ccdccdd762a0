/** What the code under test printed, to be searched for secrets at the end of each file (`test/setup/secrets.ts`). */
import { leaksIn } from './secrets.ts';

const found = new Set<string>();

/** To be told of each whole line of a log, and of all that a program writes. */
export function hear(text: string, from: 'log' | 'stdout' = 'log'): void {
  for (const leak of leaksIn(text, from)) found.add(leak);
}

/** A destination of `createLog` that keeps its lines. */
export const keeping = (lines: string[]) => ({
  write(line: string) {
    lines.push(line);
    hear(line);
  },
});

/** What was found since the last call. */
export function takeLeaks(): readonly string[] {
  const leaks = [...found];
  found.clear();
  return leaks;
}
