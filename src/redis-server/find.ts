/**
 * A Redis where none is configured: one that already runs privately on this data directory, else a program on
 * PATH, else one unpacked from Debian's packages without root, else docker, else a text that says how to get one.
 *
 * It guarantees one private server a data directory, however many processes ask at once; that the server keeps
 * its data, listens on loopback only and outlives the process that started it; and that every step ends in
 * bounded time. It does not guard the port against other users of the machine, and does not replicate: a Redis
 * for a fleet is configured, not found.
 */
import { mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Clock } from '../clock.ts';
import { alone } from './alone.ts';
import { containerLauncher } from './container.ts';
import { findPrivate, type Launch, serverDir, startPrivate } from './private.ts';
import { launchProgram } from './program.ts';
import { type Environment, onPath } from './run.ts';
import { unpackRedis } from './unpack.ts';

export interface PrivateRedis {
  readonly url: string;
  readonly private: true;
  /** False: it was found running, and `stop` leaves it so. */
  readonly startedHere: boolean;
  /** Absent where it runs in a container. */
  readonly pid?: number;
  /** Ends the server, its data written, if this call started it; one that was found running goes on. */
  stop(): Promise<void>;
}

export interface Whereabouts {
  /** Holds the server's data and address; made if missing. */
  readonly dataDir: string;
  /** Holds an unpacked server, for all data directories; made if missing. */
  readonly cacheDir: string;
  readonly clock: Clock;
  readonly log: { info(fields: object, message: string): void };
  /** For PATH, and for the programs that are started. */
  readonly env: Environment;
}

/** One of the ways to a server, with the name it has in messages. */
interface Way {
  readonly name: string;
  find(): Promise<Launch | { readonly problem: string }>;
}

const ways = ({ cacheDir, clock, env }: Whereabouts): readonly Way[] => [
  {
    name: 'a program on PATH',
    async find() {
      const binary = await onPath(['redis-server', 'valkey-server'], env);
      return binary === undefined
        ? { problem: 'neither redis-server nor valkey-server is there' }
        : launchProgram(binary, env, clock);
    },
  },
  {
    name: "one unpacked from Debian's packages",
    async find() {
      const unpacked = await unpackRedis(cacheDir, env);
      return 'problem' in unpacked ? unpacked : launchProgram(unpacked.binary, env, clock);
    },
  },
  { name: 'docker', find: () => containerLauncher(env) },
];

const noRedis = (tried: readonly string[]) => `no Redis is configured, and none could be found or started:
${tried.map((line) => `  ${line}`).join('\n')}
Any one of these gets you one; then run the same command again:
  sudo apt-get install -y redis-server        Debian, Ubuntu
  brew install redis                          macOS
  export REDIS_URL=redis://127.0.0.1:6379 && docker compose up -d --wait redis
Or name one that runs: REDIS_URL=redis://HOST:6379, or redis.url in expunge.yaml.`;

/**
 * The url of a Redis that answers, or the problem as a text for a person. Says in the log that it is private.
 * Two minutes at most where packages or an image must be fetched, some 50 ms where a program is on PATH.
 */
export async function findOrStartRedis(
  where: Whereabouts,
): Promise<PrivateRedis | { readonly problem: string }> {
  const { clock, log } = where;
  try {
    await mkdir(serverDir(where.dataDir), { recursive: true });
  } catch (error) {
    return { problem: `no Redis is configured, and a private one has no place: ${(error as Error).message}` };
  }
  const dataDir = await realpath(resolve(where.dataDir));

  const found = async () => {
    const running = await findPrivate(dataDir, clock);
    if (!running || 'problem' in running) return running;
    const { url, pid } = running;
    log.info({ url, pid, dataDir }, 'redis is private, and was found running');
    return {
      ...{ url, private: true as const, startedHere: false },
      ...(pid !== undefined && { pid }),
      stop: async () => undefined,
    };
  };
  const foundOrStarted = async (way: string, launch: Launch) => {
    const running = await found();
    if (running) return running;
    const started = await startPrivate(dataDir, clock, launch);
    if ('problem' in started) return started;
    const { url, pid } = started;
    log.info({ url, pid, dataDir, way }, 'redis is private, and was started');
    return {
      ...{ url, private: true as const, startedHere: true },
      ...(pid !== undefined && { pid }),
      stop: () => started.stop(),
    };
  };

  const running = await found();
  if (running) return running;
  const tried: string[] = [];
  for (const { name, find } of ways(where)) {
    const launch = await find();
    if ('problem' in launch) {
      tried.push(`${name}: ${launch.problem}`);
      continue;
    }
    const redis = await alone(`${dataDir}/redis.lock`, clock, 90_000, () => foundOrStarted(name, launch));
    if (redis && !('problem' in redis)) return redis;
    tried.push(`${name}: ${redis?.problem ?? 'another process has been starting it for 90 s'}`);
  }
  return { problem: noRedis(tried) };
}
