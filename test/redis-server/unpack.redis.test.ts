import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onPath, run } from '../../src/redis-server/run.ts';
import { unpackRedis } from '../../src/redis-server/unpack.ts';

const { env } = process;
const debian = await onPath(['apt-get'], env);
let cacheDir: string;

beforeEach(async () => void (cacheDir = await mkdtemp(join(tmpdir(), 'expunge-unpack-'))));
afterEach(() => rm(cacheDir, { recursive: true, force: true }));

describe('unpackRedis', () => {
  it.skipIf(!debian)('gives two that ask at once the same program, leaving nothing else behind', async () => {
    const [one, other] = await Promise.all([unpackRedis(cacheDir, env), unpackRedis(cacheDir, env)]);
    expect(one).toEqual(other);
    if ('problem' in one) throw new Error(one.problem);
    expect(await run(one.binary, ['--version'], { env, ms: 5_000 })).toEqual({
      out: expect.stringMatching(/^Redis server v=/) as string,
    });
    expect(await readdir(cacheDir)).toEqual([`redis-${process.arch}`]);
  });

  it.skipIf(!debian)(
    'needs neither network nor apt where it was unpacked before, and may be moved',
    async () => {
      const shared = await unpackRedis('.cache', env);
      if ('problem' in shared) throw new Error(shared.problem);
      await run('cp', ['-r', join(shared.binary, '..'), cacheDir], { env, ms: 10_000 });
      const noApt = join(cacheDir, 'bin');
      await mkdir(noApt);
      for (const tool of ['sh', 'dirname'])
        await run('ln', ['-s', `/bin/${tool}`, noApt], { env, ms: 5_000 });
      expect(await unpackRedis(cacheDir, { PATH: noApt })).toEqual({
        binary: join(cacheDir, `redis-${process.arch}`, 'redis-server'),
      });
      const elsewhere = join(cacheDir, 'else where');
      await mkdir(elsewhere);
      await rename(join(cacheDir, `redis-${process.arch}`), join(elsewhere, `redis-${process.arch}`));
      expect(await unpackRedis(elsewhere, { PATH: noApt })).toHaveProperty('binary');
    },
  );

  it.skipIf(!debian)('replaces one that does not run here', async () => {
    const home = join(cacheDir, `redis-${process.arch}`);
    await mkdir(home);
    await writeFile(join(home, 'redis-server'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
    expect(await unpackRedis(cacheDir, env)).toEqual({ binary: join(home, 'redis-server') });
    expect(await readFile(join(home, 'redis-server'), 'utf8')).toContain('LD_LIBRARY_PATH');
  });

  it('says so where there is no apt', async () => {
    expect(await unpackRedis(cacheDir, { PATH: cacheDir })).toEqual({
      problem: expect.stringContaining('apt-get') as string,
    });
  });
});
