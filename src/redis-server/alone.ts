import { readFileSync } from 'node:fs';
import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Clock, pause } from '../clock.ts';

/** Longer than any `work` here may take: a lock this old is left over, though its pid lives again as another. */
const stale = 120_000;

/** Whether a process with this pid runs, whoever owns it. One that ended but whose parent never asked doesn't. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true; // no /proc on this system
  }
}

/**
 * Runs `work` while no other process on this machine does so for the same `path`; undefined if the others
 * leave no room within `patience` ms.
 *
 * The lock is the highest-numbered file `<path>.<n>`, made with O_EXCL, holding its owner's pid, or 0 once
 * released. Who finds the owner gone makes n + 1. A single file that is removed and made again could not be
 * taken over safely: of two that both saw the dead owner, the slower would remove the faster's new lock. Here
 * the highest file is never removed, so numbers only grow, and who made a number that is no longer the highest
 * knows that he was late.
 */
export async function alone<T>(
  path: string,
  clock: Clock,
  patience: number,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  const numbers = async () =>
    (await readdir(folder))
      .filter((name) => name.startsWith(prefix))
      .map((name) => Number(name.slice(prefix.length)))
      .filter(Number.isInteger)
      .sort((a, b) => b - a);
  const file = (n: number) => join(folder, `${prefix}${n}`);

  const held = async (n: number) => {
    try {
      const pid = (await readFile(file(n), 'utf8')).trim();
      const { mtimeMs } = await stat(file(n));
      // an empty file is one that is just being written: held, until it is too old
      return pid !== '0' && clock.now() - mtimeMs < stale && (pid === '' || alive(Number(pid)));
    } catch {
      return true; // removed by a later owner: look again
    }
  };

  for (const start = clock.monotonic(); clock.monotonic() - start < patience;) {
    const [highest = 0] = await numbers();
    if (highest > 0 && (await held(highest))) {
      await pause(clock, 20);
      continue;
    }
    const mine = highest + 1;
    const made = await writeFile(file(mine), String(process.pid), { flag: 'wx' }).then(
      () => true,
      () => false,
    );
    if (!made) {
      await pause(clock, 20);
      continue;
    }
    const all = await numbers();
    if (all[0] !== mine) {
      await rm(file(mine), { force: true });
      continue;
    }
    try {
      for (const older of all.slice(1)) await rm(file(older), { force: true });
      return await work();
    } finally {
      await writeFile(file(mine), '0');
    }
  }
  return undefined;
}
