/** The configuration without its secrets, and its secrets without the rest. */
import { unescape } from 'node:querystring';
import { isSecretName, redact, withoutPassword } from '../redact.ts';
import type { Config } from './shape.ts';

/** For `config print`: the effective configuration as plain data, secrets as `***`, passwords in URLs too. */
export function redactedConfig(config: Config): unknown {
  const { database } = config;
  const shown = { ...config, database: { ...database, url: withoutPassword(database.url) } };
  return redact(shown, secretsOf(config));
}

/** Every secret that the configuration holds as text, for the log to keep out of its lines. */
export function secretsOf(config: Config): string[] {
  const secrets = new Set<string>();
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
