/**
 * Connections to Redis. The only file that knows ioredis.
 *
 * A connection never hangs on a network that is silently dead, comes back by itself, and tells each of its errors
 * without the arguments of the command that failed: those of AUTH are the password. Over `rediss://` it speaks only
 * to a server whose certificate is for its host, and vouched for.
 */
import { readFileSync } from 'node:fs';
import { Redis, type RedisOptions } from 'ioredis';

export type { Redis } from 'ioredis';

/** Where a Redis is. */
export interface RedisPlace {
  /** `redis://` or `rediss://`, with user and password where it asks for them. */
  readonly url: string;
  /** A file of PEM certificates that alone vouch for a `rediss://` server. Absent: those that Node.js trusts. */
  readonly ca?: string | undefined;
}

/** Never hang on a dead connection: without a socket timeout a silently cut one stalls a worker for good. */
const patient: RedisOptions = {
  maxRetriesPerRequest: null,
  socketTimeout: 15_000,
  keepAlive: 5_000,
  retryStrategy: (times) => Math.min(times * 100, 1_000),
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
  // Its CLIENT SETINFO is more than the users of deploy/redis/users.acl may do.
  disableClientInfo: true,
};

/** Producers answer at once: a command fails rather than wait for Redis to come back. */
const impatient: RedisOptions = {
  ...patient,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 2_000,
};

/** What a process does there. */
const uses = { consuming: patient, producing: impatient } as const;

export function openRedis(
  { url, ca }: RedisPlace,
  use: keyof typeof uses,
  onError: (error: Error) => void,
): Redis {
  const tls = ca === undefined ? {} : { tls: { ca: readFileSync(ca) } };
  const redis = new Redis(url, { ...uses[use], ...tls });
  redis.on('connect', () => writeTogether(redis.stream));
  return redis.on('error', (error: Error) => {
    if ('command' in error) delete error.command;
    onError(error);
  });
}

/** The commands of one tick are one write: a call's twenty jobs end together, and each write is a system call. */
function writeTogether(stream: Redis['stream']): void {
  const write = stream.write.bind(stream);
  stream.write = (...args: [never]) => {
    if (stream.writableCorked === 0) {
      stream.cork();
      process.nextTick(() => stream.uncork());
    }
    return write(...args);
  };
}
