/** A dashboard: its variables, its links to the others, and its panels laid out in rows from left to right. */
import type { Json, Placeable } from './panels.ts';

/** Grafana 11.6 to 12; newer ones bring it up to theirs when they load it. */
const schemaVersion = 41;
const columns = 24;

export interface Row {
  readonly title: string;
  readonly panels: readonly Placeable[];
}

/** A variable whose values are those that a label has; several or all may be chosen. */
export interface Choice {
  readonly name: string;
  readonly label: string;
  /** A PromQL selector, narrowed by variables that stand before it. */
  readonly from: string;
  /** Any value, also one that no series has now. Not for labels that other programs' series have too. */
  readonly any?: true;
}

export const account: Choice = {
  name: 'account',
  label: 'Account',
  from: 'expunge_limiter_cap',
  any: true,
};
export const operation: Choice = {
  name: 'operation',
  label: 'Operation',
  from: 'expunge_limiter_cap{account=~"$account"}',
  any: true,
};

export function dashboard(options: {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly choices: readonly Choice[];
  readonly rows: readonly Row[];
}): string {
  const { uid, title, description, choices, rows } = options;
  return JSON.stringify({
    uid,
    title: `Expunge: ${title}`,
    description,
    tags: ['expunge'],
    schemaVersion,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'browser',
    fiscalYearStartMonth: 0,
    annotations: { list: [] },
    links: [
      {
        ...{
          type: 'dashboards',
          title: 'Expunge',
          tags: ['expunge'],
          asDropdown: false,
          icon: 'external link',
        },
        ...{ includeVars: true, keepTime: true, targetBlank: false, tooltip: '', url: '' },
      },
    ],
    templating: { list: [datasource, docs, ...choices.map(chosen)] },
    panels: laidOut(rows),
  });
}

const datasource: Json = {
  ...{ type: 'datasource', name: 'datasource', label: 'Prometheus', query: 'prometheus' },
  ...{
    current: {},
    hide: 0,
    includeAll: false,
    multi: false,
    options: [],
    refresh: 1,
    regex: '',
    skipUrlSync: false,
  },
};

/** docker-compose.yml has Grafana serve docs/operations.md there; elsewhere it is to be set. */
const served = '/public/docs';
const docs: Json = {
  ...{ type: 'constant', name: 'docs', label: 'Documentation', query: served, hide: 2, skipUrlSync: true },
  ...{ current: { selected: false, text: served, value: served }, options: [] },
};

function chosen({ name, label, from, any }: Choice): Json {
  const query = `label_values(${from}, ${name})`;
  return {
    ...{
      type: 'query',
      name,
      label,
      datasource: { type: 'prometheus', uid: '${datasource}' },
      definition: query,
    },
    query: { qryType: 1, query, refId: 'PrometheusVariableQueryEditor-VariableQuery' },
    ...{ multi: true, includeAll: true, ...(any && { allValue: '.*' }) },
    current: { selected: true, text: ['All'], value: ['$__all'] },
    // when the time range changes: lanes and campaigns come and go
    refresh: 2,
    ...{ hide: 0, options: [], regex: '', sort: 1, skipUrlSync: false },
  };
}

/** Each row's heading, and below it its panels; a line is as high as its highest panel. */
function laidOut(rows: readonly Row[]): readonly Json[] {
  const placed: Json[] = [];
  let y = 0;
  const place = (json: Json, gridPos: Json) => placed.push({ id: placed.length + 1, ...json, gridPos });
  for (const { title, panels } of rows) {
    place({ type: 'row', title, collapsed: false, panels: [] }, { x: 0, y, w: columns, h: 1 });
    y += 1;
    let [x, line] = [0, 0];
    for (const { width, height, json } of panels) {
      if (x + width > columns) [x, y, line] = [0, y + line, 0];
      place(json, { x, y, w: width, h: height });
      [x, line] = [x + width, Math.max(line, height)];
    }
    y += line;
  }
  return placed;
}
