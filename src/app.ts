/**
 * The composition root: from a configuration to a ledger, queues and workers. What can't be had is a Unusable
 * with a text for people; everything opened is closed again in reverse.
 */
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { LedgerAway } from './ledger/database.ts';
import {
  GroupingDiffers,
  migrateLedger,
  openLedger,
  UnknownDatabase,
  type Ledger,
  type LedgerOptions,
} from './ledger/ledger.ts';
import { LedgerIsNewer, type Migrated } from './ledger/migrations.ts';
import { signerWith } from './job-signature.ts';
import type { Log } from './log.ts';
import { laneEntries, type ConfiguredLane } from './lanes.ts';
import type { Queues } from './queue.ts';
import { withoutPassword } from './redact.ts';
import { redisRemedy } from './redis-remedy.ts';
import { findOrStartRedis } from './redis-server/find.ts';

/** Something the program can't do without is missing or unfit; `exit` is the process's exit code. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
  readonly exit: 2 | 4;
  constructor(message: string, exit: 2 | 4) {
    super(message);
    this.exit = exit;
  }
}

export async function ledgerOf(
  config: Config,
  lanes: readonly ConfiguredLane[],
  options: LedgerOptions = {},
): Promise<Ledger> {
  return opened(config, openLedger(config.database.url, laneEntries(lanes), options));
}

/** Brings the configured ledger's tables up to this program's version. */
export const migrationOf = (config: Config): Promise<Migrated> =>
  opened(config, migrateLedger(config.database.url));

async function opened<Result>({ database: { url } }: Config, opening: Promise<Result>): Promise<Result> {
  try {
    return await opening;
  } catch (error) {
    const { message } = error as Error;
    if (unfit.some((kind) => error instanceof kind)) throw new Unusable(message, 2);
    if (!(error instanceof LedgerAway)) throw error;
    const check = url.startsWith('file:')
      ? 'the path and its rights'
      : 'the server, its name, the password and the rights';
    throw new Unusable(
      `the ledger ${withoutPassword(url)} can't be opened: ${message}\nCheck ${check}, or set database.url.`,
      4,
    );
  }
}

/** Nothing that trying again would change. */
const unfit = [GroupingDiffers, UnknownDatabase, LedgerIsNewer];

export interface RedisInUse {
  readonly url: string;
  /** Started by us for this data directory. */
  readonly private: boolean;
  readonly startedHere: boolean;
  /** A private one's process, unless it runs in a container. */
  readonly pid?: number;
  /** Ends it if this process started it. */
  stop(): Promise<void>;
}

/** The configured Redis, or a private one. */
export async function redisOf(
  config: Config,
  tools: { readonly clock: Clock; readonly log: Log; readonly env: NodeJS.ProcessEnv },
): Promise<RedisInUse> {
  if (config.redis.url)
    return { url: config.redis.url, private: false, startedHere: false, stop: async () => undefined };
  const found = await findOrStartRedis({ ...tools, dataDir: config.dataDir, cacheDir: '.cache' });
  if ('problem' in found) throw new Unusable(found.problem, 4);
  return found;
}

/** Long enough for a Redis that is just restarting. */
const connectMs = 5_000;
/** Who can do without it begins without it. */
const patientMs = 1_000;

/**
 * Queues on a Redis that answers and would not evict jobs. Who is `patient` gets them all the same while it does not
 * answer: they connect once it does.
 */
export async function queuesOf(
  config: Config,
  redis: RedisInUse,
  clock: Clock,
  log: Log,
  { patient = false }: { readonly patient?: boolean } = {},
): Promise<Queues> {
  // Loaded only where a queue is wanted: most commands need the ledger alone.
  const { openQueues } = await import('./queue.ts');
  const queues = openQueues({
    url: redis.url,
    ca: config.redis.ca,
    prefix: config.redis.prefix,
    clock,
    sign: signerWith(config.signingKeys),
    onError: (err) => log.limited('redis').error({ err }, 'redis does not answer as it should'),
  });
  try {
    await queues.connected(patient ? patientMs : connectMs);
    const unfit = await queues.unfit();
    if (unfit === undefined) return queues;
    await queues.close();
    throw new Unusable(
      `Redis at ${new URL(redis.url).host} is not fit to hold a queue: ${unfit}.\n` +
        `Set it with: redis-cli CONFIG SET maxmemory-policy noeviction (and in redis.conf, to last).`,
      2,
    );
  } catch (error) {
    if (error instanceof Unusable) throw error;
    if (patient) {
      log.warn({ err: error }, 'redis does not answer: what is accepted waits in the ledger');
      return queues;
    }
    await queues.close();
    throw new Unusable(
      `Redis at ${new URL(redis.url).host} can't be reached: ${(error as Error).message}\n${redisRemedy(error as Error)}`,
      4,
    );
  }
}
