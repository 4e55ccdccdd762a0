/**
 * Where an account's credentials come from: written in the configuration (substituted from the environment),
 * from files that are read again when they change, or from Alibaba's default chain. Secrets leave this file only
 * inside Credentials: no error names one.
 */
import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { credentialChain } from './alibaba/credential-chain.ts';
import type { Credentials } from './signing.ts';

/** `name` written out, or `nameFile`, the path of a file that holds it on one line. */
type Given<Name extends string> = { readonly [key in Name | `${Name}File`]?: string | undefined };

/** One access key, or the chain. `securityToken` with temporary credentials only. */
export type AlibabaCredentialConfig =
  Given<'accessKeyId' | 'accessKeySecret' | 'securityToken'> | { readonly chain: 'default' };
/** One key pair, or an IAM token of the project, which is best kept in a file that something renews. */
export type HuaweiCredentialConfig = Given<'accessKey' | 'secretKey' | 'securityToken'> | Given<'token'>;
export type CredentialConfig = AlibabaCredentialConfig | HuaweiCredentialConfig;

export interface CredentialSource {
  /** The credentials of this moment. Rejects with a CredentialError where there are none. */
  current(): Promise<Credentials>;
}

/** What is wrong with where credentials are looked for; tells the field and the path, never a value. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';
}

/** Files are looked at again no sooner than this many milliseconds after the last look. */
const lookEvery = 1000;

export function credentialSource(config: CredentialConfig, { clock }: { clock: Clock }): CredentialSource {
  if ('chain' in config) return chainSource();
  const given = config as Readonly<Record<string, string | undefined>>;
  const value = (name: string) => secret(name, given[name], given[`${name}File`], clock);
  const [secretToken, securityToken] = [value('token'), value('securityToken')];
  const [accessKeyId, accessKeySecret] = [value('accessKeyId'), value('accessKeySecret')];
  const [accessKey, secretKey] = [value('accessKey'), value('secretKey')];
  const optional = async () => (securityToken ? { securityToken: await securityToken() } : {});
  if (secretToken) return { current: async () => ({ provider: 'huawei', token: await secretToken() }) };
  if (accessKeyId && accessKeySecret) {
    return {
      current: async () => ({
        provider: 'alibaba',
        accessKeyId: await accessKeyId(),
        accessKeySecret: await accessKeySecret(),
        ...(await optional()),
      }),
    };
  }
  if (accessKey && secretKey) {
    return {
      current: async () => ({
        provider: 'huawei',
        accessKey: await accessKey(),
        secretKey: await secretKey(),
        ...(await optional()),
      }),
    };
  }
  const known = 'accessKeyId and accessKeySecret, accessKey and secretKey, token, or chain';
  throw new CredentialError(`credentials need ${known}; each also as …File`);
}

function chainSource(): CredentialSource {
  let chain: ReturnType<typeof credentialChain> | undefined;
  return {
    async current() {
      chain ??= credentialChain();
      try {
        return await (
          await chain
        )();
      } catch {
        // Once it has failed the chain holds on to its last link (2.4.7): build it anew next time.
        chain = undefined;
        // The library's message may quote an answer of the token service: not repeated here.
        const tried = 'environment, OIDC role, profiles, ECS role';
        throw new CredentialError(`the default credential chain found no credentials (${tried})`);
      }
    },
  };
}

/** One value and how to get it; undefined where neither it nor its file is configured. */
function secret(
  name: string,
  written: string | undefined,
  path: string | undefined,
  clock: Clock,
): (() => Promise<string>) | undefined {
  if (written !== undefined && path !== undefined) {
    throw new CredentialError(`${name} and ${name}File are both given: leave one out`);
  }
  if (written !== undefined) {
    const value = oneLine(written, name);
    return () => Promise.resolve(value);
  }
  return path === undefined ? undefined : fileValue(`${name}File`, path, clock);
}

/**
 * The content of a file, read again when it has changed. While it can't be read, because it is being replaced,
 * the last good content counts.
 */
function fileValue(field: string, path: string, clock: Clock): () => Promise<string> {
  let held: { readonly version: string; readonly value: string } | undefined;
  let looked = -Infinity;
  return async () => {
    const now = clock.monotonic();
    if (held && now - looked < lookEvery) return held.value;
    looked = now;
    try {
      const { mtimeMs, size, ino } = await stat(path);
      const version = `${String(mtimeMs)} ${String(size)} ${String(ino)}`;
      if (held?.version !== version) {
        held = { version, value: oneLine(await readFile(path, 'utf8'), field) };
      }
    } catch (error) {
      if (!held) throw error instanceof CredentialError ? error : unread(field, path, error);
    }
    return held.value;
  };
}

/** Printable ASCII without spaces, since it goes into headers; the newline that ends a file is not part of it. */
function oneLine(text: string, field: string): string {
  const value = text.replace(/\r?\n$/, '');
  if (/^[!-~]+$/.test(value)) return value;
  throw new CredentialError(
    value === '' ? `${field} is empty` : `${field} is not one line of printable ASCII without spaces`,
  );
}

const unread = (field: string, path: string, error: unknown): CredentialError => {
  const { code } = error as { code?: unknown };
  return new CredentialError(
    `${field}: ${path} can't be read (${typeof code === 'string' ? code : 'error'})`,
  );
};
