/** Bytes cut into blocks of whole lines, so that whoever reads them never holds more than a block. */

/** Most bytes of a line, of a block too: no id is nearly as long, and rows of a table hardly ever. */
export const longestLine = 65_536;

/** A line longer than that: never held, only its beginning. */
export interface LongLine {
  /** Its first 2,048 bytes, as text. */
  readonly text: string;
  /** How many double quotes stand on it: an odd number may open a cell that goes on. */
  readonly quotes: number;
}

/** Bytes of lines with their ends; only the input's last line may lack its own. */
export type Block = Buffer | LongLine;

const lineEnd = 0x0a;
const quote = 0x22;

export async function* blocksOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Block> {
  let rest = Buffer.alloc(0);
  let long: LongLine | undefined;
  for await (const part of source) {
    const bytes = Buffer.concat([rest, part]);
    let from = 0;
    for (;;) {
      if (long) {
        const end = bytes.indexOf(lineEnd, from);
        const more = bytes.subarray(from, end < 0 ? bytes.length : end);
        long = { text: long.text, quotes: long.quotes + quotesIn(more) };
        from += more.length;
        if (end < 0) break;
        yield long;
        long = undefined;
        from++;
      }
      const end = bytes.subarray(from, from + longestLine + 1).lastIndexOf(lineEnd);
      if (end >= 0) {
        yield bytes.subarray(from, from + end + 1);
        from += end + 1;
      } else if (bytes.length - from > longestLine)
        long = { text: beginning(bytes.subarray(from, from + 2_048)), quotes: 0 };
      else break;
    }
    rest = bytes.subarray(from);
  }
  if (long) yield long;
  else if (rest.length > 0) yield rest;
}

/** A character that the cut went through is left out. */
const beginning = (bytes: Buffer): string => new TextDecoder().decode(bytes, { stream: true });

function quotesIn(bytes: Buffer): number {
  let quotes = 0;
  for (let at = bytes.indexOf(quote); at >= 0; at = bytes.indexOf(quote, at + 1)) quotes++;
  return quotes;
}
