/** One account: its fields, its credentials and its operations, judged by themselves. */
import type { Operation, ProviderName } from '../providers/operation.ts';
import { readEndpoint } from './endpoint.ts';
import { findings, nearest, type Finding, type Path } from './problems.ts';
import { readProtected, type Reading } from './protected.ts';
import { namePattern, nameRemedy, oneOf, protectedLists, section, text, whole } from './schema.ts';
import type { Account, AccountCredentials, Limit } from './shape.ts';

const providers = ['alibaba', 'huawei'] as const satisfies readonly ProviderName[];

/** What an account is judged against. */
export interface Surroundings extends Reading {
  readonly operations: readonly Operation[];
  /** Names of the configured egress groups. */
  readonly egress: readonly string[];
  /** What is wrong with a secret's file; undefined if it can be read. */
  unreadable(file: string): string | undefined;
}

export function readAccount(
  name: string,
  input: unknown,
  around: Surroundings,
): { account: Account } | { findings: readonly Finding[] } {
  const at: Path = ['accounts', name];
  const found: Finding[] = [];
  const add = (path: Path, problem: string, remedy: string) =>
    found.push({ path: [...at, ...path], problem, remedy });
  if (!namePattern.test(name)) add([], 'is not a name for an account', nameRemedy);

  const raw = isGroup(input) ? input : {};
  // A misspelt provider is one mistake; the rest of the account is judged as what was probably meant.
  const provider = nearest(String(raw['provider']), providers) as ProviderName | undefined;
  const own = around.operations.filter((operation) => !provider || operation.provider === provider);
  const given = isGroup(raw['credentials']) ? raw['credentials'] : {};
  const form = provider && credentialForm(provider, given);

  const parsed = section({
    provider: oneOf(providers),
    region: text('write the region, such as cn-shanghai or cn-north-4', /^[a-z0-9][a-z0-9-]{0,62}$/),
    ...(provider !== 'alibaba' && { projectId: projectId(provider) }),
    endpoint: text('write an address such as http://127.0.0.1:9090').exactOptional(),
    quotaGroup: text('write what names the cloud account, such as its id', /^[\w.-]{1,64}$/).exactOptional(),
    egress: text('write the name of a group under egress', namePattern).exactOptional(),
    credentials: form ? section(form.fields) : section({}).loose(),
    protected: protectedLists.exactOptional(),
    operations: section(
      Object.fromEntries(own.map(({ name }) => [name, limit.exactOptional()])),
    ).exactOptional(),
  }).safeParse(input);

  if (!parsed.success)
    found.push(...findings(parsed.error.issues, at).map((one) => foreign(one, around.operations)));
  for (const secret of isGroup(raw['credentials']) ? (form?.required ?? []) : []) {
    const forms = [secret, `${secret}File`].filter((field) => given[field] !== undefined);
    if (forms.length === 0) add(['credentials', secret], 'is missing', `write ${secret} or ${secret}File`);
  }
  for (const secret of form?.secrets ?? [])
    if (given[secret] !== undefined && given[`${secret}File`] !== undefined)
      add(['credentials', secret], `stands beside ${secret}File`, 'keep one of the two');

  const address =
    typeof raw['endpoint'] === 'string' && raw['endpoint'] ? readEndpoint(raw['endpoint']) : undefined;
  if (address && 'problem' in address) add(['endpoint'], address.problem, address.remedy);
  if (typeof raw['egress'] === 'string' && !around.egress.includes(raw['egress']))
    add(
      ['egress'],
      'is not a configured egress group',
      `write ${['one of', ...around.egress].join(' ')}, or add it under egress: { NAME: { perSecond: 300 } }`,
    );
  const files = Object.entries(given).filter(
    (entry): entry is [string, string] => /File$/.test(entry[0]) && typeof entry[1] === 'string',
  );
  for (const [field, file] of files) {
    const reason = around.unreadable(around.absolute(file));
    if (reason) add(['credentials', field], `names a file that ${reason}`, 'create it, or correct the path');
  }
  const kept = readProtected(raw['protected'], [...at, 'protected'], around);
  found.push(...kept.findings);
  if (!parsed.success || found.length > 0) return { findings: found };

  const { region, projectId: project, endpoint, quotaGroup, egress, credentials, operations } = parsed.data;
  const group = egress ?? (around.egress.includes('default') && !endpoint ? 'default' : undefined);
  return {
    account: {
      name,
      provider: parsed.data.provider,
      site: {
        region,
        ...(address && 'origin' in address && { endpoint: address.origin }),
        ...(typeof project === 'string' && { projectId: project }),
      },
      ...(quotaGroup !== undefined && { quotaGroup }),
      ...(group !== undefined && { egress: group }),
      ...(parsed.data.protected && { protected: kept.lists }),
      credentials: {
        ...credentials,
        ...Object.fromEntries(files.map(([field, file]) => [field, around.absolute(file)])),
      } as unknown as AccountCredentials,
      operations: limits(own, operations),
    },
  };
}

const isGroup = (input: unknown): input is Record<string, unknown> =>
  typeof input === 'object' && input !== null && !Array.isArray(input);

const projectId = (provider: ProviderName | undefined) => {
  const field = text('write the id of the project of that region, from "My Credentials"', /^[\w-]{1,64}$/);
  return provider === 'huawei' ? field : field.exactOptional();
};

/** The highest cap that makes sense to write, in calls per window. */
export const mostCalls = 10_000;

const limit = section({
  cap: whole(1, mostCalls, 'calls per second, or per minute with per: minute').exactOptional(),
  per: oneOf(['second', 'minute']).exactOptional(),
}).refine(({ cap, per }) => cap !== undefined || per === undefined, {
  path: ['cap'],
  error: 'is missing beside per\nwrite cap too, or leave both out for the documented cap',
});

/** The fields of credentials of this provider, by the form that was begun. */
function credentialForm(provider: ProviderName, given: Readonly<Record<string, unknown>>) {
  if (provider === 'alibaba' && given['chain'] !== undefined)
    return { fields: { chain: oneOf(['default']) }, required: [], secrets: [] };
  const token = given['token'] !== undefined || given['tokenFile'] !== undefined;
  const keys = given['accessKey'] !== undefined || given['secretKey'] !== undefined;
  const required =
    provider === 'alibaba'
      ? ['accessKeyId', 'accessKeySecret']
      : token && !keys
        ? ['token']
        : ['accessKey', 'secretKey'];
  const secrets = required[0] === 'token' ? required : [...required, 'securityToken'];
  const fields = secrets.flatMap((secret) => [
    [secret, text('write the value, best as ${VARIABLE}').exactOptional()] as const,
    [`${secret}File`, text('write the path of a file that holds it').exactOptional()] as const,
  ]);
  return { fields: Object.fromEntries(fields), required, secrets };
}

/** An unknown operation that is another provider's gets told so. */
function foreign(finding: Finding, operations: readonly Operation[]): Finding {
  const other = operations.find(({ name }) => finding.path[2] === 'operations' && finding.path[3] === name);
  if (!other || !finding.problem.startsWith('is not a field')) return finding;
  const remedy = `move it to an account with provider: ${other.provider}`;
  return {
    path: finding.path,
    problem: `is an operation of ${other.provider}, not of this account's provider`,
    remedy,
  };
}

function limits(own: readonly Operation[], written: Readonly<Record<string, Partial<Limit>>> | undefined) {
  const entries = own
    .filter(({ name }) => !written || written[name] !== undefined)
    .map(({ name, cap }): [string, Limit] => {
      const { cap: calls, per } = written?.[name] ?? {};
      return [
        name,
        calls === undefined ? { cap: cap.calls, per: cap.per } : { cap: calls, per: per ?? 'second' },
      ];
    });
  return Object.fromEntries(entries);
}
