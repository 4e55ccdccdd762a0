import { describe, expect, it } from 'vitest';
import { atMost } from '../../src/producers/at-most.ts';

/** Works that end when they are told to; `running` are their names. */
function works(limit: number) {
  const run = atMost(limit);
  const running: string[] = [];
  const ends = new Map<string, (failed?: Error) => void>();
  const start = (name: string, weight: number) =>
    run(weight, () => {
      running.push(name);
      return new Promise<string>((resolve, reject) => {
        ends.set(name, (failed) => {
          running.splice(running.indexOf(name), 1);
          if (failed) reject(failed);
          else resolve(name);
        });
      });
    });
  return { start, running, end: (name: string, failed?: Error) => ends.get(name)?.(failed) };
}

describe('atMost', () => {
  it('runs side by side what weighs no more than the limit together', async () => {
    const { start, running, end } = works(10);
    const a = start('a', 6);
    const b = start('b', 4);
    const c = start('c', 1);
    await Promise.resolve();
    expect(running).toEqual(['a', 'b']);
    end('b');
    expect(await b).toBe('b');
    await Promise.resolve();
    expect(running).toEqual(['a', 'c']);
    end('a');
    end('c');
    expect(await Promise.all([a, c])).toEqual(['a', 'c']);
  });

  it('keeps the order: what is light does not pass what waits before it', async () => {
    const { start, running, end } = works(10);
    void start('a', 6);
    const heavy = start('heavy', 5);
    void start('light', 1);
    await Promise.resolve();
    expect(running).toEqual(['a']);
    end('a');
    await new Promise(setImmediate);
    expect(running).toEqual(['heavy', 'light']);
    end('heavy');
    await heavy;
  });

  it('runs alone what weighs more than the limit', async () => {
    const { start, running, end } = works(10);
    const huge = start('huge', 50);
    void start('next', 1);
    await Promise.resolve();
    expect(running).toEqual(['huge']);
    end('huge');
    await huge;
    await new Promise(setImmediate);
    expect(running).toEqual(['next']);
  });

  it('goes on after one that failed', async () => {
    const { start, running, end } = works(1);
    const failing = start('failing', 1);
    void start('next', 1);
    await Promise.resolve();
    end('failing', new Error('no'));
    await expect(failing).rejects.toThrow('no');
    await new Promise(setImmediate);
    expect(running).toEqual(['next']);
  });
});
