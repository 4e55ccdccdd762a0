import {
  readEntries,
  type BadEntry,
  type Batch,
  type EntriesOptions,
} from '../../../src/producers/entries/entries.ts';

export async function* parts(content: string | Uint8Array, size = Infinity): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** All that an input is read into, in its order. */
export async function all(
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
  options: Partial<EntriesOptions> = {},
) {
  const source = typeof content === 'string' || content instanceof Uint8Array ? parts(content) : content;
  const stream = await readEntries(source, { format: 'text', gzip: false, ...options });
  const batches: Batch[] = [];
  for await (const batch of stream.batches) batches.push(batch);
  const entries = batches.flat();
  return {
    entries,
    batches,
    column: stream.column,
    fingerprint: stream.fingerprint(),
    good: entries.flatMap((each) => ('problem' in each ? [] : [[each.at, each.value] as const])),
    bad: entries.filter((each): each is BadEntry => 'problem' in each),
  };
}
