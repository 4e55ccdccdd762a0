import { describe, expect, it } from 'vitest';
import { look, move, started } from './campaigns.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { deleted, refused, work } from './worker.ts';
import { shareLedger, video } from './world.ts';

shareLedger();

/** Does these things one after the other, each once, as soon as the text says so. */
function onceSaid(steps: readonly (readonly [when: RegExp, then: () => unknown])[]) {
  const left = [...steps];
  return (text: string): void => {
    const [step] = left;
    if (!step?.[0].test(text)) return;
    left.shift();
    step[1]();
  };
}

const events = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('expunge campaign watch', () => {
  it('looks on until the campaign has completed, and ends with 0', async () => {
    await started('whole', ['a1', 'a2']);
    const says = onceSaid([
      [
        /running {2}0 %/,
        () =>
          work('media-prod', video, [[deleted, 'a1', 'a2']]).then(() =>
            move('whole', 'running', 'completed'),
          ),
      ],
    ]);
    const { exit, out, err } = await look(['watch', 'whole'], { onText: (_, said) => says(said) });
    expect(exit).toBe(0);
    expect(err).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}running {2}0 % {2}0 of 2 ids .* waits: no worker owns the lane\n/,
    );
    expect(err).not.toContain('\u001b');
    expect(out).toContain('Campaign whole  completed');
    expect(out).toContain('To see what became of each id: expunge campaign report whole');
  });

  it.each([
    ['something was refused', 'completed', 'b'],
    ['it was cancelled', 'cancelled', 'c'],
  ] as const)('ends with 1 where %s', async (_what, to, name) => {
    await started(name, [`${name}1`]);
    await work('media-prod', video, [[to === 'completed' ? refused : deleted, `${name}1`]]);
    await move(name, 'running', to);
    const { exit, out } = await look(['watch', name]);
    expect(exit).toBe(1);
    expect(out).toContain(`Campaign ${name}  ${to}`);
  });

  it('tells programs one event a line, one at each change, and the result last', async () => {
    await started('events', ['d1']);
    const says = onceSaid([
      [/"state":"running"/, () => move('events', 'running', 'pausing')],
      [/"state":"pausing"/, () => move('events', 'pausing', 'paused')],
      [/"state":"paused"/, () => move('events', 'paused', 'cancelling')],
      [/"state":"cancelling"/, () => move('events', 'cancelling', 'cancelled')],
    ]);
    const { exit, out, err } = await look(['watch', 'events', '--json'], { onText: (said) => says(said) });
    const told = events(out);
    expect(told.map((each) => [each['event'], each['state']])).toEqual([
      ...['running', 'pausing', 'paused', 'cancelling'].map((state) => ['progress', state]),
      [undefined, 'cancelled'],
    ]);
    expect(exit).toBe(1);
    expect(err).toBe('');
  });

  it('can be left, which stops nothing, and entered again', async () => {
    await started('left', ['e1', 'e2']);
    const stop = new AbortController();
    const { exit, out } = await look(['watch', 'left'], {
      stopped: stop.signal,
      onText: () => stop.abort(),
    });
    expect(exit).toBe(1);
    expect(out).toBe(
      'The campaign left is running, 2 ids are open: it goes on without this command.\n' +
        'Back to it: expunge campaign watch left\nTo stop it: expunge campaign pause left\n',
    );
    await move('left', 'running', 'completed');
    expect((await look(['watch', 'left'])).exit).toBe(0);
  });

  it.each([80, 200])(
    'draws itself anew on a terminal of %i columns, and leaves it clean',
    async (columns) => {
      const name = `drawn-${columns}`;
      await started(name, [`f${columns}`, `g${columns}`]);
      const screen = fakeTerminal(columns);
      const seen: string[] = [];
      const says = onceSaid([
        [/Ctrl-C leaves it running/, () => work('media-prod', video, [[deleted, `f${columns}`]])],
        [/50 %/, () => move(name, 'running', 'pausing', { reason: 'a long reason '.repeat(20) })],
        [/pausing/, () => move(name, 'pausing', 'cancelling')],
        [/cancelling/, () => move(name, 'cancelling', 'cancelled')],
      ]);
      const { out } = await look(['watch', name], {
        stderr: screen,
        onText() {
          const shown = screen.shown().join('\n');
          seen.push(shown);
          says(shown);
        },
      });
      expect(screen.broke()).toBe(false);
      expect(seen.every((shown) => shown.split('Campaign').length <= 2)).toBe(true);
      expect(seen[0]).toMatch(
        /^Campaign .* running .*\n\[\.+\] {2}0 % {2}0 of 2 ids\n(.*\n)+Ctrl-C leaves it running\.$/,
      );
      expect(screen.shown()).toEqual(['']);
      expect(out).toContain('cancelled');
    },
  );
});
