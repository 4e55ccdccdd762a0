import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTerminal } from '../../src/producers/cli/terminal.ts';

/** A stdout that asks to wait after ten bytes, and what lets it take what it was given. */
function setup() {
  const taken: string[] = [];
  let take = (): void => undefined;
  const stdout = new Writable({
    highWaterMark: 10,
    write: (chunk, _encoding, done) => {
      taken.push(String(chunk));
      take = done;
    },
  });
  const terminal = createTerminal({ stdout, stderr: { write: () => true } }, false);
  return { stdout, terminal, taken, take: () => take() };
}

/** Whether it has resolved by the time that everything ready has run. */
async function resolved(promise: Promise<unknown>): Promise<boolean> {
  const now = Symbol('not yet');
  return (await Promise.race([promise, new Promise((resolve) => setImmediate(resolve, now))])) !== now;
}

describe('Terminal.write', () => {
  it('goes on at once while there is room, and waits for whoever reads where there is none', async () => {
    const { terminal, taken, take } = setup();
    expect(await resolved(terminal.write('123\n'))).toBe(true);
    const waiting = terminal.write('4567890\n');
    expect(await resolved(waiting)).toBe(false);
    take();
    await new Promise(setImmediate);
    take();
    await waiting;
    expect(taken).toEqual(['123\n', '4567890\n']);
  });

  it('waits no longer once nobody reads', async () => {
    const { stdout, terminal } = setup();
    const waiting = terminal.write('1234567890\n');
    expect(await resolved(waiting)).toBe(false);
    stdout.destroy();
    await waiting;
  });
});
