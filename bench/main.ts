/**
 * `npm run bench -- NAME...`: what the program takes and gives, measured on this machine beside something that anybody
 * can judge it by. Prints a table (Markdown) for each, and all of it as one line of JSON at the end. Figures of one
 * machine say little; the ratio of two that were taken in turn says more.
 */
import { api } from './api.ts';
import type { Bench, Figures } from './bench.ts';
import { watching } from './watching.ts';

const benches: readonly Bench[] = [api, watching];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  const known = benches.map(({ name, title }) => `  ${name}: ${title}\n`).join('');
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}. There are:\n${known}`);
  process.exit(2);
}

const all: Record<string, Figures> = {};
for (const { name, title, run } of benches) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const figures = await run((text) => void process.stderr.write(`${text}\n`));
  all[name] = figures;
  process.stdout.write(`## ${title}\n\n${table(figures)}\n`);
}
process.stdout.write(`${JSON.stringify(all)}\n`);

function table({ columns, rows, notes }: Figures): string {
  const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |\n`;
  const body = rows.map(line).join('');
  const remarks = notes.map((note) => `- ${note}\n`).join('');
  return `${line(columns)}${line(columns.map(() => '---'))}${body}\n${remarks}`;
}
