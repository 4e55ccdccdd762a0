/**
 * A PostgreSQL server of the tests' own, from the machine's packages, on a free loopback port. It refuses to run
 * as root: there it runs as the user `postgres` that its package makes.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

const debian = '/usr/lib/postgresql';

/** The folder of its programs, newest first; undefined where there are none. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(debian, version, 'bin'))];
  const onPath = (process.env['PATH'] ?? '').split(':');
  return [...folders, ...onPath].find((folder) => existsSync(join(folder, 'initdb')));
}

/** Whom to run it as; nothing special unless this is root. */
function identity(): { uid?: number; gid?: number } | undefined {
  if (process.getuid?.() !== 0) return {};
  const asked = spawnSync('id', ['-u', 'postgres'], { encoding: 'utf8' });
  if (asked.status !== 0) return undefined;
  const group = spawnSync('id', ['-g', 'postgres'], { encoding: 'utf8' });
  return { uid: Number(asked.stdout), gid: Number(group.stdout) };
}

export class PostgresServer {
  readonly url: string;
  readonly #dir: string;
  readonly #port: number;
  readonly #bin: string;
  readonly #settings: readonly string[];
  readonly #as: { uid?: number; gid?: number };
  #process: ChildProcess | undefined;

  private constructor(dir: string, port: number, bin: string, settings: readonly string[], as: object) {
    this.#dir = dir;
    this.#port = port;
    this.#bin = bin;
    this.#settings = settings;
    this.#as = as;
    this.url = `postgres://expunge@127.0.0.1:${port}/postgres`;
  }

  /** A new, empty one that answers; undefined where the machine has none. `settings` like `fsync=off`. */
  static async create(settings: readonly string[] = []): Promise<PostgresServer | undefined> {
    const bin = postgresPrograms();
    const as = identity();
    if (!bin || !as) return undefined;
    const dir = await mkdtemp(join(tmpdir(), 'expunge-postgres-'));
    if (as.uid !== undefined && as.gid !== undefined) chownSync(dir, as.uid, as.gid);
    const made = spawnSync(
      join(bin, 'initdb'),
      ['-D', dir, '-U', 'expunge', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale', 'C'],
      { ...as, cwd: dir, encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
    const server = new PostgresServer(dir, await freePort(), bin, settings, as);
    await server.start();
    return server;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const settings = [`port=${this.#port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
    this.#process = spawn(
      join(this.#bin, 'postgres'),
      ['-D', this.#dir, ...[...settings, ...this.#settings].flatMap((setting) => ['-c', setting])],
      { ...this.#as, cwd: this.#dir, stdio: 'ignore' },
    );
    const ready = () =>
      spawnSync(join(this.#bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(this.#port)]).status ===
      0;
    while (!ready()) {
      if (this.#process.exitCode !== null) throw new Error('postgres did not start');
      await sleep(20);
    }
  }

  /** SIGQUIT: at once and without tidying up, like a crash; SIGINT: in order, connections are cut. */
  async stop(signal: 'SIGQUIT' | 'SIGINT' = 'SIGINT'): Promise<void> {
    const ending = this.#process;
    if (!ending || ending.exitCode !== null) return;
    ending.kill(signal);
    await once(ending, 'exit');
  }

  async remove(): Promise<void> {
    await this.stop('SIGQUIT');
    await rm(this.#dir, { recursive: true });
  }
}
