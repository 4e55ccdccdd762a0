/** The effective configuration: what `loadConfig` returns after defaults, file and environment. */
import type { SigningKey } from '../job-signature.ts';
import type { ProtectedLists } from '../protection.ts';
import type { ProviderName, Site } from '../providers/operation.ts';

export interface Config {
  /** The file it came from, absolute; absent where defaults and the environment were all there was. */
  readonly file?: string;
  /** Absolute. Holds the embedded ledger and a private Redis. Default `./data`. */
  readonly dataDir: string;
  readonly redis: {
    /** `redis://` or `rediss://`; absent: one is looked for, or started privately. */
    readonly url?: string;
    /** Absolute path of the PEM certificates that alone vouch for a `rediss://` server; absent: those of Node.js. */
    readonly ca?: string;
    /** BullMQ's prefix: what all keys begin with. Default `expunge`. */
    readonly prefix: string;
  };
  /** `file:` with an absolute path, or `postgres://`. Default `file:<dataDir>/ledger.db`. */
  readonly database: { readonly url: string };
  /** Where the HTTP API listens; anywhere but on loopback it needs keys. Default 127.0.0.1:8080. */
  readonly api: {
    readonly host: string;
    readonly port: number;
    readonly keys: readonly ApiKey[];
    /** Requests that one key may make, in each server process. Default 1,000. */
    readonly requestsPerSecond: number;
  };
  /** Where `/metrics`, `/livez` and `/readyz` listen. Default 127.0.0.1:9464. */
  readonly metrics: { readonly host: string; readonly port: number };
  /** Campaigns of more targets than this need a second person; `off`: none does. Default 10,000. */
  readonly approval: { readonly above: number | 'off' };
  /** Groups of accounts that leave by one IP address and share its calls per second. */
  readonly egress: Readonly<Record<string, { readonly perSecond: number }>>;
  readonly retry: {
    /** Attempts on one target before it is exhausted; throttled calls don't count. Default 8. */
    readonly attempts: number;
    /** Longest wait between two attempts, in milliseconds. Default 30,000. */
    readonly ceilingMs: number;
  };
  /** Pauses a lane when an unusual share of its targets is absent or refused; false: never. */
  readonly brake: Brake | false;
  /** Ids that nobody may delete; an account may have more of its own. Read at start. */
  readonly protected: ProtectedLists;
  /** Whether a job that the ledger doesn't know and no key signed is refused. Default `refuse`. */
  readonly foreignJobs: 'refuse' | 'allow';
  /** HMAC keys of jobs, `signingKey` as `default` before the others: the first signs, all verify. None: nothing is signed. */
  readonly signingKeys: readonly SigningKey[];
  /** The API key that commands show to a server. From the environment only. */
  readonly apiKey?: string;
  readonly log: { readonly level: LogLevel };
  readonly accounts: Readonly<Record<string, Account>>;
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Brake {
  /** The shares are those of this many targets settled last. Default 200. */
  readonly window: number;
  /** Fewer settled targets than this are no evidence. Default 100. */
  readonly minimum: number;
  /** Share of absent targets, 0 to 1, above which the lane pauses. Default 0.5. */
  readonly absentShare: number;
  /** The same of refused ones. Default 0.5. */
  readonly refusedShare: number;
}

/** A key is stored by its hash alone. */
export interface ApiKey {
  readonly name: string;
  /** Of the key's text, 64 hexadecimal digits in lower case. */
  readonly sha256: string;
  readonly scopes: readonly string[];
}

/** Calls per period of one operation: `cap` in every rolling `per`. */
export interface Limit {
  readonly cap: number;
  readonly per: 'second' | 'minute';
}

export interface Account {
  readonly name: string;
  readonly provider: ProviderName;
  readonly site: Site;
  /** Accounts of one group share the caps of one cloud account. */
  readonly quotaGroup?: string;
  /** A group of `egress`. Where `default` is configured, accounts without an endpoint of their own are in it. */
  readonly egress?: string;
  readonly credentials: AccountCredentials;
  /** Ids that may not be deleted in this account, beside those that nobody may. */
  readonly protected?: ProtectedLists;
  /** By operation name. Default: all of the provider's, each at its documented cap. */
  readonly operations: Readonly<Record<string, Limit>>;
}

/** A secret written out, or the absolute path of a file that holds it and is read again when it changes. */
type Given<N extends string> =
  | ({ readonly [K in N]: string } & { readonly [K in `${N}File`]?: never })
  | ({ readonly [K in `${N}File`]: string } & { readonly [K in N]?: never });
type MaybeGiven<N extends string> =
  Given<N> | ({ readonly [K in N]?: never } & { readonly [K in `${N}File`]?: never });

export type AlibabaCredentials =
  | (Given<'accessKeyId'> & Given<'accessKeySecret'> & MaybeGiven<'securityToken'>)
  /** Alibaba's default chain: environment, profile, instance role. */
  | { readonly chain: 'default' };

export type HuaweiCredentials =
  | (Given<'accessKey'> & Given<'secretKey'> & MaybeGiven<'securityToken'>)
  /** An IAM token, sent as X-Auth-Token. */
  | Given<'token'>;

export type AccountCredentials = AlibabaCredentials | HuaweiCredentials;
