import { readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Clock, pause } from '../clock.ts';
import { alive } from './alone.ts';
import { ask } from './ask.ts';

/** Where a private Redis listens, as it stands in `<dataDir>/redis.json`. */
export interface Address {
  readonly url: string;
  readonly port: number;
  /** Absent where the server runs in a container. */
  readonly pid?: number;
}

/** A server that was just started and may not answer yet. */
export interface Launched {
  readonly pid?: number;
  /** It ended, or never began. */
  gone(): boolean;
  /** Asks it to write its data and end, and waits until it has. */
  stop(): Promise<void>;
}

/** Starts a server on `port` that keeps its data in `dir`. */
export type Launch = (port: number, dir: string) => Promise<Launched | { readonly problem: string }>;

/** How long a server may take to read its data back at start. */
const loading = 30_000;

export const serverDir = (dataDir: string) => join(dataDir, 'redis');
const addressFile = (dataDir: string) => join(dataDir, 'redis.json');

/** What every private Redis is told, program and container alike: keep everything, evict nothing. */
export const settings = (port: number, dir: string): string[] =>
  Object.entries({
    port: String(port),
    dir,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    logfile: join(dir, 'redis.log'),
  }).flatMap(([name, value]) => [`--${name}`, value]);

async function readAddress(dataDir: string): Promise<Address | undefined> {
  try {
    const { url, port, pid } = JSON.parse(await readFile(addressFile(dataDir), 'utf8')) as Partial<Address>;
    if (typeof url !== 'string' || typeof port !== 'number') return undefined;
    return { url, port, ...(typeof pid === 'number' && { pid }) };
  } catch {
    return undefined;
  }
}

async function writeAddress(dataDir: string, address: Address): Promise<void> {
  const draft = `${addressFile(dataDir)}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(address)}\n`);
  await rename(draft, addressFile(dataDir));
}

/** Whose server it is tells its data directory: a port may have passed to somebody else's Redis. */
async function whose(port: number, dir: string): Promise<'ours' | 'foreign' | 'refused' | 'silent'> {
  const answer = await ask(port, ['CONFIG', 'GET', 'dir']);
  if (typeof answer === 'string') return answer;
  return answer[1] === dir ? 'ours' : 'foreign';
}

/** While it loads its data a server refuses PING. */
async function ready(port: number, clock: Clock, gone: () => boolean): Promise<boolean> {
  for (const start = clock.monotonic(); clock.monotonic() - start < loading && !gone();) {
    const answer = await ask(port, ['PING']);
    if (answer[0] === '+PONG') return true;
    await pause(clock, 10);
  }
  return false;
}

/**
 * The private Redis that already runs on this data, if one does. A recorded process that lives but doesn't
 * answer is given five seconds (it may be starting or ending); a second server beside it would spoil its
 * files, so one that then still holds its port is a problem.
 */
export async function findPrivate(
  dataDir: string,
  clock: Clock,
): Promise<Address | { readonly problem: string } | undefined> {
  const address = await readAddress(dataDir);
  if (!address) return undefined;
  const { port, pid } = address;
  const dir = await realpath(serverDir(dataDir));
  for (const start = clock.monotonic(); ; await pause(clock, 50)) {
    const is = await whose(port, dir);
    if (is === 'ours') {
      if (await ready(port, clock, () => pid !== undefined && !alive(pid))) return address;
      return {
        problem: `the private Redis at ${address.url} runs but answers no PING: see ${dir}/redis.log`,
      };
    }
    if (is === 'foreign' || pid === undefined || !alive(pid)) return undefined;
    if (clock.monotonic() - start < 5_000) continue;
    if (is === 'refused') return undefined; // the pid now belongs to another program
    return { problem: `the private Redis at ${address.url} (process ${pid}) does not answer` };
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/**
 * Starts a server on this data and waits until it answers. The former port comes first, so that clients of a
 * server that died find its successor; a port that was taken in the meantime is another try.
 * Call it only while holding the data directory's lock.
 */
export async function startPrivate(
  dataDir: string,
  clock: Clock,
  launch: Launch,
): Promise<(Address & { stop(): Promise<void> }) | { readonly problem: string }> {
  const dir = await realpath(serverDir(dataDir));
  const former = (await readAddress(dataDir))?.port;
  for (const known of [former, undefined, undefined]) {
    const port = known ?? (await freePort());
    if ((await ask(port, ['PING'], 200)) !== 'refused') continue;
    const server = await launch(port, dir);
    if ('problem' in server) return server;
    const { pid } = server;
    const address = { url: `redis://127.0.0.1:${port}`, port, ...(pid !== undefined && { pid }) };
    // before it answers: should this process end now, the next one must find the server
    await writeAddress(dataDir, address);
    if (await ready(port, clock, () => server.gone())) return { ...address, stop: () => server.stop() };
    if (server.gone()) continue;
    await server.stop();
    return { problem: `it answered no PING in ${loading / 1000} s: see ${dir}/redis.log` };
  }
  return { problem: `it ended at its start: see ${dir}/redis.log` };
}
