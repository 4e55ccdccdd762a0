/**
 * Callers in a process of their own: POST /v1/deletions, one after the other on each of so many connections. Arguments
 * as JSON; answers one line of JSON.
 */
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import { quantile, rounded } from './bench.ts';
import { idsOf } from './ids.ts';

export interface Asked {
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
  /** Of each body; left out: 20. */
  readonly ids?: number;
  /** What ids and keys begin with: nothing is asked twice. */
  readonly prefix: string;
  /** With an Idempotency-Key each. */
  readonly keyed: boolean;
  /** At most so many a second over all connections; 0: as many as there can be. */
  readonly perSecond: number;
}

export interface Posts {
  readonly count: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  readonly refused: number;
}

const [text = '{}'] = process.argv.slice(2);
const { url, seconds, connections, ids: count = 20, prefix, keyed, perSecond } = JSON.parse(text) as Asked;
const pool = new Pool(url, { connections, pipelining: 1 });
const took: number[] = [];
let refused = 0;
let sent = 0;
const began = performance.now();
const end = began + seconds * 1_000;

async function post(): Promise<void> {
  const n = sent++;
  const ids = idsOf(`${prefix}${n}x`, count);
  const at = performance.now();
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/v1/deletions',
    headers: { 'content-type': 'application/json', ...(keyed && { 'idempotency-key': `${prefix}${n}` }) },
    body: JSON.stringify({ account: 'acc', operation: 'alibaba.vod.delete-video', ids, reason: 'measured' }),
  });
  await body.dump();
  took.push(performance.now() - at);
  if (statusCode !== 202) refused += 1;
}

async function caller(): Promise<void> {
  while (performance.now() < end) {
    const due = perSecond === 0 ? 0 : began + (sent * 1_000) / perSecond - performance.now();
    if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
    await post();
  }
}

await Promise.all(Array.from({ length: connections }, caller));
const lasted = (performance.now() - began) / 1_000;
await pool.close();
const posts: Posts = {
  count: took.length,
  perSecond: rounded(took.length / lasted, 1),
  p50: rounded(quantile(took, 0.5), 1),
  p99: rounded(quantile(took, 0.99), 1),
  longest: rounded(quantile(took, 1), 1),
  refused,
};
process.stdout.write(`${JSON.stringify(posts)}\n`);
