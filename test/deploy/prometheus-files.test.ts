/** The tests' Prometheus evaluates the rules of `deploy/prometheus`, only sooner. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hastened, jobs, writeFiles, writeTargets } from './prometheus-files.ts';
import { prometheusPresent } from './prometheus-process.ts';

const ours = join(import.meta.dirname, '../../deploy/prometheus/rules');

describe('hastened', () => {
  it('shortens waits, windows and offsets, and nothing else', () => {
    const rule = (window: string, offset: string, wait: string) =>
      `- alert: A\n  expr: x:ratio_rate5m[${window}] - x offset ${offset} > 900\n  for: ${wait}\n`;
    expect(hastened(rule('15m', '30m', '10m'), 60, 4)).toBe(rule('15000ms', '30000ms', '10000ms'));
    expect(hastened(rule('3d', '1h', '1m'), 600, 4)).toBe(rule('432000ms', '6000ms', '100ms'));
  });

  it('leaves windows room for four scrapes, and waits none', () => {
    expect(hastened('x[5m] offset 5m\nfor: 2m', 300, 4)).toBe('x[4000ms] offset 4000ms\nfor: 400ms');
  });

  it('finds every duration that our rules have', () => {
    for (const file of readdirSync(ours)) {
      const rules = readFileSync(join(ours, file), 'utf8');
      const left = hastened(rules, 60, 4)
        .replace(/\b\d+ms\b/g, '')
        .match(/(\[|offset +|for: +)\d/g);
      expect(left ?? []).toEqual([]);
    }
  });
});

describe('writeFiles', () => {
  it.skipIf(!prometheusPresent)('makes a configuration that Prometheus takes', () => {
    const dir = mkdtempSync(join(tmpdir(), 'expunge-prometheus-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    writeFiles(dir, { everySeconds: 1, faster: 60, rewrite: (rules) => rules });
    for (const job of jobs) writeTargets(dir, job, ['127.0.0.1:9464']);
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'config', 'prometheus.yml'], {
      ...{ cwd: dir, encoding: 'utf8' },
    });
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toContain('2 rule files found');
  });
});
