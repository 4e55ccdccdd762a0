import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { alive, alone } from '../../src/redis-server/alone.ts';

let folder: string;
let lock: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'expunge-alone-'));
  lock = join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true }));

/** The pid of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid ?? 0;
}

/** Runs many at once and tells the largest number that were inside together, and how many got in. */
async function crowd(size: number): Promise<{ most: number; entered: number }> {
  let inside = 0;
  let most = 0;
  const entered = await Promise.all(
    Array.from({ length: size }, () =>
      alone(lock, systemClock, 8_000, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
        return true;
      }),
    ),
  );
  return { most, entered: entered.filter(Boolean).length };
}

describe('alone', () => {
  it('lets everyone in, one at a time', async () => {
    expect(await crowd(10)).toEqual({ most: 1, entered: 10 });
  });

  it('lets one in at a time where many find the lock of a dead process', async () => {
    await writeFile(`${lock}.7`, String(await deadPid()));
    expect(await crowd(10)).toEqual({ most: 1, entered: 10 });
  });

  it('keeps out one who was overtaken while he looked at a dead lock', async () => {
    await writeFile(`${lock}.3`, String(await deadPid()));
    const overtaken = {
      ...systemClock,
      now() {
        writeFileSync(`${lock}.9`, String(process.pid));
        return systemClock.now();
      },
    };
    expect(await alone(lock, overtaken, 50, async () => 'in')).toBeUndefined();
    expect(await readdir(folder)).not.toContain('lock.4');
  });

  it('gives up when the owner lives and does not release in time', async () => {
    await writeFile(`${lock}.1`, String(process.pid));
    expect(await alone(lock, systemClock, 50, async () => 'in')).toBeUndefined();
  });

  it('waits for a lock that is just being written', async () => {
    await writeFile(`${lock}.1`, '');
    expect(await alone(lock, systemClock, 50, async () => 'in')).toBeUndefined();
  });

  it('takes over a lock that is too old, though its pid lives', async () => {
    await writeFile(`${lock}.1`, String(process.pid));
    const longAgo = new Date(systemClock.now() - 180_000);
    await utimes(`${lock}.1`, longAgo, longAgo);
    expect(await alone(lock, systemClock, 50, async () => 'in')).toBe('in');
  });

  it('releases when the work throws', async () => {
    const broken = alone(lock, systemClock, 50, () => Promise.reject(new Error('broken')));
    await expect(broken).rejects.toThrow('broken');
    expect(await alone(lock, systemClock, 50, async () => 'in')).toBe('in');
  });

  it('leaves one file', async () => {
    await crowd(5);
    expect(await readdir(folder)).toHaveLength(1);
  });
});

describe('alive', () => {
  it('knows a running process from one that ended', async () => {
    expect(alive(process.pid)).toBe(true);
    expect(alive(await deadPid())).toBe(false);
  });
});
