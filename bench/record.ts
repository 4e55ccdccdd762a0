/** A benchmark's figures as they are kept: JSON for programs, and a page with the table for people. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Figures } from './bench.ts';
import type { Conditions } from './conditions.ts';

export interface Kept extends Conditions, Figures {
  readonly name: string;
  readonly title: string;
  /** How long it took. */
  readonly seconds: number;
}

/** Writes `<name>.json` and `<name>.md`, over those of an earlier run, and the table into the page beside the folder. */
export async function keep(folder: string, kept: Kept): Promise<void> {
  const { name, title } = kept;
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  const style = await resolveConfig(file);
  await writeFile(file, await format(JSON.stringify(kept), { ...style, parser: 'json' }));
  const text = `${table(kept)}\n${origin(kept)}\n`;
  await writeFile(join(folder, `${name}.md`), `# ${title}\n\n${text}`);
  await show(join(folder, '../performance.md'), name, text);
}

/** Between the marks that the page has for it. */
async function show(page: string, name: string, text: string): Promise<void> {
  const before = await readFile(page, 'utf8').catch(() => '');
  const [begin, end] = [`<!-- begin ${name} -->\n`, `<!-- end ${name} -->`];
  const [head = '', rest] = before.split(begin);
  const tail = rest?.slice(rest.indexOf(end));
  if (tail !== undefined) await writeFile(page, `${head}${begin}\n${text}\n${tail}`);
}

function origin({ name, seconds, date, commit, seed, machine, versions }: Kept): string {
  const { cpu, cores, memoryGb, system } = machine;
  const software = Object.entries(versions).map(([of, version]) => `${of} ${version}`);
  const asked = `npm run bench -- ${name} --seed ${seed}`;
  const when = `${date.slice(0, 16).replace('T', ' ')} UTC`;
  return `\`${asked}\`, ${when}, ${seconds} s, at commit ${commit}. ${cpu}, ${cores} cores, ${memoryGb} GB, ${system}; ${software.join(', ')}.`;
}

export function table({ columns, rows, notes }: Figures): string {
  const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |\n`;
  const body = rows.map(line).join('');
  const remarks = notes.map((note) => `- ${note}\n`).join('');
  return `${line(columns)}${line(columns.map(() => '---'))}${body}\n${remarks}`;
}
