/** A service with `expunge/producer`: thousands of ids, one call after the other. `PROGRAM CONFIG COUNT`; one line of JSON. */
import { performance } from 'node:perf_hooks';
import type * as Library from '../../src/producers/producer.ts';
import { idsOf } from '../ids.ts';

const [program = '', config = '', count = ''] = process.argv.slice(2);
const { createProducer } = (await import(program)) as typeof Library;
const producer = await createProducer({ config, requester: 'bench' });
const ids = idsOf('l', Number(count));
const began = performance.now();
let accepted = 0;
for (let at = 0; at < ids.length; at += 1_000) {
  const part = ids.slice(at, at + 1_000);
  const asked = { account: 'acc', operation: 'alibaba.vod.delete-video', ids: part, reason: 'measured' };
  accepted += (await producer.enqueue(asked)).accepted;
}
if (accepted !== ids.length) throw new Error(`${accepted} of ${ids.length} were accepted`);
process.stdout.write(`${JSON.stringify({ ms: performance.now() - began })}\n`);
await producer.close();
