/**
 * CSV, block by block: blocks hold whole lines, so that each is read at once and nothing but a record that goes on
 * in the next block is kept. Quotes that are broken are a bad line only where that line plainly is a record of its
 * own. Elsewhere nobody can tell what belongs to it, and text from the middle of a cell might be taken for an id:
 * there the input ends as unreadable.
 */
import { CsvError, parse } from 'csv-parse/sync';
import { longestLine, type Block } from './blocks.ts';
import { Unreadable } from './bytes.ts';
import { tooLong, type BadEntry } from './entry.ts';

/** No CSV, or not with the column that was asked for. */
export class NotCsv extends Unreadable {
  override readonly name = 'NotCsv';
}

/** Nothing on from this line can be told. */
export const brokenAt = (line: number, why: string): NotCsv =>
  new NotCsv(
    `is not CSV at line ${line} (${why}): ` +
      `a quote inside a cell is written twice, and such a cell stands in quotes`,
  );

export interface CsvRecord {
  /** The line on which it begins. */
  readonly at: number;
  readonly cells: readonly string[];
}

/** Most bytes of a record, over all of its lines: a quote that opens and never closes should be found early. */
const longestRecord = 16 * longestLine;
const notClosed = 'CSV_QUOTE_NOT_CLOSED';

/** `strict`: broken quotes always end the input. */
export async function* recordsOf(
  blocks: AsyncIterable<Block>,
  strict: boolean,
): AsyncGenerator<readonly (CsvRecord | BadEntry)[]> {
  let at = 1;
  /** A record that began on line `at` and goes on. */
  let open: Buffer = Buffer.alloc(0);
  for await (const block of blocks) {
    if (!Buffer.isBuffer(block)) {
      if (open.length > 0 || block.quotes % 2 === 1) throw brokenAt(at, words(notClosed));
      yield [tooLong(at++, block)];
      continue;
    }
    const read = readBlock(open.length > 0 ? Buffer.concat([open, block]) : block, at, strict);
    yield read.records;
    ({ at, open } = read);
    if (open.length > longestRecord) break;
  }
  if (open.length > 0) throw brokenAt(at, words(notClosed));
}

interface ReadBlock {
  readonly records: readonly (CsvRecord | BadEntry)[];
  readonly at: number;
  readonly open: Buffer;
}

function readBlock(block: Buffer, first: number, strict: boolean): ReadBlock {
  const records: (CsvRecord | BadEntry)[] = [];
  let at = first;
  let from = 0;
  /** Goes on to the record that ends at `end`, or to the block's end, and past empty lines. */
  const skipEmpty = () => {
    for (;;) {
      if (block[from] === 0x0a) from += 1;
      else if (block[from] === 0x0d && block[from + 1] === 0x0a) from += 2;
      else return;
      at++;
    }
  };
  while (from < block.length) {
    const start = from;
    const error = parseInto(block.subarray(start), {}, (cells, end) => {
      skipEmpty();
      records.push({ at, cells });
      at += lineEnds(block, from, start + end);
      from = start + end;
    });
    skipEmpty();
    if (error === notClosed) return { records, at, open: block.subarray(from) };
    if (error === undefined) break;
    const end = block.indexOf(0x0a, from);
    const line = block.subarray(from, end < 0 ? block.length : end);
    if (strict || parseInto(line, { relax_quotes: true }) !== undefined) throw brokenAt(at, words(error));
    records.push({
      at: at++,
      text: line.toString().replace(/\r$/, ''),
      problem: `is not CSV (${words(error)})`,
      remedy: 'Write a quote inside a cell twice, and put such a cell in quotes.',
    });
    from += line.length + 1;
  }
  return { records, at, open: Buffer.alloc(0) };
}

/** Answers the code of what ended it early; `onRecord` is told where the record and its line end, in bytes. */
function parseInto(
  bytes: Buffer,
  more: { readonly relax_quotes?: boolean },
  onRecord: (cells: readonly string[], end: number) => void = () => undefined,
): string | undefined {
  try {
    parse(bytes, {
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
      ...more,
      on_record(cells: readonly string[], { bytes: end }) {
        onRecord(cells, end);
        return null;
      },
    });
    return undefined;
  } catch (error) {
    if (error instanceof CsvError) return error.code;
    throw error;
  }
}

function lineEnds(bytes: Buffer, from: number, to: number): number {
  let ends = 0;
  for (let at = bytes.indexOf(0x0a, from); at >= 0 && at < to; at = bytes.indexOf(0x0a, at + 1)) ends++;
  return ends;
}

const words = (code: string): string => code.replace(/^CSV_/, '').toLowerCase().replaceAll('_', ' ');
