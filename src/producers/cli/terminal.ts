/**
 * What commands say, and where: people read stderr (progress, notes, problems), results go to stdout. With
 * --json stdout holds JSON only: one object, or one a line for streams, the result last.
 */
import { cut, width } from './columns.ts';
import { visible } from '../wording.ts';

/** How a command ended, as the process's exit code. */
export const exits = { done: 0, failed: 1, usage: 2, refused: 3, unreachable: 4 } as const;
export type Exit = (typeof exits)[keyof typeof exits];

/** Ends a command: what to tell a person, and the exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exit: Exit;
  /** For --json: what is wrong, field by field. */
  readonly problems: readonly object[];
  constructor(message: string, exit: Exit, problems: readonly object[] = []) {
    super(message);
    this.exit = exit;
    this.problems = problems;
  }
}

export interface Terminal {
  readonly json: boolean;
  /** stderr is a terminal: progress may be drawn over itself. */
  readonly live: boolean;
  /** At present: the window may be resized. */
  readonly columns: number;
  /** A line for people. */
  say(text: string): void;
  /** Lines drawn over the last ones, each cut to the terminal's width, as many as have room; only where `live`. */
  draw(...lines: readonly string[]): void;
  /** One line of a stream for programs; nothing without --json. */
  event(value: object): void;
  /** Part of a longer text on stdout; resolves when more may follow. */
  write(text: string): Promise<void>;
  /** The result: `text` for people, `value` for programs. */
  result(value: object, text: string): void;
}

export interface Streams {
  readonly stdout: {
    /** False: no more before `drain`, as a Writable has it. */
    write(text: string): unknown;
    once?(event: 'drain' | 'close', then: () => void): unknown;
  };
  readonly stderr: {
    write(text: string): unknown;
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly rows?: number;
  };
}

export function createTerminal({ stdout, stderr }: Streams, json: boolean): Terminal {
  const live = stderr.isTTY === true && !json;
  let drawn: readonly string[] = [];
  // Some terminals say that they are 0 wide.
  const columns = () => (stderr.columns ?? 100) || 80;
  /** What removes the drawn lines; one that a narrower window has broken takes several. */
  const clearing = (): string => {
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(width(line) / columns())), 0);
    drawn = [];
    return rows === 0 ? '' : `\r\u001b[2K${'\u001b[1A\u001b[2K'.repeat(rows - 1)}`;
  };
  const clear = () => {
    const text = clearing();
    if (text !== '') stderr.write(text);
  };
  return {
    json,
    live,
    get columns() {
      return columns();
    },
    say(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    draw(...lines) {
      if (!live) return;
      // The last column stays free: a full line would break by itself, and a full screen would scroll.
      const room = stderr.rows === undefined || stderr.rows < 2 ? lines.length : stderr.rows - 1;
      const fitting = lines.slice(0, room).map((line) => cut(line, columns() - 1));
      stderr.write(clearing() + fitting.join('\n'));
      drawn = fitting;
    },
    event(value) {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
    },
    write(text) {
      clear();
      return new Promise((resolve) => {
        if (stdout.write(text) !== false || !stdout.once) return resolve();
        stdout.once('drain', resolve);
        // Nobody reads any more: what follows goes nowhere, and the caller is told to stop.
        stdout.once('close', resolve);
      });
    },
    result(value, text) {
      clear();
      stdout.write(json ? `${JSON.stringify(value)}\n` : text === '' ? '' : `${text}\n`);
    },
  };
}

/** Columns aligned by their widest cell; numbers to the right. Cells may hold texts from outside. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const all = [head, ...rows].map((row) => row.map((cell) => visible(String(cell))));
  const widths = head.map((_, at) => Math.max(...all.map((row) => (row[at] ?? '').length)));
  const numeric = head.map((_, at) => rows.length > 0 && rows.every((row) => typeof row[at] === 'number'));
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => (numeric[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}
