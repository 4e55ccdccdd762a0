/**
 * The rules of deploy/prometheus: each alert is proved on both sides of its boundary by promtool, has a page in
 * docs/operations.md, and asks only for metrics that there are. promtool comes with Debian's package `prometheus`.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buckets } from '../../src/metrics/buckets.ts';
import { metricsTable } from '../../src/metrics.ts';

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: { readonly severity: string };
  readonly annotations?: {
    readonly summary: string;
    readonly description: string;
    readonly runbook_url: string;
  };
}

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'deploy/prometheus');
const read = (...path: string[]) => readFileSync(join(...path), 'utf8');
const rulesOf = (file: string): readonly Rule[] => {
  const { groups } = parse(read(folder, 'rules', file)) as { groups: readonly { rules: readonly Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
};
const tests = readdirSync(join(folder, 'tests')).filter((file) => file.endsWith('.yml'));
const alerts = rulesOf('alerts.yml');
const records = rulesOf('recording.yml');

const promtool = (...args: string[]) => spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
const present = promtool('--version').status === 0;
if (!present)
  console.warn('promtool is not installed: the rules of deploy/prometheus are not run (Debian: prometheus)');

describe('deploy/prometheus', () => {
  it.skipIf(!present)('is a configuration with rules that Prometheus takes', () => {
    const { status, stdout, stderr } = promtool('check', 'config', 'prometheus.yml');
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toContain('2 rule files found');
  });

  it.skipIf(!present)(
    'fires each alert where it should, and not just before',
    () => {
      const files = tests.map((file) => join('tests', file));
      const { status, stdout, stderr } = promtool('test', 'rules', ...files);
      expect(status, stdout + stderr).toBe(0);
    },
    120_000,
  );

  it.each(alerts.map((rule) => [rule.alert ?? '', rule] as const))(
    '%s has both cases and a page',
    (alert, rule) => {
      const cases = tests.flatMap((file) => {
        const { tests: all } = parse(read(folder, 'tests', file)) as { tests: readonly { name: string }[] };
        return all.map(({ name }) => name).filter((name) => name.startsWith(`${alert} `));
      });
      expect(cases.some((name) => name.startsWith(`${alert} fires: `))).toBe(true);
      expect(cases.some((name) => name.startsWith(`${alert} is silent: `))).toBe(true);
      expect(['critical', 'warning']).toContain(rule.labels?.severity);
      const { summary = '', description = '', runbook_url: page = '' } = rule.annotations ?? {};
      expect(Math.min(summary.length, description.length)).toBeGreaterThan(15);
      const [file = '', anchor = ''] = page.split('#');
      expect(anchorsOf(read(root, file))).toContain(anchor);
    },
  );

  it('asks only for metrics that the code has, or that a rule records', () => {
    const known = new Set(records.map(({ record }) => record ?? ''));
    for (const [, name = '', type = ''] of metricsTable().matchAll(/^\| `(\w+)` \| (\w+)/gm))
      for (const suffix of type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''])
        known.add(name + suffix);
    const asked = [...records, ...alerts].flatMap(
      ({ expr }) => expr.match(/(?:\w+:)?expunge_\w+(?::\w+)?/g) ?? [],
    );
    expect(asked.length).toBeGreaterThan(80);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
  });

  it('holds the objective at a bucket that there is', () => {
    const asked = records.flatMap(({ expr }) => expr.match(/le=~"(\d+)/)?.[1] ?? []);
    expect(new Set(asked)).toEqual(new Set(['900']));
    expect(buckets.target_settle_seconds).toContain(900);
  });
});

/** As GitHub makes them of headings. */
function anchorsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
