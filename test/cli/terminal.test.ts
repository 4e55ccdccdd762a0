import { describe, expect, it } from 'vitest';
import { cut, width, wrapped, wrappedText } from '../../src/producers/cli/columns.ts';
import { createTerminal } from '../../src/producers/cli/terminal.ts';
import { fakeTerminal } from './fake-terminal.ts';

function open(columns: number, rows?: number) {
  const screen = fakeTerminal(columns, rows);
  let out = '';
  const stdout = { write: (text: string) => (out += text) };
  return { screen, terminal: createTerminal({ stdout, stderr: screen }, false), out: () => out };
}

describe('draw', () => {
  it('draws lines over those that it drew last, however many there were', () => {
    const { terminal, screen } = open(80);
    terminal.say('before');
    terminal.draw('one', 'two', 'three');
    expect(screen.shown()).toEqual(['before', 'one', 'two', 'three']);
    terminal.draw('four');
    expect(screen.shown()).toEqual(['before', 'four']);
    terminal.draw('five', 'six');
    expect(screen.shown()).toEqual(['before', 'five', 'six']);
  });

  it('makes way for what is said and for the result', () => {
    const { terminal, screen, out } = open(80);
    terminal.draw('one', 'two');
    terminal.say('said');
    expect(screen.shown()).toEqual(['said']);
    terminal.draw('one', 'two');
    terminal.result({}, 'done');
    expect(screen.shown()).toEqual(['said']);
    expect(out()).toBe('done\n');
  });

  it('cuts a line before the last column, counting what is two columns wide as two', () => {
    const { terminal, screen } = open(20);
    terminal.draw('x'.repeat(50), '合同到期删除视频合同到期', 'short');
    expect(screen.shown()).toEqual(['x'.repeat(19), '合同到期删除视频合', 'short']);
    expect(screen.broke()).toBe(false);
  });

  it('follows a window that is resized, and removes what that has broken', () => {
    const { terminal, screen } = open(80);
    terminal.say('before');
    terminal.draw('x'.repeat(60), 'y');
    screen.columns = 40;
    expect(terminal.columns).toBe(40);
    // The terminal itself has broken the first line in two.
    screen.write('\r\u001b[2K\u001b[1A\u001b[2K' + 'x'.repeat(40) + '\n' + 'x'.repeat(20) + '\ny');
    terminal.draw('z'.repeat(60));
    expect(screen.shown()).toEqual(['before', 'z'.repeat(39)]);
  });

  it('draws no more lines than the window has room for', () => {
    const { terminal, screen } = open(80, 3);
    terminal.draw('one', 'two', 'three', 'four');
    expect(screen.shown()).toEqual(['one', 'two']);
  });

  it('draws nothing where no terminal is', () => {
    let err = '';
    const stderr = { write: (text: string) => (err += text) };
    createTerminal({ stdout: stderr, stderr }, false).draw('one', 'two');
    expect(err).toBe('');
  });

  it('takes a terminal that says it is 0 wide for one of 80 columns', () => {
    expect(open(0).terminal.columns).toBe(80);
  });
});

describe('wrapped', () => {
  it('breaks between pieces only, and sets later lines in', () => {
    expect(wrapped(['deleted 10', 'absent 20', 'refused 30'], 24, '  ')).toEqual([
      'deleted 10  absent 20',
      '  refused 30',
    ]);
  });

  it('breaks a piece that is longer than a line, and loses nothing of it', () => {
    const lines = wrappedText(`To see: ${'abcdefghij'.repeat(5)} end`, 24);
    expect(lines.every((line) => width(line) <= 24)).toBe(true);
    expect(lines.join('').replaceAll(' ', '')).toBe(`Tosee:${'abcdefghij'.repeat(5)}end`);
  });
});

describe('cut', () => {
  it('takes as much as has room, whole characters only', () => {
    expect([cut('abc', 2), cut('删除', 3), cut('a', 5), cut('e\u0301e', 1)]).toEqual([
      ...['ab', '删', 'a', 'e\u0301'],
    ]);
  });
});
