/**
 * Ids from a file or from standard input: text with one id a line, CSV with a header line, or NDJSON, each also
 * gzipped. Everything is read before anything is judged, and each entry keeps the line it stood on. Nothing is
 * trimmed or repaired here; what can't be read as an entry at all is a bad line, like one that is refused later.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import type { Input } from './program.ts';
import { CommandError, exits } from './terminal.ts';
import { shortened } from './wording.ts';

/** One entry as it was given: `at` is its line, or its place among the arguments. */
export interface Entry {
  readonly at: number;
  /** As a person would look for it. */
  readonly text: string;
  readonly value: unknown;
}

export interface BadEntry {
  readonly at: number;
  readonly text: string;
  readonly problem: string;
  readonly remedy: string;
}

export interface Entries {
  /** What `at` counts. */
  readonly unit: 'line' | 'argument';
  /** Where they came from, with the column where there is one. */
  readonly source: string;
  readonly entries: readonly Entry[];
  readonly bad: readonly BadEntry[];
}

/** Larger files belong into several requests: all of it is held in memory until it is accepted. */
const mostMegabytes = 256;

export const fromArguments = (ids: readonly string[]): Entries => ({
  unit: 'argument',
  source: 'the arguments',
  entries: ids.map((id, index) => ({ at: index + 1, text: id, value: id })),
  bad: [],
});

interface FileOptions {
  readonly cwd: string;
  readonly stdin: Input;
  /** Of a CSV file; the first if left out. */
  readonly column?: string | undefined;
  /** Most that is read, unpacked. */
  readonly megabytes?: number;
}

/** `file` is relative to `cwd`; `-` is standard input as text. Ends the command where it can't be read. */
export async function fromFile(
  file: string,
  { cwd, stdin, column, megabytes = mostMegabytes }: FileOptions,
): Promise<Entries> {
  const name = shortened(file, 200);
  const bytes = file === '-' ? await readAll(stdin) : await readBytes(resolve(cwd, file), name);
  const text = decode(file.endsWith('.gz') ? await unpack(bytes, name, megabytes) : bytes, name, megabytes);
  const plain = file.replace(/\.gz$/, '').toLowerCase();
  if (plain.endsWith('.csv')) return fromCsv(text, name, column);
  if (column !== undefined)
    throw new CommandError(`--column goes with .csv files only; ${name} is none`, exits.usage);
  const source = file === '-' ? 'standard input' : name;
  const read = plain.endsWith('.ndjson') ? readJson : readText;
  return { unit: 'line', source, ...sorted(linesOf(text).map(read)) };
}

async function readAll(stdin: Input): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stdin) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

async function readBytes(path: string, name: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code = '' } = error as { code?: string };
    const why: Record<string, string> = {
      ENOENT: 'does not exist',
      EISDIR: 'is a directory',
      EACCES: 'may not be read by this user',
    };
    throw new CommandError(`the file ${name} ${why[code] ?? `can't be read (${code})`}`, exits.usage);
  }
}

async function unpack(bytes: Buffer, name: string, most: number): Promise<Buffer> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: most * 2 ** 20 });
  } catch (error) {
    const { code } = error as { code?: string };
    const why = code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(most) : 'is not gzip, or was cut off';
    throw new CommandError(`the file ${name} ${why}`, exits.usage);
  }
}

const tooLarge = (most: number): string => `is larger than ${most} MB: split it`;

function decode(bytes: Buffer, name: string, most: number): string {
  if (bytes.length > most * 2 ** 20)
    throw new CommandError(`the file ${name} ${tooLarge(most)}`, exits.usage);
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff')
    throw new CommandError(`the file ${name} is UTF-16: save it as UTF-8`, exits.usage);
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

/** Lines end with LF or CRLF; a lone CR is a character like others. Lines without any are skipped. */
const linesOf = (text: string): readonly Omit<Entry, 'value'>[] =>
  text
    .split('\n')
    .map((line, index) => ({ at: index + 1, text: line.endsWith('\r') ? line.slice(0, -1) : line }))
    .filter((line) => line.text !== '');

type Line = Omit<Entry, 'value'>;

/** What bytes that are no UTF-8 were read as; an id that held it would name something else. */
const undecoded = (line: Line): BadEntry | undefined =>
  line.text.includes('\uFFFD')
    ? { ...line, problem: 'is not UTF-8', remedy: 'Save the file as UTF-8.' }
    : undefined;

const readText = (line: Line): Entry | BadEntry => undecoded(line) ?? { ...line, value: line.text };

function readJson(line: Line): Entry | BadEntry {
  const bad = undecoded(line);
  if (bad) return bad;
  try {
    return { ...line, value: JSON.parse(line.text) as unknown };
  } catch {
    const remedy = 'Write one id in quotes, or one object, a line.';
    return { ...line, problem: 'is not JSON', remedy };
  }
}

function sorted(all: readonly (Entry | BadEntry)[]): Pick<Entries, 'entries' | 'bad'> {
  const entries: Entry[] = [];
  const bad: BadEntry[] = [];
  for (const each of all)
    if ('value' in each) entries.push(each);
    else bad.push(each);
  return { entries, bad };
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function fromCsv(text: string, name: string, column: string | undefined): Entries {
  const [head, ...records] = parseCsv(text, name);
  const columns = head?.record ?? [];
  const at = column === undefined ? 0 : columns.indexOf(column);
  const known = columns.map((each) => shortened(each)).join(', ');
  if (at < 0)
    throw new CommandError(
      `${name} has no column "${shortened(column ?? '')}"; it has: ${known}`,
      exits.usage,
    );
  if (column !== undefined && columns.indexOf(column, at + 1) >= 0)
    throw new CommandError(`${name} has two columns "${shortened(column)}"`, exits.usage);
  const source = head ? `${name}, column "${shortened(columns[at] ?? '')}"` : name;
  const cells = records.map(({ record, info: { lines } }): Entry | BadEntry => {
    const cell = record[at];
    if (cell !== undefined) return readText({ at: lines, text: cell });
    const problem = `has no column ${at + 1}`;
    return { at: lines, text: record.join(','), problem, remedy: 'Complete the line.' };
  });
  return { unit: 'line', source, ...sorted(cells) };
}

function parseCsv(text: string, name: string): readonly CsvRecord[] {
  try {
    return parse(text, {
      info: true,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as readonly CsvRecord[];
  } catch (error) {
    const { code = '', lines } = error as { code?: string; lines?: number };
    throw new CommandError(
      `${name} is not CSV at line ${lines ?? 1} (${code.replace(/^CSV_/, '').toLowerCase().replaceAll('_', ' ')}): ` +
        `a quote inside a cell is written twice, and such a cell stands in quotes`,
      exits.usage,
    );
  }
}
