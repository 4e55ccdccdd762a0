/** Every metric that Prometheus has of our processes, with its labels. */
import { readFileSync } from 'node:fs';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { parse } from 'yaml';
import { metricsTable } from '../../src/metrics.ts';

/** Prometheus adds these to all that it scrapes. */
const scraped = ['job', 'instance'];

export function knownMetrics(): ReadonlyMap<string, readonly string[]> {
  const known = new Map<string, readonly string[]>();
  const add = (name: string, type: string, labels: readonly string[]) => {
    const all = [...labels, ...scraped];
    if (type !== 'histogram') known.set(name, all);
    else for (const part of ['_bucket', '_sum', '_count']) known.set(name + part, [...all, 'le']);
  };
  for (const [, name = '', type = '', labels = ''] of metricsTable().matchAll(
    /^\| `(\w+)` \| (\w+) \| (.*?) \|/gm,
  ))
    add(
      name,
      type,
      [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
    );

  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const metric of registry.getMetricsAsArray()) {
    const { labelNames } = metric as unknown as { labelNames: readonly string[] };
    add(metric.name, String(metric.type), labelNames);
  }

  for (const name of ['up', 'scrape_duration_seconds', 'scrape_samples_scraped']) known.set(name, scraped);
  const about = ['account', 'operation', 'campaign', 'provider', 'reason'];
  known.set('ALERTS', ['alertname', 'alertstate', 'severity', ...about, ...scraped]);
  for (const [name, labels] of recorded()) known.set(name, labels);
  return known;
}

/** What a rule's name says of its labels, by the custom that it begins with their level. */
const levels: Readonly<Record<string, readonly string[]>> = {
  lane: ['account', 'operation', 'unit', 'state'],
  operation: ['operation'],
  unit: ['unit'],
};

function recorded(): readonly (readonly [string, readonly string[]])[] {
  const file = new URL('../../deploy/prometheus/rules/recording.yml', import.meta.url);
  const { groups } = parse(readFileSync(file, 'utf8')) as {
    groups: readonly { rules: readonly { record: string }[] }[];
  };
  return groups.flatMap(({ rules }) =>
    rules.map(({ record }) => [record, levels[record.split(':')[0]!] ?? []] as const),
  );
}
