/**
 * What commands say, and where: people read stderr (progress, notes, problems), results go to stdout. With
 * --json stdout holds JSON only: one object, or one a line for streams, the result last.
 */
import { visible } from './wording.ts';

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
  readonly columns: number;
  /** A line for people. */
  say(text: string): void;
  /** A line drawn over the last one; only where `live`. */
  draw(text: string): void;
  /** One line of a stream for programs; nothing without --json. */
  event(value: object): void;
  /** The result: `text` for people, `value` for programs. */
  result(value: object, text: string): void;
}

export interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
}

export function createTerminal({ stdout, stderr }: Streams, json: boolean): Terminal {
  const live = stderr.isTTY === true && !json;
  let drawn = false;
  const clear = () => {
    if (drawn) stderr.write('\r\u001b[2K');
    drawn = false;
  };
  return {
    json,
    live,
    // Some terminals say that they are 0 wide.
    columns: Math.max(40, stderr.columns ?? 100),
    say(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    draw(text) {
      if (!live) return;
      clear();
      stderr.write(text);
      drawn = true;
    },
    event(value) {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
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
