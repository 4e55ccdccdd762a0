/**
 * Panels of a dashboard, as Grafana's dashboard JSON (schema 41) has them. Each must say what it shows, and what to do
 * when it looks wrong: a panel that only alarms is of no use to whoever is woken by it.
 */

/** Names of Grafana's units; `suffix:` ones are ours. */
export type Unit = 's' | 'short' | 'bytes' | 'percentunit' | 'dateTimeAsIso' | `suffix: ${string}`;
export type Color = 'green' | 'yellow' | 'orange' | 'red' | 'dark-red' | 'blue' | 'purple' | 'text';
/** From that value on it has that colour. */
export type Step = readonly [from: number | null, color: Color];
/** A value's words and colour. */
export type Words = Readonly<Record<number, readonly [text: string, color: Color]>>;

export interface Query {
  readonly expr: string;
  readonly legend?: string;
}

/** How one series, or column of a table, differs from the others: by its name, or by a pattern between slashes. */
export interface Override {
  readonly of: string;
  readonly unit?: Unit;
  readonly color?: Color;
  readonly dashed?: true;
  readonly max?: number;
  readonly steps?: readonly Step[];
  readonly words?: Words;
}

export interface Panel {
  readonly title: string;
  /** What it shows. */
  readonly shows: string;
  /** What to do when it does not look as it should. */
  readonly todo: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Of 24 columns. */
  readonly width: number;
  readonly height?: number;
  /** Where the documentation says more: the name of an alert, or a page and its anchor. */
  readonly see?: readonly string[];
  readonly steps?: readonly Step[];
  readonly words?: Words;
  readonly min?: number;
  readonly max?: number;
  /** What stands there while nothing is known. */
  readonly none?: string;
  readonly overrides?: readonly Override[];
}

export type Json = Readonly<Record<string, unknown>>;
/** A panel without its place. */
export interface Placeable {
  readonly width: number;
  readonly height: number;
  readonly json: Json;
}

const quiet: readonly Step[] = [[null, 'text']];
/** The documentation's address is a variable, since dashboards are copied to other Grafanas. */
const addressOf = (see: string) =>
  see.includes('#') ? `\${docs}/${see}` : `\${docs}/operations.md#${see.toLowerCase()}`;
const source = { type: 'prometheus', uid: '${datasource}' } as const;
const last = { calcs: ['lastNotNull'], fields: '', values: false } as const;
const tooltip = { mode: 'multi', sort: 'desc' } as const;

/** One figure, the sum or the worst of all. */
export const stat = (panel: Panel): Placeable =>
  placeable('stat', panel, 4, {
    colorMode: 'background',
    graphMode: 'none',
    justifyMode: 'auto',
    orientation: 'auto',
    percentChangeColorMode: 'standard',
    reduceOptions: last,
    showPercentChange: false,
    textMode: 'auto',
    wideLayout: true,
  });

/** Lines over time; `stacked` where they add up to something, with a line at each threshold where there are any. */
export const series = (panel: Panel & { readonly stacked?: true }): Placeable =>
  placeable(
    'timeseries',
    panel,
    8,
    { legend: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true }, tooltip },
    {
      drawStyle: 'line',
      // a series of zeros on top of a stack would draw its line around all of it
      ...(panel.stacked ? { fillOpacity: 70, lineWidth: 0 } : { fillOpacity: 5, lineWidth: 1 }),
      showPoints: 'auto',
      spanNulls: false,
      stacking: { group: 'A', mode: panel.stacked ? 'normal' : 'none' },
      thresholdsStyle: { mode: panel.steps ? 'dashed' : 'off' },
      // the first limit is seen before it is near
      ...(panel.steps && { axisSoftMax: (panel.steps[1]?.[0] ?? 0) * 1.1 }),
    },
    'palette-classic',
  );

/** What stands now, a bar each. */
export const bars = (panel: Panel): Placeable =>
  placeable('bargauge', panel, 8, {
    displayMode: 'basic',
    namePlacement: 'left',
    orientation: 'horizontal',
    reduceOptions: last,
    showUnfilled: true,
    valueMode: 'color',
  });

/** Which state held when. */
export const states = (panel: Panel): Placeable =>
  placeable(
    'state-timeline',
    panel,
    8,
    {
      alignValue: 'left',
      legend: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true },
      mergeValues: true,
      rowHeight: 0.9,
      showValue: 'auto',
      tooltip: { mode: 'single', sort: 'none' },
    },
    { fillOpacity: 70, lineWidth: 0 },
  );

export function placeable(
  type: string,
  panel: Panel,
  usualHeight: number,
  options: Json,
  custom?: Json,
  color: 'thresholds' | 'palette-classic' = 'thresholds',
): Placeable {
  const { title, shows, todo, unit, queries, width, see = [], overrides = [] } = panel;
  const links = see.map((each) => ({
    targetBlank: true,
    title: `What to do: ${each}`,
    url: addressOf(each),
  }));
  const json = {
    type,
    title,
    description: `${shows}\n\n**What to do:** ${todo}`,
    datasource: source,
    links,
    targets: queries.map(target),
    fieldConfig: {
      defaults: {
        unit,
        color: { mode: color },
        thresholds: thresholds(panel.steps ?? quiet),
        mappings: panel.words ? mappings(panel.words) : [],
        ...(panel.min !== undefined && { min: panel.min }),
        ...(panel.max !== undefined && { max: panel.max }),
        ...(panel.none !== undefined && { noValue: panel.none }),
        ...(custom && { custom }),
      },
      overrides: overrides.map(override),
    },
    options,
  };
  return { width, height: panel.height ?? usualHeight, json };
}

export const refId = (n: number): string => String.fromCharCode(65 + n);
export const target = ({ expr, legend = '' }: Query, n: number) => ({
  datasource: source,
  editorMode: 'code',
  expr,
  legendFormat: legend,
  range: true,
  refId: refId(n),
});

const thresholds = (steps: readonly Step[]) => ({
  mode: 'absolute',
  steps: steps.map(([value, color]) => ({ color, value })),
});

function mappings(words: Words): readonly Json[] {
  const entries = Object.entries(words).map(([value, [text, color]], index) => [
    value,
    { color, index, text },
  ]);
  return [{ type: 'value', options: Object.fromEntries(entries) as Json }];
}

function override({ of, unit, color, dashed, max, steps, words }: Override): Json {
  const matcher = of.startsWith('/') ? { id: 'byRegexp', options: of } : { id: 'byName', options: of };
  const colored = [{ id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } }];
  return {
    matcher,
    properties: [
      ...(unit ? [{ id: 'unit', value: unit }] : []),
      ...(color ? [{ id: 'color', value: { fixedColor: color, mode: 'fixed' } }] : []),
      ...(dashed ? [{ id: 'custom.lineStyle', value: { dash: [8, 8], fill: 'dash' } }] : []),
      ...(max === undefined ? [] : [{ id: 'max', value: max }]),
      ...(steps ? [{ id: 'thresholds', value: thresholds(steps) }, ...colored] : []),
      ...(words ? [{ id: 'mappings', value: mappings(words) }, ...(steps ? [] : colored)] : []),
    ],
  };
}
