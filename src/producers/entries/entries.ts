/**
 * Ids from a stream of bytes: text with one id a line, CSV with a header line, or NDJSON, each also gzipped. Only a
 * block of lines and a batch of entries are held, however long the input is. Each entry keeps the line it stood on,
 * a CSV record the one it begins on. A line that can't be read is a bad entry among the others and ends nothing;
 * an input that breaks off, is damaged or is no UTF-8 at all rejects, with Unreadable where its content is at fault.
 */
import { shortened } from '../wording.ts';
import { blocksOf, type Block } from './blocks.ts';
import { bounded, fingerprinted, unpacked, utf8, type Fingerprint } from './bytes.ts';
import { brokenAt, NotCsv, recordsOf } from './csv.ts';
import { isBad, readCell, readJson, readText, tooLong, type BadEntry, type Entry } from './entry.ts';
import type { Format } from './format.ts';

export type Batch = readonly (Entry | BadEntry)[];

export interface EntriesOptions {
  readonly format: Format;
  readonly gzip: boolean;
  /** Of a CSV input; the first if left out. */
  readonly column?: string | undefined;
  /** Most that is read, unpacked; no bound if left out. */
  readonly megabytes?: number | undefined;
  /** A CSV record whose quotes are broken makes the input unreadable, instead of being a bad entry. */
  readonly strict?: boolean | undefined;
  /** Entries in a batch, the last one excepted. */
  readonly batch?: number | undefined;
}

export interface EntryStream {
  /** The name of the column that is read; only CSV has one. */
  readonly column: string | undefined;
  /** In the input's order. To be read to its end, or left with `return()`. */
  readonly batches: AsyncGenerator<Batch>;
  /** Once the batches have ended. */
  fingerprint(): Fingerprint;
}

/** Resolves when the first batch is there; rejects where the input can't even be begun. */
export async function readEntries(
  source: AsyncIterable<Uint8Array>,
  { format, gzip, column, megabytes = Infinity, strict = false, batch = 1_024 }: EntriesOptions,
): Promise<EntryStream> {
  const { bytes, fingerprint } = fingerprinted(source);
  const blocks = blocksOf(utf8(bounded(gzip ? unpacked(bytes) : bytes, megabytes)));
  let named: string | undefined;
  const parts =
    format === 'csv'
      ? fromCsv(recordsOf(blocks, strict), column, (name) => (named = name))
      : fromLines(blocks, format === 'ndjson' ? readJson : readText);
  const batches = await begun(inBatches(parts, batch));
  return { column: named, batches, fingerprint };
}

/** Lines end with LF or CRLF; a lone CR is a character like others. Lines without any are skipped. */
async function* fromLines(blocks: AsyncIterable<Block>, read: typeof readText): AsyncGenerator<Batch> {
  let at = 1;
  for await (const block of blocks) {
    if (!Buffer.isBuffer(block)) {
      yield [tooLong(at++, block)];
      continue;
    }
    const lines = block.toString('utf8').split('\n');
    const found: (Entry | BadEntry)[] = [];
    for (const [index, line] of lines.entries()) {
      const text = line.endsWith('\r') ? line.slice(0, -1) : line;
      if (text !== '') found.push(read(at + index, text));
    }
    yield found;
    // What follows the block's last line end is the next block's first line.
    at += lines.length - 1;
  }
}

async function* fromCsv(
  records: ReturnType<typeof recordsOf>,
  column: string | undefined,
  onColumn: (name: string) => void,
): AsyncGenerator<Batch> {
  let place: number | undefined;
  for await (const part of records) {
    const found: (Entry | BadEntry)[] = [];
    for (const each of part) {
      if (place === undefined) {
        if ('problem' in each) throw brokenAt(each.at, each.problem);
        place = placeOf(each.cells, column);
        onColumn(each.cells[place] ?? '');
      } else found.push('problem' in each ? each : cellOf(each.at, each.cells, place));
    }
    yield found;
  }
  // Not even a heading: a column that was asked for is missing all the same.
  if (place === undefined) placeOf([], column);
}

function cellOf(at: number, cells: readonly string[], place: number): Entry | BadEntry {
  const cell = cells[place];
  if (cell !== undefined) return readCell(at, cell);
  return { at, text: cells.join(','), problem: `has no column ${place + 1}`, remedy: 'Complete the line.' };
}

function placeOf(columns: readonly string[], column: string | undefined): number {
  if (column === undefined) return 0;
  const place = columns.indexOf(column);
  if (place < 0) {
    const known = columns.map((each) => shortened(each)).join(', ');
    throw new NotCsv(`has no column "${shortened(column)}"; it has: ${known}`);
  }
  if (columns.includes(column, place + 1)) throw new NotCsv(`has two columns "${shortened(column)}"`);
  return place;
}

async function* inBatches(parts: AsyncIterable<Batch>, size: number): AsyncGenerator<Batch> {
  let held: (Entry | BadEntry)[] = [];
  for await (const part of parts) {
    for (const each of part) {
      held.push(each);
      if (held.length < size) continue;
      yield held;
      held = [];
    }
  }
  if (held.length > 0) yield held;
}

/** The same, after its first step. */
async function begun<T>(steps: AsyncGenerator<T>): Promise<AsyncGenerator<T>> {
  const first = await steps.next();
  return (async function* () {
    try {
      if (!first.done) yield first.value;
      yield* steps;
    } finally {
      await steps.return(undefined);
    }
  })();
}

export { isBad, type BadEntry, type Entry };
