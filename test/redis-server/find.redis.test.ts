import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pause, systemClock as clock } from '../../src/clock.ts';
import { alive } from '../../src/redis-server/alone.ts';
import { ask } from '../../src/redis-server/ask.ts';
import { findOrStartRedis, type PrivateRedis } from '../../src/redis-server/find.ts';
import { type Environment, onPath } from '../../src/redis-server/run.ts';
import { unpackRedis } from '../../src/redis-server/unpack.ts';

let root: string;
let logged: unknown[];
const pids = new Set<number>();
const children: ChildProcess[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'expunge-find-'));
  logged = [];
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const pid of pids) if (alive(pid)) process.kill(pid, 'SIGKILL');
  for (const pid of pids) while (alive(pid)) await pause(clock, 5);
  pids.clear();
  await rm(root, { recursive: true });
});

const log = { info: (fields: object, message: string) => void logged.push({ ...fields, message }) };
const look = (dataDir: string, env: Environment = process.env) =>
  findOrStartRedis({ dataDir: join(root, dataDir), cacheDir: '.cache', clock, log, env });

async function start(dataDir: string, env?: Environment): Promise<PrivateRedis & { port: number }> {
  const redis = await look(dataDir, env);
  if ('problem' in redis) throw new Error(redis.problem);
  if (redis.pid !== undefined) pids.add(redis.pid);
  return { ...redis, port: Number(new URL(redis.url).port) };
}

/** What another process found or started. */
async function startElsewhere(dataDir: string): Promise<{ url: string; pid: number; child: ChildProcess }> {
  const args = ['--import', 'tsx', 'test/redis-server/starter.ts', join(root, dataDir), '.cache'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  children.push(child);
  for await (const line of createInterface(child.stdout)) {
    const redis = JSON.parse(line) as { url: string; pid: number };
    pids.add(redis.pid);
    return { ...redis, child };
  }
  throw new Error('the process ended without an answer');
}

async function anyBinary(): Promise<string> {
  const installed = await onPath(['redis-server', 'valkey-server'], process.env);
  if (installed !== undefined) return installed;
  const unpacked = await unpackRedis('.cache', process.env);
  if ('problem' in unpacked) throw new Error(unpacked.problem);
  return unpacked.binary;
}

describe('findOrStartRedis', () => {
  it('starts one that keeps everything, evicts nothing and listens on loopback only', async () => {
    const { port } = await start('a');
    const setting = async (name: string) => (await ask(port, ['CONFIG', 'GET', name]))[1];
    expect(await setting('appendonly')).toBe('yes');
    expect(await setting('appendfsync')).toBe('everysec');
    expect(await setting('maxmemory-policy')).toBe('noeviction');
    expect(await setting('protected-mode')).toBe('yes');
    expect(await setting('save')).toBe('');
    expect(await setting('bind')).toBe('127.0.0.1');
    expect(logged).toEqual([expect.objectContaining({ message: 'redis is private, and was started' })]);
  });

  it('finds the one that runs, and leaves it running when the finder stops', async () => {
    const first = await start('a');
    const second = await start('a');
    expect(second.pid).toBe(first.pid);
    await second.stop();
    expect(await ask(first.port, ['PING'])).toEqual(['+PONG']);
    await first.stop();
    expect(await ask(first.port, ['PING'])).toBe('refused');
  });

  it('goes on at the same port with the same data after a stop and after a kill', async () => {
    const first = await start('a');
    await ask(first.port, ['SET', 'k', 'stopped']);
    await first.stop();
    const second = await start('a');
    expect(second.url).toBe(first.url);
    await ask(second.port, ['APPEND', 'k', ' killed']);
    process.kill(second.pid ?? 0, 'SIGKILL');
    const third = await start('a');
    expect(third.pid).not.toBe(second.pid);
    expect(third.url).toBe(first.url);
    expect(await ask(third.port, ['STRLEN', 'k'])).toEqual([`:${'stopped killed'.length}`]);
  });

  it("starts one that outlives a kill of its parent's whole process group", async () => {
    const { child, pid } = await startElsewhere('a');
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect((await start('a')).pid).toBe(pid);
  });

  it('ends a race with one server, within a process and among several', async () => {
    const found = await Promise.all([
      ...[1, 2, 3, 4].map(() => start('a')),
      ...[1, 2, 3].map(() => startElsewhere('a')),
      ...[1, 2].map(() => startElsewhere('b')),
    ]);
    expect(new Set(found.map(({ pid }) => pid)).size).toBe(2); // one in a, one in b
  });

  it('gives each data directory a server of its own', async () => {
    expect((await start('a')).pid).not.toBe((await start('b')).pid);
  });

  it("does not take another directory's server for its own", async () => {
    const other = await start('other');
    await mkdir(join(root, 'mine'));
    await copyFile(join(root, 'other/redis.json'), join(root, 'mine/redis.json'));
    expect((await start('mine')).pid).not.toBe(other.pid);
    expect(await ask(other.port, ['PING'])).toEqual(['+PONG']);
  });

  it('never starts a second server beside one that hangs', async () => {
    const { pid = 0 } = await start('a');
    process.kill(pid, 'SIGSTOP');
    expect(await look('a')).toEqual({ problem: expect.stringContaining('does not answer') as string });
  });

  it('prefers a program on PATH', async () => {
    const bin = join(root, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'valkey-server'), `#!/bin/sh\nexec ${await anyBinary()} "$@"\n`, {
      mode: 0o755,
    });
    await start('a', { PATH: `${bin}:${process.env['PATH'] ?? ''}` });
    expect(logged).toEqual([expect.objectContaining({ way: 'a program on PATH' })]);
  });

  it('runs a container where docker is all there is', async () => {
    // stands in for an engine: a "container" is the image's command run as a plain program
    const bin = join(root, 'bin');
    await mkdir(bin);
    for (const tool of ['sh', 'kill', 'dirname']) await symlink(`/bin/${tool}`, join(bin, tool));
    const docker = `#!/bin/sh
echo "$@" >> '${root}/docker.log'
case $1 in
  run) while [ "$1" != redis-server ]; do shift; done; shift
       ${await anyBinary()} "$@" > /dev/null 2>&1 & echo $! ;;
  stop) kill "$2" ;;
esac\n`;
    await writeFile(join(bin, 'docker'), docker, { mode: 0o755 });
    const env = { PATH: bin };
    const where = { dataDir: join(root, 'a'), cacheDir: join(root, 'empty'), clock, log, env };
    const redis = await findOrStartRedis(where);
    if ('problem' in redis) throw new Error(redis.problem);
    const { port } = new URL(redis.url);
    expect(await findOrStartRedis(where)).toMatchObject({ url: redis.url });
    await redis.stop();
    const [info, inspect, started, stopped] = (await readFile(join(root, 'docker.log'), 'utf8')).split('\n');
    expect(info).toMatch(/^info /);
    expect(inspect).toMatch(/^image inspect redis:7\.2\.7-alpine$/);
    expect(started).toContain(`--publish 127.0.0.1:${port}:${port} --volume ${root}/a/redis:${root}/a/redis`);
    expect(started).toContain('--appendonly yes --appendfsync everysec');
    expect(stopped).toMatch(/^stop \d+$/);
    while ((await ask(Number(port), ['PING'])) !== 'refused') await pause(clock, 5);
  });

  it('says what was tried and every way to get one where there is none', async () => {
    const where = { dataDir: join(root, 'a'), cacheDir: join(root, 'c'), clock, log, env: { PATH: root } };
    const none = await findOrStartRedis(where);
    if (!('problem' in none)) throw new Error('found one');
    expect(none.problem).toContain('neither redis-server nor valkey-server');
    expect(none.problem).toContain('no apt-get');
    expect(none.problem).toContain('docker is not on PATH');
    expect(none.problem).toContain('sudo apt-get install -y redis-server');
    expect(none.problem).toContain('brew install redis');
    expect(none.problem).toContain('docker compose up -d --wait redis');
    expect(none.problem).toContain('REDIS_URL=redis://');
  });

  it('says so where the data directory can not be made', async () => {
    await writeFile(join(root, 'file'), '');
    expect(await look('file/below')).toEqual({ problem: expect.stringContaining('has no place') as string });
  });
});
