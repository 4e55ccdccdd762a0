/** Every expression of the dashboards and of the rules, and the places where they stand. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { dashboards } from '../../deploy/grafana/dashboards.ts';

export interface Expression {
  /** Such as `overview: Ids settled`, or the name of an alert or record. */
  readonly where: string;
  readonly kind: 'panel' | 'record' | 'alert';
  readonly expr: string;
  readonly legend: string;
}

interface Dashboard {
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

const text = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const read = dashboards.map(([file]) => JSON.parse(text(file)) as Dashboard);

export const panels: readonly Expression[] = read.flatMap(({ title, panels: all }) =>
  all.flatMap((panel) =>
    (panel.targets ?? []).map(({ expr, legendFormat: legend }) => ({
      ...{ where: `${title.replace('Expunge: ', '')}: ${panel.title}`, kind: 'panel' as const, expr, legend },
    })),
  ),
);

/** `label_values(SELECTOR, LABEL)` of each variable, by its name: dashboards that share one ask the same. */
export const variables: ReadonlyMap<string, { readonly from: string; readonly label: string }> = new Map(
  read.flatMap(({ templating }) =>
    templating.list.flatMap(({ name, definition = '' }) => {
      const [, from, label] = /^label_values\((.*), (\w+)\)$/.exec(definition) ?? [];
      return from && label ? [[name, { from, label }] as const] : [];
    }),
  ),
);

/** An expression as Grafana asks it when all accounts, operations, campaigns and these processes are chosen. */
export function filled(
  expr: string,
  of: { readonly rangeSeconds: number; readonly everySeconds: number; readonly instances: readonly string[] },
): string {
  const values = {
    // four scrapes at least, which Grafana knows from the interval of its datasource
    $__rate_interval: `${4 * of.everySeconds}s`,
    $__range: `${of.rangeSeconds}s`,
    ...{ $account: '.*', $operation: '.*', $campaign: '.*', $instance: of.instances.join('|') },
  };
  return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(name, value), expr);
}

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
}

export const rules: readonly Expression[] = ['recording', 'alerts'].flatMap((file) => {
  const { groups } = parse(text(`deploy/prometheus/rules/${file}.yml`)) as {
    groups: readonly { readonly rules: readonly Rule[] }[];
  };
  return groups
    .flatMap((group) => group.rules)
    .map(({ record, alert, expr }) => ({
      ...{ where: alert ?? record ?? '', kind: alert ? ('alert' as const) : ('record' as const) },
      ...{ expr: expr.trim(), legend: '' },
    }));
});

/** Where at the top level of an expression this pattern matches: outside of brackets and strings. */
function parted(expr: string, pattern: RegExp): readonly string[] {
  const hidden = hide(expr);
  const parts: string[] = [];
  let from = 0;
  for (const { 0: found, index } of hidden.matchAll(pattern)) {
    parts.push(expr.slice(from, index));
    from = index + found.length;
  }
  return [...parts, expr.slice(from)].map((part) => part.trim());
}

/** As long as before, with a dot for each character that stands in brackets or in a string. */
function hide(expr: string): string {
  let depth = 0;
  return expr.replace(/"[^"]*"|[\s\S]/g, (char) => {
    if ('([{'.includes(char)) return depth++ === 0 ? char : '.';
    if (')]}'.includes(char)) return --depth === 0 ? char : '.';
    return depth > 0 || char.startsWith('"') ? '.'.repeat(char.length) : char;
  });
}

const matching = String.raw`(?:\s+(?:on|ignoring|group_left|group_right)\s*\([^)]*\))*`;
const either = new RegExp(String.raw`\b(?:and|or|unless)\b${matching}`, 'g');
const compared = new RegExp(String.raw`(?:==|!=|<=|>=|<|>)(?:\s*bool\b)?${matching}`, 'g');
const wrapped = /^(?:absent)?\s*\(\.*\)$/;

/** What an alert compares, and what it is silenced by: its expression without comparisons, `and`, `or` and `unless`. */
export function inputsOf(expr: string): readonly string[] {
  for (const pattern of [either, compared]) {
    const parts = parted(expr, pattern);
    if (parts.length > 1) return parts.flatMap(inputsOf);
  }
  if (wrapped.test(hide(expr))) return inputsOf(expr.slice(expr.indexOf('(') + 1, -1).trim());
  return Number.isNaN(Number(expr)) ? [expr] : [];
}
