/**
 * Ids from a file or from standard input, named as a person knows them. What makes an input unreadable ends the
 * command; what is wrong with single lines is for the command to tell.
 */
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { Unreadable } from '../entries/bytes.ts';
import { NotCsv } from '../entries/csv.ts';
import {
  isBad,
  readEntries,
  type BadEntry,
  type Batch,
  type Entry,
  type EntryStream,
} from '../entries/entries.ts';
import { formatOf, type Format } from '../entries/format.ts';
import type { Input } from './program.ts';
import { CommandError, exits } from './terminal.ts';
import { shortened } from '../wording.ts';

export type { BadEntry, Entry };

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
  /** By the file's name if left out. */
  readonly format?: Format | undefined;
  /** Most that is read, unpacked. */
  readonly megabytes?: number;
}

/** All of a file, every line of it. */
export async function fromFile(
  file: string,
  { megabytes = mostMegabytes, ...options }: FileOptions,
): Promise<Entries> {
  const { source, batches } = await openEntries(file, { ...options, megabytes, strict: true });
  const entries: Entry[] = [];
  const bad: BadEntry[] = [];
  for await (const batch of batches)
    for (const each of batch)
      if (isBad(each)) bad.push(each);
      else entries.push(each);
  return { unit: 'line', source, entries, bad };
}

export interface OpenEntries extends EntryStream {
  /** As in `Entries`. */
  readonly source: string;
  readonly format: Format;
}

/** `file` is relative to `cwd`; `-` is standard input. Ends the command where it can't be read, then or later. */
export async function openEntries(
  file: string,
  {
    cwd,
    stdin,
    column,
    format = formatOf(file).format,
    ...more
  }: FileOptions & { readonly strict?: boolean },
): Promise<OpenEntries> {
  const name = shortened(file, 200);
  if (column !== undefined && format !== 'csv')
    throw new CommandError(`--column goes with .csv files only; ${name} is none`, exits.usage);
  const bytes = file === '-' ? bytesOf(stdin) : createReadStream(resolve(cwd, file));
  const { gzip } = formatOf(file);
  const from = file === '-' ? 'standard input' : name;
  const stream = await readEntries(bytes, { format, gzip, column, ...more }).catch((error: unknown) =>
    fail(error, from),
  );
  const source = stream.column === undefined ? from : `${from}, column "${shortened(stream.column)}"`;
  return { ...stream, batches: named(stream.batches, from), source, format };
}

async function* bytesOf(stdin: Input): AsyncGenerator<Uint8Array> {
  for await (const part of stdin) yield Buffer.from(part);
}

async function* named(batches: AsyncIterable<Batch>, from: string): AsyncGenerator<Batch> {
  try {
    yield* batches;
  } catch (error) {
    fail(error, from);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a directory',
  EACCES: 'may not be read by this user',
};

/** What is no fault of the input is ours, and goes on. */
function fail(error: unknown, from: string): never {
  const { code, message } = error as Error & { code?: string };
  if (error instanceof NotCsv) throw new CommandError(`${from} ${message}`, exits.usage);
  const input = from === 'standard input' ? from : `the file ${from}`;
  if (error instanceof Unreadable) throw new CommandError(`${input} ${message}`, exits.usage);
  if (code === undefined) throw error;
  throw new CommandError(`${input} ${reasons[code] ?? `can't be read (${code})`}`, exits.usage);
}
