/** What a figure is worth nothing without: on which machine it was measured, with what, and when. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { systemClock } from '../src/clock.ts';
import { BenchRedis } from './redis.ts';
import { rounded } from './bench.ts';

/** Packages whose version decides a figure. */
const packages = ['bullmq', 'ioredis', 'bottleneck', 'undici', 'libsql', 'pg', '@alicloud/pop-core'];

export interface Conditions {
  readonly date: string;
  /** Abbreviated; with a plus sign where the sources have changed since. */
  readonly commit: string;
  readonly seed: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly system: string;
  };
  readonly versions: Readonly<Record<string, string>>;
}

export async function conditions(seed: string): Promise<Conditions> {
  const redis = await BenchRedis.start();
  const { version } = await redis.state();
  await redis.stop();
  return {
    date: new Date(systemClock.now()).toISOString(),
    commit: commit(),
    seed,
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGb: rounded(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
    },
    versions: {
      node: process.versions.node,
      redis: version,
      ...Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
    },
  };
}

function versionOf(name: string): string {
  // Not by its name: a package may keep its own description to itself.
  const text = readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'bench', 'package-lock.json') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}
