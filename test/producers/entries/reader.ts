/** Reads a long made-up input in a process of its own, and answers how far its memory grew, in megabytes. */
import { readEntries } from '../../../src/producers/entries/entries.ts';
import type { Format } from '../../../src/producers/entries/format.ts';

const [format = 'text', line = '', megabytes = '0'] = process.argv.slice(2);

async function* input(size: number): AsyncGenerator<Uint8Array> {
  if (format === 'csv') yield Buffer.from('id\n');
  const part = Buffer.from(line.repeat(Math.floor(65_536 / line.length)));
  for (let sent = 0; sent < size * 2 ** 20; sent += part.length) yield Buffer.from(part);
}

let most = 0;
async function read(size: number): Promise<number> {
  const { batches } = await readEntries(input(size), { format: format as Format, gzip: false });
  let entries = 0;
  for await (const batch of batches) entries += batch.length;
  most = Math.max(most, process.memoryUsage().rss);
  return entries;
}

// What the runtime takes for itself it has taken by then.
await read(16);
const before = most;
const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
const entries = await read(Number(megabytes));
clearInterval(watch);
console.log(JSON.stringify({ entries, grown: (most - before) / 2 ** 20 }));
