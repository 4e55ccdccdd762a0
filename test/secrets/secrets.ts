/**
 * Every credential and key that tests work with, so that one place can look for them in all that is printed. A test
 * that needs another one takes a text that a pattern here knows, or adds its pattern.
 */

/** Passwords and secrets that stand in addresses and configurations. */
export const secrets = {
  redisPassword: 'password-of-redis-user',
  redisAdminPassword: 'password-of-redis-admin',
  redisProducerPassword: 'password-of-redis-producer',
  /** With all that must be percent-encoded in an address. */
  redisPasswordWithSigns: 'password%of/redis:with@signs?&#',
  /** Too short to be looked for by value in the log. */
  wrongRedisPassword: 'not-5',
  postgresPassword: 'password-of-postgres',
  providerSecret: 'secret-of-some-provider',
} as const;

export interface Pattern {
  readonly name: string;
  readonly text: RegExp;
  /** True: a command may print it on stdout, since it was asked to; never in a log. */
  readonly toldOnce?: boolean;
}

const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const listed = Object.entries(secrets).flatMap(([name, value]) =>
  [...new Set([value, encodeURIComponent(value)])].map((text) => ({ name, text: new RegExp(literal(text)) })),
);

export const patterns: readonly Pattern[] = [
  ...listed,
  { name: 'an account’s secret', text: /(?<!wrong-)secret-of-[a-z]/ },
  { name: 'a wrong secret of an account', text: /wrong-secret-of-[a-z]|not-the-secret/ },
  { name: 'the secret of the command line’s accounts', text: /hunter2hunter2/ },
  { name: 'an emulated account’s secret', text: /\b[sh]k-1secret|iam-token-1|s3cr&t\/ü/ },
  { name: 'a signing key', text: /signing-key-of-[a-z]/ },
  { name: 'an API key', text: /expunge_[\w-]{43}(?![\w-])/, toldOnce: true },
  { name: 'an API key of the file', text: /\b(?:root|hw|plain|ann|bob|ops|reader|nobody)-key\b/ },
  { name: 'a private key', text: /-----BEGIN (?:EC )?PRIVATE KEY-----/ },
  {
    name: 'a request’s signature',
    text: /(?:ACS3-HMAC-SHA256|SDK-HMAC-SHA256) [^\n]{0,200}Signature=[0-9a-f]{64}/,
  },
];

/** The secrets that this text holds: the pattern's name, and the line with `…` for the rest of the secret. */
export function leaksIn(text: string, from: 'log' | 'stdout' = 'log'): readonly string[] {
  return patterns.flatMap(({ name, text: pattern, toldOnce }) => {
    if (toldOnce && from === 'stdout') return [];
    const at = text.search(pattern);
    return at < 0
      ? []
      : [
          `${name}: ${text
            .slice(Math.max(0, at - 120), at + 4)
            .split('\n')
            .at(-1)}…`,
        ];
  });
}
