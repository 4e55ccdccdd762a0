/** Rows to a new file with its SHA-256 beside it, or to stdout; page by page, as fast as they are taken. */
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import { formats, render, sumLine, type Format, type ReportRow } from '../campaign/report.ts';
import { createNewFile, FileExists, type NewFile } from '../new-file.ts';
import type { Context } from './program.ts';
import { CommandError, exits } from './terminal.ts';
import { count, grouped, shortened } from '../wording.ts';

export interface OutputFlags {
  readonly format?: Format;
  readonly output?: string;
}

/** What was written: the rows' bytes have this SHA-256. */
export interface Written {
  readonly rows: number;
  /** Of these rows, how many ended how; `open` for those that did not. */
  readonly counts: Readonly<Record<string, number>>;
  readonly format: Format;
  readonly sha256: string;
  /** Null where they went to stdout. */
  readonly file: string | null;
  readonly sumFile: string | null;
}

export const addOutputFlags = (command: Command): Command =>
  command
    .addOption(
      new Option('--format <format>', 'default: what the file is named for, else csv').choices(formats),
    )
    .option('-o, --output <file>', 'a new file; its SHA-256 goes into FILE.sha256 (default: stdout)');

/** Rows between JSON can only be JSON. */
export function formatOf({ terminal }: Context, { format, output }: OutputFlags): Format {
  if (output === undefined && terminal.json) {
    if (format === 'csv')
      throw new CommandError('--json writes NDJSON to stdout: name a file with -o for CSV', exits.usage);
    return 'ndjson';
  }
  return format ?? (output?.toLowerCase().endsWith('.ndjson') ? 'ndjson' : 'csv');
}

export async function writeRows(
  context: Context,
  flags: OutputFlags,
  pages: AsyncIterable<readonly ReportRow[]>,
): Promise<Written> {
  const { terminal, clock, cwd, stopped } = context;
  const { output } = flags;
  const format = formatOf(context, flags);
  const path = output === undefined ? undefined : resolve(cwd, output);
  const part = clock.id();
  const file = path === undefined ? undefined : await fresh(path, part);
  const sums = path === undefined ? undefined : await fresh(`${path}.sha256`, part, file);
  const hash = createHash('sha256');
  const counts: Record<string, number> = {};
  let rows = 0;

  const write = async (text: string): Promise<void> => {
    hash.update(text);
    await (file ? file.write(text) : terminal.write(text));
  };
  try {
    const { head, row } = render[format];
    if (head !== '') await write(head);
    for await (const page of pages) {
      if (stopped.aborted) break;
      for (const { settlement } of page)
        counts[settlement ?? 'open'] = (counts[settlement ?? 'open'] ?? 0) + 1;
      rows += page.length;
      await write(page.map(row).join(''));
      if (file) terminal.draw(`${count(rows, 'row')} written`);
    }
    if (stopped.aborted) throw new CommandError(brokenOff(output, rows), exits.failed);
    const sha256 = hash.digest('hex');
    if (path !== undefined) await sums?.write(sumLine(sha256, basename(path)));
    // The sum first: where the file stands, it can be verified.
    await sums?.keep();
    await file?.keep();
    const named = { file: path ?? null, sumFile: path === undefined ? null : `${path}.sha256` };
    return { rows, counts, format, sha256, ...named };
  } catch (error) {
    throw problem(error, output ?? '');
  } finally {
    await file?.drop();
    await sums?.drop();
  }
}

/** `12 deleted, 3 absent` */
export const countsText = (counts: Written['counts']): string =>
  Object.entries(counts)
    .map(([state, n]) => `${grouped(n)} ${state}`)
    .join(', ');

async function fresh(path: string, part: string, opened?: NewFile): Promise<NewFile> {
  try {
    return await createNewFile(path, part);
  } catch (error) {
    await opened?.drop();
    throw problem(error, path);
  }
}

/** Faults of the file's place, in words; whatever else it is stays as it is. */
function problem(error: unknown, path: string): unknown {
  if (error instanceof FileExists)
    return new CommandError(
      `${shortened(error.message, 200)} exists and is not written over: name a new file, or remove it first`,
      exits.usage,
    );
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  const message = `${shortened(path, 200)} can't be written (${code}): name another file, or repair its folder`;
  return new CommandError(message, code === 'ENOSPC' ? exits.failed : exits.usage);
}

const brokenOff = (output: string | undefined, rows: number): string =>
  output === undefined
    ? `Stopped after ${count(rows, 'row')}: what went to stdout is not all of it.`
    : 'Stopped: nothing was written.';
