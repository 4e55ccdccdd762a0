/** The list of a campaign, from wherever it comes, as the bytes of a body; sent again only if it can be read again. */

export type ListFormat = 'text' | 'csv' | 'ndjson';

export type List =
  /** A path, read anew for each attempt. Its name tells the format (`.csv`, `.ndjson`, else text) and `.gz`. */
  | { readonly file: string }
  /** One line each, without line breaks: ids, or what `format` says. Arrays are read anew, streams once. */
  | { readonly lines: Iterable<string> | AsyncIterable<string>; readonly format?: ListFormat }
  /** As they stand, sent once; `gzip` says that they are. */
  | { readonly bytes: AsyncIterable<Uint8Array>; readonly format?: ListFormat; readonly gzip?: boolean };

export interface ListBody {
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where it can't be read again. */
  readonly stream: () => AsyncIterable<Uint8Array> | undefined;
}

const types = { text: 'text/plain', csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;

/** Lines go in pieces of about so many characters: a piece a line would cost a hundred times as much. */
const pieceLength = 65_536;

export function bodyOf(list: List): ListBody {
  if ('file' in list) {
    const [, ending, gz] = /(?:\.([^./]+?))?(\.gz)?$/i.exec(list.file.toLowerCase()) ?? [];
    const format = ending === 'csv' ? 'csv' : ending === 'ndjson' || ending === 'jsonl' ? 'ndjson' : 'text';
    return { headers: headersOf(format, gz !== undefined), stream: () => fileBytes(list.file) };
  }
  if ('bytes' in list)
    return { headers: headersOf(list.format, list.gzip), stream: oneTime(() => list.bytes) };
  const stream = () => pieces(list.lines);
  return { headers: headersOf(list.format), stream: Array.isArray(list.lines) ? stream : oneTime(stream) };
}

const headersOf = (format: ListFormat = 'text', gzip = false) => ({
  'content-type': types[format],
  ...(gzip && { 'content-encoding': 'gzip' }),
});

function oneTime(make: () => AsyncIterable<Uint8Array>): ListBody['stream'] {
  let used = false;
  return () => {
    if (used) return undefined;
    used = true;
    return make();
  };
}

async function* fileBytes(file: string): AsyncGenerator<Uint8Array> {
  // Loaded only here: all else needs no more than a browser has.
  const { createReadStream } = await import('node:fs');
  yield* createReadStream(file) as AsyncIterable<Uint8Array>;
}

async function* pieces(lines: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let at = 0;
  let piece = '';
  for await (const line of lines) {
    at++;
    // Two ids where one was meant would both be deleted.
    if (/[\r\n]/.test(line))
      throw new TypeError(`line ${at} of the list holds a line break: give one entry a line`);
    piece += `${line}\n`;
    if (piece.length < pieceLength) continue;
    yield encoder.encode(piece);
    piece = '';
  }
  if (piece !== '') yield encoder.encode(piece);
}
