/** The configuration without its secrets, and its secrets without the rest. */
import { unescape } from 'node:querystring';
import { hidden, isSecretName, redact, withoutPassword } from '../redact.ts';
import type { ProtectedLists } from '../protection.ts';
import type { Account, Config } from './shape.ts';

/**
 * For `config print`: the effective configuration as plain data, secrets as `***`, passwords in URLs too; of files
 * with protected ids their paths alone.
 */
export function redactedConfig(config: Config): unknown {
  const { database, accounts } = config;
  const url = withoutPassword(database.url);
  const pathsOnly = ({ files, patterns }: ProtectedLists) => ({
    files: files.map(({ path }) => path),
    patterns,
  });
  const own = (account: Account) => ({
    ...account,
    ...(account.protected && { protected: pathsOnly(account.protected) }),
  });
  const shown = {
    ...config,
    database: { ...database, url },
    protected: pathsOnly(config.protected),
    signingKeys: config.signingKeys.map(({ id }) => ({ id, key: hidden })),
    accounts: Object.fromEntries(Object.entries(accounts).map(([name, account]) => [name, own(account)])),
  };
  return redact(shown, secretsOf(config));
}

/** Every secret that the configuration holds as text, for the log to keep out of its lines. */
export function secretsOf(config: Config): string[] {
  // `key` is a secret here only: elsewhere it names targets.
  const secrets = new Set(config.signingKeys.map(({ key }) => key));
  const collect = (value: unknown, name: string): void => {
    if (typeof value === 'object' && value !== null)
      for (const [key, content] of Object.entries(value)) collect(content, key);
    else if (typeof value === 'string' && isSecretName(name)) secrets.add(value);
    else if (typeof value === 'string' && URL.canParse(value)) {
      const password = new URL(value).password;
      if (password) secrets.add(password).add(unescape(password));
    }
  };
  collect(config, '');
  return [...secrets];
}
