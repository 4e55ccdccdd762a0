/** An input's bytes on their way to being lines: counted and hashed as they stand, unpacked, bounded, told apart. */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** An input that can't be read to its end; the message ends a sentence that begins with the input's name. */
export class Unreadable extends Error {
  override readonly name: string = 'Unreadable';
}

/** Of an input as it stands in its file, packed or not. */
export interface Fingerprint {
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface Fingerprinted {
  readonly bytes: AsyncGenerator<Uint8Array>;
  /** Once the bytes have ended. */
  fingerprint(): Fingerprint;
}

export function fingerprinted(source: AsyncIterable<Uint8Array>): Fingerprinted {
  const hash = createHash('sha256');
  let bytes = 0;
  let sha256: string | undefined;
  async function* read() {
    for await (const part of source) {
      hash.update(part);
      bytes += part.length;
      yield part;
    }
    sha256 = hash.digest('hex');
  }
  return {
    bytes: read(),
    fingerprint() {
      if (sha256 === undefined) throw new Error('the input was not read to its end');
      return { sha256, bytes };
    },
  };
}

/** Gunzip, of one member or several; whatever else follows them is damage, and is not passed over. */
export async function* unpacked(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  let given = 0;
  const fed = pipeline(async function* () {
    for await (const part of source) {
      given += part.length;
      yield part;
    }
  }, gunzip);
  // Its error is gunzip's, which is the one that we read.
  fed.catch(() => undefined);
  try {
    yield* gunzip;
    await fed;
  } catch (error) {
    const { code = '' } = error as { code?: string };
    // Gunzip closes early on bytes that it leaves alone, such as zeros behind a member.
    if (!code.startsWith('Z_') && code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    throw new Unreadable('is not gzip, or was cut off', { cause: error });
  }
  if (gunzip.bytesWritten !== given) throw new Unreadable('is not gzip, or was cut off');
}

export async function* bounded(
  source: AsyncIterable<Uint8Array>,
  megabytes: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const part of source) {
    bytes += part.length;
    if (bytes > megabytes * 2 ** 20) throw new Unreadable(`is larger than ${megabytes} MB: split it`);
    yield part;
  }
}

/** How files begin that are no UTF-8, whatever follows: by their first bytes, in hexadecimal. */
const strangers = [
  [/^(fffe|feff)/, 'is UTF-16: save it as UTF-8'],
  [/^1f8b/, 'is gzip: unpack it, or say that it is (a name that ends with .gz, Content-Encoding: gzip)'],
] as const;
const utf8Mark = 'efbbbf';

/** Without the mark that some programs begin UTF-8 with. */
export async function* utf8(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array();
  for await (const part of source) {
    if (!head) yield part;
    else {
      head = Buffer.concat([head, part]);
      if (head.length < utf8Mark.length / 2) continue;
      yield withoutMark(head);
      head = undefined;
    }
  }
  if (head) yield withoutMark(head);
}

function withoutMark(head: Uint8Array): Uint8Array {
  const begins = Buffer.from(head.subarray(0, 3)).toString('hex');
  for (const [mark, problem] of strangers) if (mark.test(begins)) throw new Unreadable(problem);
  return begins === utf8Mark ? head.subarray(3) : head;
}
