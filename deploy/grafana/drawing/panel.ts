/** Of Grafana's dashboard JSON, what a picture needs; and what Prometheus answered to a panel. */

export interface Steps {
  readonly steps: readonly { readonly color: string; readonly value: number | null }[];
}
export interface Mapping {
  readonly options: Readonly<Record<string, { readonly color: string; readonly text: string }>>;
}
interface Defaults {
  readonly unit: string;
  readonly color: { readonly mode: string };
  readonly thresholds: Steps;
  readonly mappings: readonly Mapping[];
  readonly min?: number;
  readonly max?: number;
  readonly noValue?: string;
  readonly custom?: {
    readonly stacking?: { readonly mode: string };
    readonly thresholdsStyle?: { readonly mode: string };
    readonly fillOpacity?: number;
    readonly lineWidth?: number;
    readonly axisSoftMax?: number;
  };
}
export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly {
    readonly expr: string;
    readonly legendFormat: string;
    readonly refId: string;
  }[];
  readonly fieldConfig?: {
    readonly defaults: Defaults;
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
  readonly transformations?: readonly { readonly id: string; readonly options: Organize }[];
}
export interface Organize {
  readonly excludeByName?: Readonly<Record<string, boolean>>;
  readonly indexByName?: Readonly<Record<string, number>>;
  readonly renameByName?: Readonly<Record<string, string>>;
}
export interface Dashboard {
  readonly title: string;
  readonly description: string;
  readonly panels: readonly Panel[];
}

export type Labels = Readonly<Record<string, string>>;
export type Point = readonly [at: number, value: number];
/** A series as a panel shows it: `name` by the legend of its query. */
export interface Series {
  readonly name: string;
  readonly refId: string;
  readonly labels: Labels;
  /** Seconds since 1970, ascending. Of a table's there is one, the last. */
  readonly points: readonly Point[];
}
/** Seconds since 1970, and between two points. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** How a series, or a column of a table, is shown: what holds for the panel, changed by the overrides of its name. */
export interface Field {
  readonly unit: string;
  readonly steps: Steps['steps'];
  readonly mappings: readonly Mapping[];
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly fixed: string | undefined;
  readonly dashed: boolean;
  /** A table's cell has its colour behind it. */
  readonly filled: boolean;
}

export function fieldOf({ fieldConfig }: Panel, name: string): Field {
  const {
    unit = 'short',
    thresholds,
    mappings = [],
    min,
    max,
  } = fieldConfig?.defaults ?? ({} as Partial<Defaults>);
  const changes = (fieldConfig?.overrides ?? [])
    .filter(({ matcher: { id, options } }) =>
      id === 'byRegexp' ? new RegExp(options.slice(1, -1)).test(name) : options === name,
    )
    .flatMap(({ properties }) => properties);
  const changed = <Value>(id: string, usual: Value): Value =>
    (changes.findLast((change) => change.id === id)?.value as Value | undefined) ?? usual;
  return {
    unit: changed('unit', unit),
    steps: changed('thresholds', thresholds ?? { steps: [] }).steps,
    mappings: changed('mappings', mappings),
    ...{ min, max: changed('max', max) },
    fixed: changed<{ fixedColor?: string }>('color', {}).fixedColor,
    dashed: changed<unknown>('custom.lineStyle', undefined) !== undefined,
    filled: changed<unknown>('custom.cellOptions', undefined) !== undefined,
  };
}

/** The colour that a value has by the thresholds. */
export const stepOf = ({ steps }: Field, value: number): string =>
  steps.findLast((step) => step.value === null || value >= step.value)?.color ?? 'text';

/** The value's own word and colour, where it has one. */
export const wordOf = ({ mappings }: Field, value: number) =>
  mappings.map(({ options }) => options[String(value)]).find((word) => word !== undefined);

/** As Grafana names a series: its legend filled in; without one, the labels that it has. */
export function nameOf(legend: string, labels: Labels): string {
  if (legend !== '') return legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '');
  const { __name__: metric = '', ...rest } = labels;
  const told = Object.entries(rest).map(([label, value]) => `${label}="${value}"`);
  return told.length > 0 ? `${metric}{${told.join(', ')}}` : metric || 'Value';
}
