/**
 * The least that a job costs: a BullMQ worker whose processor is empty, on jobs that are ours to the letter and kept
 * as long. Arguments as JSON; answers one line of JSON.
 */
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { systemClock } from '../../src/clock.ts';
import { onFirstCore } from './cores.ts';
import type { Spent } from './undici.ts';

export interface Jobs {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly queue: string;
  /** Twice as many wait in the queue: the first half is to warm up. */
  readonly jobs: number;
  readonly concurrency: number;
}

const [text = '{}'] = process.argv.slice(2);
const { redisUrl, prefix, queue, jobs, concurrency } = JSON.parse(text) as Jobs;
const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
const kept = {
  removeOnComplete: { age: 3_600, count: 1_000 },
  removeOnFail: { age: 7 * 86_400, count: 10_000 },
};

onFirstCore(process.pid);
const worker = new Worker(queue, async () => undefined, { connection, prefix, concurrency, ...kept });
const spent = await new Promise<Spent>((resolve) => {
  let done = 0;
  let began = { at: 0, cpu: process.cpuUsage() };
  worker.on('completed', () => {
    done++;
    if (done === jobs) began = { at: systemClock.monotonic(), cpu: process.cpuUsage() };
    if (done !== 2 * jobs) return;
    const { user, system } = process.cpuUsage(began.cpu);
    resolve({ cpuMs: (user + system) / 1_000, ms: systemClock.monotonic() - began.at });
  });
});
process.stdout.write(`${JSON.stringify(spent)}\n`);
await worker.close();
connection.disconnect();
