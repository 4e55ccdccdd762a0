/**
 * The tables of the documentation, made from the code. `tsx docs/generate.ts` writes them; with `--check` it
 * writes nothing and exits 1 if one is stale. A table stands between `<!-- name -->` and `<!-- /name -->`; all
 * around it is written by hand.
 *
 * It also loads each example of a configuration that the documentation shows, as the program would.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { dashboards } from '../deploy/grafana/dashboards.ts';
import { systemClock } from '../src/clock.ts';
import { formatProblems, loadConfig } from '../src/config.ts';
import { sections } from '../src/config/schema.ts';
import { jobSchema } from '../src/job.ts';
import { metricsTable } from '../src/metrics.ts';
import { describeApi } from '../src/producers/http-api/server.ts';
import { operations } from '../src/providers/operations.ts';
import { version } from '../src/version.ts';
import { clientTypes } from './client-types.ts';
import { meanings } from './configuration-fields.ts';
import { policies } from './policies.ts';

const root = join(import.meta.dirname, '..');

/** Where each table stands, and what makes it. */
const tables: readonly (readonly [file: string, name: string, make: () => string])[] = [
  ['README.md', 'operations', operationsTable],
  ['README.md', 'verdicts', verdictsTable],
  ['docs/metrics.md', 'metrics', metricsTable],
  ['docs/configuration.md', 'fields', fieldsTable],
  ['docs/security.md', 'policies', policies],
];
/** Files that are made as a whole. */
const files: readonly (readonly [file: string, make: () => string | Promise<string>])[] = [
  ['docs/job.schema.json', jobSchemaText],
  ['docs/openapi.json', apiDocument],
  ['src/producers/client/openapi.ts', async () => clientTypes(await apiDocument())],
  ...dashboards,
];
const withExamples = ['README.md', 'docs/configuration.md', 'docs/jobs.md'];

async function apiDocument(): Promise<string> {
  const defaults = loadConfig({ env: {}, cwd: '/', operations });
  if ('problems' in defaults) throw new Error(formatProblems(defaults.problems));
  return JSON.stringify(await describeApi({ ...defaults, clock: systemClock, version: version() }));
}

/** What every language can check a job against before it is signed. */
function jobSchemaText(): string {
  const title = 'Data of a queue job (docs/jobs.md)';
  return JSON.stringify({ title, ...z.toJSONSchema(jobSchema, { io: 'input' }) });
}

function operationsTable(): string {
  const rows = operations.map(({ name, action, kinds, batchLimit, cap, permission }) => [
    `\`${name}\``,
    action,
    kinds.map((kind) => `\`${kind.name}\``).join(', '),
    batchLimit,
    `${cap.calls} a ${cap.per}${cap.documented ? '' : ' (ours; none is documented)'}`,
    `\`${permission}\``,
  ]);
  return table(['operation', 'action', 'kinds of id', 'ids a call', 'cap, in calls', 'permission'], rows);
}

/** The rows of the policy, as they stand above the switch that carries them out. */
function verdictsTable(): string {
  const source = readFileSync(join(root, 'src/workers/verdict.ts'), 'utf8');
  const rows = [...source.matchAll(/^ \* \|(.*)\|$/gm)].map(([, cells = '']) =>
    cells.split('|').map((cell) => cell.trim()),
  );
  const [head = [], , ...body] = rows;
  return table(head, body);
}

/** Every field of the file but those of accounts, with its default; a field without a meaning is a mistake. */
function fieldsTable(): string {
  const schema = z.toJSONSchema(sections, { io: 'input', unrepresentable: 'any' }) as Schema;
  const paths = [...new Set(fieldsOf(schema, ''))].filter((path) => path !== 'accounts');
  const defaults: unknown = sections.parse({});
  const stale = Object.keys(meanings).filter((path) => !paths.includes(path));
  if (stale.length > 0) throw new Error(`docs/configuration-fields.ts: no such field: ${stale.join(', ')}`);
  const rows = paths.map((path) => {
    const meaning = meanings[path];
    if (meaning === undefined) throw new Error(`docs/configuration-fields.ts: what does ${path} mean?`);
    const value = path
      .split('.')
      .reduce<unknown>((at, name) => (isGroup(at) ? at[name] : undefined), defaults);
    const shown = value === undefined || typeof value === 'object' ? '–' : `\`${JSON.stringify(value)}\``;
    return [`\`${path}\``, shown.replaceAll('"', ''), meaning];
  });
  return table(['field', 'default', 'meaning'], rows);
}

/** What of a JSON schema tells its fields. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
}

/** `redis.url`, `egress.NAME.perSecond`, `api.keys[].name`. */
function fieldsOf(schema: Schema, path: string): readonly string[] {
  const { properties, additionalProperties: others, anyOf, items } = schema;
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  if (properties) return Object.entries(properties).flatMap(([name, field]) => fieldsOf(field, below(name)));
  if (anyOf) return [path, ...anyOf.flatMap((each) => fieldsOf(each, path))];
  if (typeof others === 'object') return fieldsOf(others, below('NAME'));
  if (items?.properties) return fieldsOf(items, `${path}[]`);
  return [path];
}

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |\n`;
  return [head, head.map(() => '---'), ...rows].map(line).join('');
}

/** The text with the table in its place. */
function placed(text: string, file: string, name: string, made: string): string {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file}: no ${begin.trim()} … ${end} to put the table between`);
  return `${text.slice(0, from + begin.length)}\n${made}\n${text.slice(to)}`;
}

/** Lines that only one of the two has. */
function difference(old: string, fresh: string): readonly string[] {
  const [before, after] = [old.split('\n'), fresh.split('\n')];
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
}

/** What is wrong with the examples of one file; variables stand for themselves. */
function wrongExamples(file: string, text: string): readonly string[] {
  const examples = [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, yaml = '']) => yaml);
  const folder = mkdtempSync(join(tmpdir(), 'expunge-docs-'));
  try {
    return examples.flatMap((yaml) => {
      const path = join(folder, 'expunge.yaml');
      writeFileSync(path, yaml);
      const env = Object.fromEntries([...yaml.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, name]));
      const loaded = loadConfig({ file: path, env, cwd: folder, operations });
      return 'config' in loaded
        ? []
        : [`${file}: an example is no configuration:`, formatProblems(loaded.problems)];
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function run(check: boolean): Promise<readonly string[]> {
  const texts = new Map<string, { readonly old: string; readonly fresh: string }>();
  for (const [file, name, make] of tables) {
    const old = texts.get(file)?.old ?? readFileSync(join(root, file), 'utf8');
    texts.set(file, { old, fresh: placed(texts.get(file)?.fresh ?? old, file, name, make()) });
  }
  for (const [file, make] of files) {
    const path = join(root, file);
    const old = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const options = { ...(await resolveConfig(path)), filepath: path };
    texts.set(file, { old, fresh: await format(await make(), options) });
  }
  const problems = withExamples.flatMap((file) => wrongExamples(file, texts.get(file)?.fresh ?? ''));
  for (const [file, { old, fresh }] of texts) {
    if (old === fresh) continue;
    if (check) problems.push(`${file} is stale; npx tsx docs/generate.ts writes:`, ...difference(old, fresh));
    else writeFileSync(join(root, file), fresh);
  }
  return problems;
}

const problems = await run(process.argv.includes('--check'));
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
