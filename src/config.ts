/**
 * The configuration: environment over file over defaults, judged as a whole before anything starts. It guarantees that
 * every mistake is told at once, with its place and a remedy, that no unknown field passes, and that no problem
 * repeats a secret. It does not try credentials out: `accounts check` does.
 */
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readAccount } from './config/account.ts';
import { readFileText, type Environment } from './config/file.ts';
import { findings, type ConfigProblem, type Finding } from './config/problems.ts';
import { readProtected } from './config/protected.ts';
import { quotaFindings } from './config/quota.ts';
import { redisAuthority } from './config/redis-authority.ts';
import { sections } from './config/schema.ts';
import type { Account, Config } from './config/shape.ts';
import { signingKeysOf } from './config/signing.ts';
import type { Operation } from './providers/operation.ts';

export type { Environment } from './config/file.ts';
export { formatProblems, type ConfigProblem } from './config/problems.ts';
export { redactedConfig, secretsOf } from './config/redacted.ts';
export * from './config/shape.ts';

/** The process's environment; nothing else reads it. */
export const environment = (): Environment => process.env;

/** Variables that stand above the file, and the field each of them sets. An empty one counts as unset. */
const overrides = [
  ['REDIS_URL', 'redis', 'url'],
  ['DATABASE_URL', 'database', 'url'],
  ['EXPUNGE_SIGNING_KEY', 'signingKey'],
  ['LOG_LEVEL', 'log', 'level'],
] as const;

/**
 * Reads `file`, else what EXPUNGE_CONFIG names, else `expunge.yaml` in `cwd` if there is one, else defaults alone.
 * Relative paths are relative to the file; those of the command line and the environment to `cwd`.
 */
export function loadConfig(given: {
  readonly file?: string | undefined;
  readonly env: Environment;
  readonly cwd: string;
  readonly operations: readonly Operation[];
}): { readonly config: Config } | { readonly problems: readonly ConfigProblem[] } {
  const { env, cwd, operations } = given;
  const asked = given.file ?? (env['EXPUNGE_CONFIG'] || undefined);
  const file = resolve(cwd, asked ?? 'expunge.yaml');
  const source = readText(file);
  if ('reason' in source && (asked !== undefined || source.reason !== 'does not exist')) {
    const remedy = 'name the file with --config or EXPUNGE_CONFIG, or create it';
    return { problems: [{ path: '', problem: `the file ${source.reason}`, remedy, file }] };
  }

  const content = readFileText('text' in source ? source.text : '', env);
  const base = 'text' in source ? dirname(file) : cwd;
  const absolute = (path: string) => resolve(base, path);
  const variables = new Map<string, string>();
  const raw = withEnvironment(content.value, env, variables);
  const parsed = sections.safeParse(raw);
  const found: Finding[] = parsed.success ? [] : findings(parsed.error.issues, []);

  const reading = { absolute, bytes: readBytes };
  const kept = readProtected(field(raw, 'protected'), ['protected'], reading);
  found.push(...kept.findings);
  const egress = field(raw, 'egress');
  const accounts = readAccounts(field(raw, 'accounts'), found, {
    operations,
    egress: isGroup(egress) ? Object.keys(egress) : [],
    ...reading,
    unreadable: (path) => reasonUnreadable(path),
  });
  const readSecret = (path: string) => {
    const secret = readText(path);
    return 'text' in secret ? secret.text : undefined;
  };
  found.push(...quotaFindings(accounts, readSecret));
  const signing = parsed.success ? signingKeysOf(parsed.data) : undefined;
  found.push(...(signing?.findings ?? []));

  const certified = parsed.success ? redisAuthority(parsed.data.redis, reading) : undefined;
  found.push(...(certified?.findings ?? []));

  // What can't be read can't be judged: one mistake is told once.
  const unread = new Set(content.findings.map(({ path }) => JSON.stringify(path)));
  const all = [...content.findings, ...found.filter(({ path }) => !unread.has(JSON.stringify(path)))];
  if (!parsed.success || !signing || !certified || all.length > 0) return { problems: all.map(placed) };

  const { signingKey: _, redis, database, brake, ...rest } = parsed.data;
  const dataDir = absolute(rest.dataDir);
  const relativeTo = variables.has('database.url') ? cwd : base;
  return {
    config: {
      ...rest,
      ...('text' in source && { file }),
      dataDir,
      redis: { ...redis, ...certified.ca },
      database: { url: databaseUrl(database.url ?? `file:${resolve(dataDir, 'ledger.db')}`, relativeTo) },
      brake,
      protected: kept.lists,
      signingKeys: signing.keys,
      ...(env['EXPUNGE_API_KEY'] && { apiKey: env['EXPUNGE_API_KEY'] }),
      accounts: Object.fromEntries(accounts.map((account) => [account.name, account])),
    },
  };

  function placed({ path, problem, remedy }: Finding): ConfigProblem {
    const name = path[0] === '' ? '' : path.join('.');
    const variable = variables.get(name);
    if (variable) return { path: name, problem, remedy, variable };
    const line = content.lineOf(path);
    return {
      path: name,
      problem,
      remedy,
      ...('text' in source && { file }),
      ...(line !== undefined && { line }),
    };
  }
}

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const field = (value: unknown, name: string): unknown => (isGroup(value) ? value[name] : undefined);

function readAccounts(
  written: unknown,
  found: Finding[],
  around: Parameters<typeof readAccount>[2],
): Account[] {
  if (written === undefined) return [];
  if (!isGroup(written)) {
    const remedy = 'write NAME: { provider: …, region: …, credentials: { … } } below it';
    found.push({ path: ['accounts'], problem: 'is not a group of named accounts', remedy });
    return [];
  }
  return Object.entries(written).flatMap(([name, input]) => {
    const read = readAccount(name, input, around);
    if ('account' in read) return [read.account];
    found.push(...read.findings);
    return [];
  });
}

function withEnvironment(value: unknown, env: Environment, variables: Map<string, string>): unknown {
  if (!isGroup(value)) return value;
  const merged: Record<string, unknown> = { ...value };
  for (const [variable, outer, inner] of overrides) {
    const text = env[variable];
    if (!text) continue;
    variables.set(inner === undefined ? outer : `${outer}.${inner}`, variable);
    const group = merged[outer];
    if (inner === undefined) merged[outer] = text;
    else
      merged[outer] = {
        ...(isGroup(group) ? group : {}),
        [inner]: inner === 'level' ? text.toLowerCase() : text,
      };
  }
  return merged;
}

/** `file:` with its path made absolute; others as they are. */
function databaseUrl(url: string, base: string): string {
  return url.startsWith('file:')
    ? `file:${resolve(base, url.slice('file:'.length).replace(/^\/\/(?=\/)/, ''))}`
    : url;
}

function reasonUnreadable(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 'does not exist';
  if (stat.isDirectory()) return 'is a directory';
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch {
    return 'may not be read by this user';
  }
}

function readBytes(path: string): { readonly bytes: Buffer } | { readonly reason: string } {
  const reason = reasonUnreadable(path);
  return reason ? { reason } : { bytes: readFileSync(path) };
}

function readText(path: string): { readonly text: string } | { readonly reason: string } {
  const read = readBytes(path);
  return 'reason' in read ? read : { text: read.bytes.toString('utf8') };
}
