/**
 * The body of a campaign: a list of any length, read as it comes and no faster than the ledger takes it. What breaks
 * off plans nothing.
 */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readEntries, type EntryStream } from '../entries/entries.ts';
import type { BadEntry } from '../entries/entry.ts';
import type { Format } from '../entries/format.ts';
import { invalid, Refusal } from '../problem.ts';

const formats: Readonly<Record<string, Format>> = {
  'text/plain': 'text',
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
};

export const mediaTypes: readonly string[] = Object.keys(formats);

/** Bodies of these types reach the routes as streams, without a limit; bodies of others do not reach them. */
export function acceptStreams(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...mediaTypes], (_request, payload, done) => done(null, payload));
}

/** Rejects with Unreadable, or a Refusal, where it can't even be begun. */
export async function listOf(request: FastifyRequest, column: string | undefined): Promise<EntryStream> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const format = formats[type];
  if (!format)
    throw new Refusal('media-type', `Send the list as the body, with Content-Type ${mediaTypes.join(', ')}.`);
  const coding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (!['identity', 'gzip', 'x-gzip'].includes(coding))
    throw new Refusal('media-type', 'Send the body as it is, or with Content-Encoding: gzip.');
  if (column !== undefined && format !== 'csv')
    throw invalid([{ parameter: 'column', problem: 'goes with text/csv only', remedy: 'leave it out' }]);
  const gzip = coding !== 'identity';
  // No body at all is an empty list.
  const body = (request.body as Readable | undefined) ?? Readable.from([]);
  return readEntries(bytesOf(body), { format, gzip, column });
}

/** Left early, it leaves the connection open: whoever sent the list should hear why it was not read to its end. */
const bytesOf = (body: Readable): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => body.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>,
});

const mostCharacters = 200;

/** The first bad lines, as many as an answer has room for. */
export function badLines(most: number) {
  const first: BadEntry[] = [];
  return {
    first,
    add({ at, text, problem, remedy }: BadEntry): void {
      if (first.length >= most) return;
      // A copy: a piece of a text keeps all of it in memory, which here is a whole block of lines.
      const cut = Buffer.from(text.slice(0, mostCharacters)).toString();
      first.push({ at, text: cut, problem, remedy });
    },
  };
}
