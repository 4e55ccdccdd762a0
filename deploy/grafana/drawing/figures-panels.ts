/** Panels that say what stands now: a figure, bars, a table. */
import { figure } from './figures.ts';
import {
  fieldOf,
  stepOf,
  wordOf,
  type Field,
  type Labels,
  type Organize,
  type Panel,
  type Series,
} from './panel.ts';
import { colorOf, line, onColor, rect, sizeThatFits, theme, widthOf, write, type Box } from './svg.ts';

const last = ({ points }: Series): number | undefined =>
  points.findLast(([, value]) => Number.isFinite(value))?.[1];

function told(field: Field, value: number): { readonly text: string; readonly color: string } {
  const word = wordOf(field, value);
  return word ?? { text: figure(value, field.unit), color: stepOf(field, value) };
}
const nothing = ({ fieldConfig }: Panel): string => fieldConfig?.defaults.noValue ?? 'No data';
const absent = (panel: Panel, { x, y, w, h }: Box): string =>
  write(x + w / 2, y + h / 2 + 5, nothing(panel), {
    anchor: 'middle',
    fill: theme.faint,
    size: 14,
    within: w,
  });

/** A coloured field for each series, with its name where there are several. */
export function stat(panel: Panel, all: readonly Series[], box: Box): string {
  const shown = all.flatMap((series) => {
    const value = last(series);
    return value === undefined ? [] : [{ name: series.name, ...told(fieldOf(panel, series.name), value) }];
  });
  if (shown.length === 0) return absent(panel, box);
  const h = box.h / shown.length;
  // one size for all: a larger figure would seem to matter more
  const size = Math.min(
    ...shown.map(({ text }) =>
      sizeThatFits(text, { w: box.w * 0.8, h: h * 0.55 }, shown.length > 1 ? 22 : 34),
    ),
  );
  return shown
    .map(({ name, text, color }, n) => {
      const at = { x: box.x, y: box.y + n * h, w: box.w, h: h - (n < shown.length - 1 ? 4 : 0) };
      const middle = at.y + at.h / 2;
      const plain = color === 'text';
      const fill = plain ? theme.text : onColor(color);
      const label =
        shown.length > 1 ? write(at.x + 10, middle + 5, name, { fill, size: 12, within: at.w * 0.6 }) : '';
      const figures =
        shown.length > 1
          ? write(at.x + at.w - 10, middle + size * 0.35, text, { fill, size, anchor: 'end', bold: true })
          : write(at.x + at.w / 2, middle + size * 0.35, text, { fill, size, anchor: 'middle', bold: true });
      return (plain ? '' : rect(at, colorOf(color), 'rx="3"')) + label + figures;
    })
    .join('');
}

/** A line for each series: name, bar, figure. */
export function bars(panel: Panel, all: readonly Series[], box: Box): string {
  const shown = all.flatMap((series) => {
    const value = last(series);
    return value === undefined ? [] : [{ name: series.name, value, field: fieldOf(panel, series.name) }];
  });
  if (shown.length === 0) return absent(panel, box);
  const h = Math.min(44, box.h / shown.length);
  const names = Math.min(box.w * 0.5, Math.max(...shown.map(({ name }) => widthOf(name, 11))) + 8);
  const figures = Math.max(...shown.map(({ value, field }) => widthOf(told(field, value).text, 13))) + 10;
  const most = Math.max(...shown.map(({ value }) => value), 1e-9);
  const bar = { x: box.x + names, w: box.w - names - figures };
  return shown
    .map(({ name, value, field }, n) => {
      const { text, color } = told(field, value);
      const y = box.y + n * h;
      const [low, high] = [field.min ?? 0, field.max ?? most];
      const share = Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
      return [
        write(box.x, y + h / 2 + 4, name, { size: 11, within: names }),
        rect({ ...bar, y: y + 6, h: h - 12 }, theme.grid, 'rx="2"'),
        rect({ x: bar.x, w: bar.w * share, y: y + 6, h: h - 12 }, colorOf(color), 'rx="2"'),
        write(box.x + box.w, y + h / 2 + 5, text, {
          size: 13,
          anchor: 'end',
          bold: true,
          fill: colorOf(color),
        }),
      ].join('');
    })
    .join('');
}

type Row = Readonly<Record<string, string | number>>;

/** Rows of the same labels are one, as Grafana's transformation `merge` has it. */
function rowsOf(panel: Panel, all: readonly Series[]): readonly Row[] {
  const many = (panel.targets ?? []).length > 1;
  const rows = new Map<string, Labels & Record<string, string | number>>();
  for (const series of all) {
    const value = last(series);
    if (value === undefined) continue;
    const key = JSON.stringify(Object.entries(series.labels).sort());
    const row = rows.get(key) ?? { ...series.labels };
    rows.set(key, { ...row, [many ? `Value #${series.refId}` : 'Value']: value } as Labels &
      Record<string, string | number>);
  }
  return [...rows.values()];
}

export function table(panel: Panel, all: readonly Series[], box: Box): string {
  const {
    excludeByName = {},
    indexByName = {},
    renameByName = {},
  }: Organize = panel.transformations?.find(({ id }) => id === 'organize')?.options ?? {};
  const rows = rowsOf(panel, all);
  if (rows.length === 0) return absent(panel, box);
  const place = (name: string) => indexByName[name] ?? Infinity;
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
    .filter((name) => !excludeByName[name])
    .sort((a, b) => place(a) - place(b))
    .map((name) => ({ name, title: renameByName[name] ?? name }));
  const cell = (row: Row, { name, title }: (typeof columns)[number]) => {
    const value = row[name];
    const field = fieldOf(panel, title);
    if (typeof value !== 'number') return { text: value ?? '', color: 'text', filled: false, right: false };
    return { ...told(field, value), filled: field.filled, right: wordOf(field, value) === undefined };
  };
  const wanted = columns.map(
    (column) =>
      Math.max(widthOf(column.title, 12), ...rows.map((row) => widthOf(cell(row, column).text, 12))) + 16,
  );
  const scale = box.w / wanted.reduce((sum, each) => sum + each, 0);
  const widths = wanted.map((each) => each * scale);
  const lefts = widths.map((_, n) => box.x + widths.slice(0, n).reduce((sum, each) => sum + each, 0));
  const h = 24;
  const room = Math.floor((box.h - h) / h);
  const shown = rows.slice(0, rows.length > room ? room - 1 : room);
  const right = (n: number) => rows.every((row) => cell(row, columns[n] ?? { name: '', title: '' }).right);
  const put = (n: number, y: number, text: string, fill: string, bold: boolean) => {
    const [x, w] = [lefts[n] ?? 0, widths[n] ?? 0];
    return write(right(n) ? x + w - 8 : x + 6, y + 16, text, {
      ...{ fill, bold, within: w - 10, anchor: right(n) ? 'end' : 'start' },
    });
  };
  return [
    ...columns.map(({ title }, n) => put(n, box.y, title, theme.faint, true)),
    line(box.x, box.y + h, box.x + box.w, box.y + h, theme.edge),
    ...shown.flatMap((row, r) =>
      columns.map((column, n) => {
        const { text, color, filled } = cell(row, column);
        const y = box.y + h * (r + 1);
        const behind = filled && color !== 'text';
        const place = { x: (lefts[n] ?? 0) + 1, y: y + 1, w: (widths[n] ?? 0) - 2, h: h - 2 };
        return (
          (behind ? rect(place, colorOf(color)) : '') +
          put(n, y, text, behind ? onColor(color) : theme.text, false)
        );
      }),
    ),
    rows.length > shown.length
      ? write(box.x + 6, box.y + h * (shown.length + 1) + 16, `and ${rows.length - shown.length} more`, {
          fill: theme.faint,
        })
      : '',
  ].join('');
}
