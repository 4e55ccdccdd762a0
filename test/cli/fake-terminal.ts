/** A terminal of so many columns and rows: what a person would see on it. */
import { width } from '../../src/producers/cli/columns.ts';

export interface FakeTerminal {
  readonly isTTY: true;
  columns: number;
  rows: number;
  write(text: string): void;
  /** What stands on it, without the empty lines at the end. */
  shown(): readonly string[];
  /** Whether a line ever was too long and broke by itself. */
  broke(): boolean;
}

const ways = /(\r|\n|\u001b\[2K|\u001b\[1A)/;

export function fakeTerminal(columns: number, rows = 50): FakeTerminal {
  const lines = [''];
  let row = 0;
  let column = 0;
  let broken = false;
  const put = (text: string): void => {
    const line = lines[row] ?? '';
    lines[row] = line.slice(0, column) + text + line.slice(column + text.length);
    column += text.length;
    if (width(lines[row] ?? '') > terminal.columns) broken = true;
  };
  const act = (part: string): void => {
    if (part === '\r') column = 0;
    else if (part === '\n') {
      row += 1;
      column = 0;
      lines[row] ??= '';
    } else if (part === '\u001b[2K') lines[row] = '';
    else if (part === '\u001b[1A') row = Math.max(0, row - 1);
    else if (part.includes('\u001b')) throw new Error(`not known to this terminal: ${JSON.stringify(part)}`);
    else put(part);
  };
  const terminal: FakeTerminal = {
    isTTY: true,
    columns,
    rows,
    write: (text) => text.split(ways).filter(Boolean).forEach(act),
    shown: () => lines.join('\n').trimEnd().split('\n'),
    broke: () => broken,
  };
  return terminal;
}
