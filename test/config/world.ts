import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadConfig, type Config, type ConfigProblem } from '../../src/config.ts';
import type { Operation } from '../../src/providers/operation.ts';

const operation = (name: string, calls: number, per: 'second' | 'minute') =>
  ({
    name,
    provider: name.startsWith('huawei') ? 'huawei' : 'alibaba',
    cap: { calls, per, documented: true },
  }) as Operation;

export const operations = [
  operation('alibaba.vod.delete-image', 50, 'second'),
  operation('alibaba.vod.delete-video', 30, 'second'),
  operation('huawei.vod.delete-thumbnails', 100, 'minute'),
];

/** A directory of its own with these files in it; `load` reads its `expunge.yaml`. */
export function world(files: Readonly<Record<string, string>> = {}, env: Record<string, string> = {}) {
  const cwd = mkdtempSync(join(tmpdir(), 'expunge-config-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  const load = (file?: string) => loadConfig({ file, env, cwd, operations });
  return {
    cwd,
    load,
    config(file?: string): Config {
      const loaded = load(file);
      if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems, null, 2));
      return loaded.config;
    },
    problems(file?: string): readonly ConfigProblem[] {
      const loaded = load(file);
      return 'problems' in loaded ? loaded.problems : [];
    },
  };
}

/** One Alibaba account called `a`, with `more` lines (unindented) in it. */
export const account = (...more: string[]) =>
  [
    'accounts:',
    '  a:',
    '    provider: alibaba',
    '    region: cn-shanghai',
    '    credentials: { accessKeyId: id-a, accessKeySecret: hunter2hunter2 }',
    ...more.map((line) => `    ${line}`),
    '',
  ].join('\n');
