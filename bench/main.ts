/**
 * `npm run bench -- NAME... [--out FOLDER] [--seed SEED]`: what the program takes and gives, measured on this machine
 * beside something that anybody can judge it by. Without a name all but `api` and `watching`, in a quarter of an hour;
 * a single name for its long form, where it has one. Prints a table
 * (Markdown) for each, and all of it as one line of JSON at the end; keeps both in docs/bench. Figures of one machine
 * say little; the ratio of two that were taken in turn says more.
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../src/clock.ts';
import { api } from './api.ts';
import { rounded, type Bench, type Figures } from './bench.ts';
import { conditions } from './conditions.ts';
import { drain } from './drain.ts';
import { enqueue } from './enqueue.ts';
import { floor } from './floor.ts';
import { latency } from './latency.ts';
import { ledgerRows } from './ledger-rows.ts';
import { mixed } from './mixed.ts';
import { keep, table } from './record.ts';
import { scale } from './scale.ts';
import { watching } from './watching.ts';

const usual: readonly Bench[] = [drain, mixed, floor, enqueue, latency, ledgerRows, scale];
const benches: readonly Bench[] = [...usual, api, watching];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: 'docs/bench' }, seed: { type: 'string', default: 'expunge' } },
});
const { out, seed } = values;
const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  const known = benches.map(({ name, title }) => `  ${name}: ${title}\n`).join('');
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}. There are:\n${known}`);
  process.exit(2);
}

const wanted = positionals.length === 0 ? usual : benches.filter(({ name }) => positionals.includes(name));
const all: Record<string, Figures> = {};
for (const { name, title, run } of wanted) {
  const under = await conditions(seed);
  const began = systemClock.monotonic();
  const long = positionals.length === 1;
  const figures = await run((text) => void process.stderr.write(`${name}: ${text}\n`), { long, seed });
  const seconds = rounded((systemClock.monotonic() - began) / 1_000);
  all[name] = figures;
  process.stdout.write(`## ${title}\n\n${table(figures)}\n`);
  await keep(out, { name, title, seconds, ...under, ...figures });
}
process.stdout.write(`${JSON.stringify(all)}\n`);
