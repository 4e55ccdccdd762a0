/** The dashboards as Grafana reads them: nothing in them may point at what does not exist. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dashboards } from '../../deploy/grafana/dashboards.ts';
import { knownMetrics } from './known-metrics.ts';
import { asked } from './promql.ts';

interface Target {
  readonly expr: string;
  readonly legendFormat: string;
  readonly refId: string;
  readonly datasource: { readonly uid: string };
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly links?: readonly { readonly url: string }[];
  readonly targets?: readonly Target[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
}
interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

const text = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const all = dashboards.map(([file]) => [file, JSON.parse(text(file)) as Dashboard] as const);
const known = knownMetrics();
const units = ['s', 'short', 'bytes', 'percentunit'];

const drawn = ({ panels }: Dashboard) => panels.filter(({ type }) => type !== 'row');
const targets = (dashboard: Dashboard) => drawn(dashboard).flatMap((panel) => panel.targets ?? []);

/** What is wrong with one expression, in words. */
function faults(expr: string, legend = ''): readonly string[] {
  const { metrics, groups } = asked(expr);
  const have = new Set(metrics.flatMap(({ name }) => known.get(name) ?? []));
  const stay = groups.length > 0 ? new Set(groups) : have;
  return [
    ...(metrics.length === 0 ? ['asks for no metric'] : []),
    ...metrics.filter(({ name }) => !known.has(name)).map(({ name }) => `there is no ${name}`),
    ...metrics.flatMap(({ name, labels }) =>
      labels.filter((label) => !known.get(name)?.includes(label)).map((label) => `${name} has no ${label}`),
    ),
    ...groups.filter((label) => !have.has(label)).map((label) => `nothing has ${label}`),
    ...[...legend.matchAll(/\{\{(\w+)\}\}/g)].flatMap(([, label = '']) =>
      stay.has(label) ? [] : [`${label} is not left for the legend`],
    ),
  ];
}

describe('faults', () => {
  it('finds what an expression asks for and nobody has', () => {
    expect(
      faults('sum by (account) (rate(expunge_provider_calls_total{result="answered"}[5m]))', '{{account}}'),
    ).toEqual([]);
    expect(faults('expunge_no_such')).toEqual(['there is no expunge_no_such']);
    expect(faults('max(up) or expunge_halted{campaign="a"}')).toEqual(['expunge_halted has no campaign']);
    expect(faults('sum by (campaign) (expunge_targets_open)')).toEqual(['nothing has campaign']);
    expect(faults('sum by (account) (expunge_targets_open)', '{{operation}}')).toEqual([
      'operation is not left for the legend',
    ]);
    expect(faults('expunge_ledger_write_duration_seconds')).not.toEqual([]);
    expect(faults('vector(0)')).toEqual(['asks for no metric']);
  });
});

describe.each(all)('%s', (_file, dashboard) => {
  it('is of the schema of Grafana 11 or 12, and has a uid of ours', () => {
    expect([39, 40, 41]).toContain(dashboard.schemaVersion);
    expect(dashboard.uid).toMatch(/^expunge-/);
  });

  it('has panels with ids and titles of their own', () => {
    const { panels } = dashboard;
    expect(panels.length).toBeGreaterThan(8);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });

  it('lays them out in 24 columns, none over another', () => {
    const places = dashboard.panels.map(({ gridPos }) => gridPos);
    const over = places.flatMap((a, n) =>
      places
        .slice(n + 1)
        .filter((b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h),
    );
    expect(over).toEqual([]);
    expect(places.filter(({ x, w }) => x < 0 || x + w > 24)).toEqual([]);
  });

  it('says of each panel what it shows, what to do, and in which unit', () => {
    const lacking = drawn(dashboard).filter(
      ({ description = '', fieldConfig }) =>
        !/^.{20,}\n\n\*\*What to do:\*\* .{10,}$/.test(description) ||
        !(
          units.includes(fieldConfig?.defaults.unit ?? '') ||
          fieldConfig?.defaults.unit?.startsWith('suffix: ')
        ),
    );
    expect(lacking.map(({ title }) => title)).toEqual([]);
  });

  it('asks only for metrics and labels that exist', () => {
    const wrong = targets(dashboard).flatMap(({ expr, legendFormat }) =>
      faults(expr, legendFormat).map((fault) => `${fault}: ${expr}`),
    );
    expect(wrong).toEqual([]);
    expect(drawn(dashboard).filter((panel) => !panel.targets?.length)).toEqual([]);
  });

  it('uses each of its variables, and no other', () => {
    const { list } = dashboard.templating;
    const declared = list.map(({ name }) => name);
    const used = new Set(
      [...JSON.stringify([dashboard.panels, list]).matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name),
    );
    expect(declared).toEqual(expect.arrayContaining(['datasource', 'account', 'operation']));
    expect(declared.filter((name) => !used.has(name))).toEqual([]);
    expect([...used].filter((name) => !name.startsWith('__') && !declared.includes(name))).toEqual([]);
    expect(targets(dashboard).every(({ datasource }) => datasource.uid === '${datasource}')).toBe(true);
    for (const { definition } of list)
      if (definition)
        expect(faults(definition.replace(/^label_values\((.*), (\w+)\)$/, 'max by ($2) ($1)'))).toEqual([]);
  });

  it('links to headings that the documentation has', () => {
    const links = drawn(dashboard).flatMap((panel) => panel.links ?? []);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter(({ url }) => !headings().has(url)).map(({ url }) => url)).toEqual([]);
  });
});

function headings(): ReadonlySet<string> {
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
  const pages = ['operations.md', 'campaigns.md'];
  return new Set(
    pages.flatMap((page) =>
      [...text(`docs/${page}`).matchAll(/^#+ (.*)$/gm)].map(
        ([, heading = '']) => `\${docs}/${page}#${slug(heading)}`,
      ),
    ),
  );
}

describe('the provisioning', () => {
  const { services } = parse(text('docker-compose.yml'), { merge: true }) as {
    services: Readonly<Record<string, { readonly volumes?: readonly string[] }>>;
  };
  const mounted = services['grafana']?.volumes ?? [];

  it('has a datasource at a service of docker-compose.yml, at the pace of its scrapes', () => {
    const { datasources } = parse(text('deploy/grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: readonly { url: string; jsonData: { timeInterval: string } }[];
    };
    const scrapes = parse(text('deploy/prometheus/prometheus.yml')) as {
      global: { scrape_interval: string };
    };
    expect(datasources.map(({ url }) => new URL(url).hostname)).toEqual(['prometheus']);
    expect(Object.keys(services)).toContain('prometheus');
    expect(datasources[0]?.jsonData.timeInterval).toBe(scrapes.global.scrape_interval);
  });

  it('reads the dashboards from where they are mounted', () => {
    const { providers } = parse(text('deploy/grafana/provisioning/dashboards/expunge.yml')) as {
      providers: readonly { options: { path: string } }[];
    };
    const path = providers[0]?.options.path;
    expect(mounted).toContain(`./deploy/grafana/dashboards:${path}:ro`);
    expect(mounted).toContain('./deploy/grafana/provisioning:/etc/grafana/provisioning:ro');
  });
});
