/**
 * The least that a call costs: a signed DeleteVideo of 20 ids by undici, so many at a time, and nothing else: no
 * queue, no cap, no ledger, the answer read and parsed and not looked at. Its signature is ours. Arguments as JSON;
 * answers one line of JSON.
 */
import { Pool } from 'undici';
import { systemClock } from '../../src/clock.ts';
import { signAlibaba } from '../../src/providers/alibaba/signature.ts';
import { operationNamed } from '../../src/providers/operations.ts';
import type { Batch, Target } from '../../src/deletion.ts';
import { onFirstCore } from './cores.ts';

export interface Calls {
  readonly url: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** After as many to warm up. */
  readonly calls: number;
  readonly concurrency: number;
}

/** Milliseconds of processor time and of the clock. */
export interface Spent {
  readonly cpuMs: number;
  readonly ms: number;
}

const [text = '{}'] = process.argv.slice(2);
const { url, accessKeyId, accessKeySecret, calls, concurrency } = JSON.parse(text) as Calls;
const operation = operationNamed('alibaba.vod.delete-video');
const site = { region: 'cn-shanghai', endpoint: url };
const credentials = { provider: 'alibaba', accessKeyId, accessKeySecret } as const;
const pool = new Pool(url, { connections: concurrency, pipelining: 1 });
let made = 0;

async function call(): Promise<void> {
  const n = made++;
  const target = (at: number) =>
    ({ by: 'videoId', id: `bare${n}x${at}`, parent: '', options: '' }) as unknown as Target;
  const batch = Array.from({ length: 20 }, (_, at) => target(at)) as unknown as Batch;
  const unsigned = operation.request(batch, site);
  const { method, path, headers } = signAlibaba(
    unsigned,
    credentials,
    systemClock.now(),
    systemClock.nonce(),
  );
  const { statusCode, body } = await pool.request({ method, path, headers });
  const answer = (await body.json()) as { RequestId?: string };
  if (statusCode !== 200 || !answer.RequestId)
    throw new Error(`answered ${statusCode}: ${JSON.stringify(answer)}`);
}

async function all(count: number): Promise<Spent> {
  const last = made + count;
  const began = systemClock.monotonic();
  const spent = process.cpuUsage();
  const caller = async () => {
    while (made < last) await call();
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  const { user, system } = process.cpuUsage(spent);
  return { cpuMs: (user + system) / 1_000, ms: systemClock.monotonic() - began };
}

onFirstCore(process.pid);
await all(calls);
const spent = await all(calls);
await pool.close();
process.stdout.write(`${JSON.stringify(spent)}\n`);
