/**
 * Rejects: the bad lines of an input as a file that can be planned itself once its values are repaired. Of text and
 * CSV that is CSV, whose first column is named like the one that was read; of NDJSON it is NDJSON, whose `entry` is
 * what is read. A line that was no entry at all has an empty one, so that it is refused again until somebody fills
 * it in, and what it said stands beside it as `text`.
 */
import { access, open, rename, rm, type FileHandle } from 'node:fs/promises';
import type { Clock } from '../../clock.ts';
import type { BadEntry } from '../entries/entries.ts';
import type { Format } from '../entries/format.ts';

/** So many are told one by one; more than that go into a file of their own accord. */
const mostTold = 20;
/** Of a value: longer ones are cut, and their mark makes them longer than any id or URL that is accepted. */
const mostCharacters = 2_048;
/** Written at once. */
const buffered = 65_536;

export interface RejectsOptions {
  readonly clock: Clock;
  /** Of the input. */
  readonly format: Format;
  /** The column that was read, of a CSV input. */
  readonly column?: string | undefined;
  /** Absolute; its file must not exist, and holds every bad line there is. */
  readonly path?: string | undefined;
  /** Where they go beyond the first 20 if there is no `path`: `a.rejects.csv`, or `a.rejects-2.csv` if that exists. */
  readonly otherwise: string;
}

export interface Rejects {
  /** In the input's order; what it returns is to be awaited before the next. */
  add(line: BadEntry): Promise<void> | undefined;
  readonly total: number;
  /** The first 20. */
  readonly first: readonly BadEntry[];
  /** The file is complete: answers its path if there is one. */
  finish(): Promise<string | undefined>;
  /** Nothing of it is left. */
  discard(): Promise<void>;
}

/** The file can't be written there; the message says what can be done. */
export class NoRejects extends Error {
  override readonly name = 'NoRejects';
}

/** `ids.csv.gz` → `ids.rejects.csv`; `-` → `rejects.csv` */
export function rejectsOf(file: string, format: Format): string {
  const stem = file === '-' ? '' : file.replace(/\.gz$/i, '').replace(/(\.rejects(-\d+)?)?\.[^./\\]*$/, '');
  return `${stem}${stem === '' ? '' : '.'}rejects${endings[format]}`;
}

const endings = { text: '.csv', csv: '.csv', ndjson: '.ndjson' } as const;

/** Rejects with NoRejects. */
export async function createRejects(options: RejectsOptions): Promise<Rejects> {
  const { clock, format, column, path, otherwise } = options;
  if (path !== undefined) await refuseUnfit(path, endings[format]);
  const temporary = `${path ?? otherwise}.${clock.id()}.part`;
  const line = format === 'ndjson' ? jsonLine : csvLine;
  const first: BadEntry[] = [];
  let total = 0;
  let waiting = format === 'ndjson' ? '' : head(column ?? 'id');
  let file: FileHandle | undefined;

  const needed = () => total > (path === undefined ? mostTold : 0);
  async function flush(): Promise<void> {
    const text = waiting;
    waiting = '';
    file ??= await opened(temporary);
    await file.appendFile(text);
  }
  return {
    first,
    get total() {
      return total;
    },
    add(bad) {
      total++;
      if (first.length < mostTold) first.push(bad);
      waiting += line(bad);
      // At once where the file is begun: one that can't be written should not be found out at the end.
      return needed() && (!file || waiting.length >= buffered) ? flush() : undefined;
    },
    async finish() {
      if (!needed()) return undefined;
      await flush();
      await file?.sync();
      await file?.close();
      file = undefined;
      return named(temporary, path, otherwise);
    },
    async discard() {
      await file?.close();
      file = undefined;
      await rm(temporary, { force: true });
    },
  };
}

async function refuseUnfit(path: string, ending: string): Promise<void> {
  if (!path.toLowerCase().endsWith(ending))
    throw new NoRejects(`${path} can't be planned again: give the rejects a name that ends with ${ending}`);
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists) throw taken(path);
}

const taken = (path: string): NoRejects =>
  new NoRejects(`${path} exists: move it away, or give the rejects another name`);

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    const { code = '' } = error as { code?: string };
    throw new NoRejects(`${path} can't be written (${code}): give the rejects another place`, {
      cause: error,
    });
  }
}

/** The name is taken as an empty file first: renaming alone would put it in the place of somebody's file. */
async function named(temporary: string, path: string | undefined, otherwise: string): Promise<string> {
  for (let n = 1; ; n++) {
    const name = path ?? (n === 1 ? otherwise : otherwise.replace(/(\.[a-z]+)$/, `-${n}$1`));
    try {
      await (await open(name, 'wx')).close();
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
      if (path === undefined) continue;
      throw taken(path);
    }
    await rename(temporary, name).catch(async (error: unknown) => {
      await rm(name, { force: true });
      throw error;
    });
    return name;
  }
}

const cut = (text: string): string =>
  text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;

/** A second column of the first one's name would make it unreadable by name. */
const head = (column: string): string =>
  csvRow([column, ...['line', 'problem', 'remedy', 'text'].map((each) => (each === column ? '' : each))]);

function csvLine({ at, text, problem, remedy, value }: BadEntry): string {
  // An object is written out, as it is read from a cell.
  const cell =
    typeof value === 'string' ? cut(value) : isWhole(value, text) ? JSON.stringify(value) : undefined;
  return csvRow([cell ?? '', String(at), problem, remedy, cell === undefined ? cut(text) : '']);
}

const csvRow = (cells: readonly string[]): string =>
  `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;

function jsonLine({ at, text, problem, remedy, value }: BadEntry): string {
  const rest = { line: at, problem, remedy };
  const line = isWhole(value, text) ? { entry: value, ...rest } : { entry: null, ...rest, text: cut(text) };
  return `${JSON.stringify(line)}\n`;
}

/** Judged by its text first: what is that short can't be nested so deep that nobody could walk it. */
const isWhole = (value: unknown, text: string): boolean =>
  value !== undefined && value !== null && text.length <= mostCharacters && isExact(value);

/** A number of more digits than a double holds is another one already; the line's text has it still. */
const isExact = (value: unknown): boolean =>
  typeof value === 'number'
    ? Number.isSafeInteger(value)
    : typeof value !== 'object' || value === null || Object.values(value).every(isExact);
