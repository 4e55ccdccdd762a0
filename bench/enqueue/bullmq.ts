/** As who has no ledger does it: `addBulk` in thousands, a job for each id. `URL COUNT`; answers one line of JSON. */
import { performance } from 'node:perf_hooks';
import { Queue } from 'bullmq';
import { idsOf } from '../ids.ts';

const [url = '', count = ''] = process.argv.slice(2);
const { hostname: host, port } = new URL(url);
const queue = new Queue('enqueue-bench', { connection: { host, port: Number(port) } });
await queue.waitUntilReady();
const ids = idsOf('b', Number(count));
const began = performance.now();
for (let at = 0; at < ids.length; at += 1_000)
  await queue.addBulk(ids.slice(at, at + 1_000).map((id) => ({ name: 'delete', data: { id } })));
process.stdout.write(`${JSON.stringify({ ms: performance.now() - began })}\n`);
await queue.close();
