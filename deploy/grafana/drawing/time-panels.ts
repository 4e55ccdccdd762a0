/** Panels over time: lines, and which state held when. */
import { clockTime, figure, ticks } from './figures.ts';
import { fieldOf, stepOf, wordOf, type Panel, type Point, type Series, type Span } from './panel.ts';
import { colorOf, line, nth, onColor, path, rect, theme, widthOf, write, type Box } from './svg.ts';

/** What stands below the plot: each name with its colour, in as many lines as it takes. */
function legend(
  names: readonly (readonly [name: string, color: string])[],
  box: Box,
): { svg: string; h: number } {
  let [x, row] = [0, 0];
  const placed = names.map(([name, color]) => {
    const w = widthOf(name, 11) + 26;
    if (x > 0 && x + w > box.w) [x, row] = [0, row + 1];
    const at = { x, row, name, color };
    x += w;
    return at;
  });
  const h = (row + 1) * 16;
  const top = box.y + box.h - h;
  const svg = placed.map(({ x: left, row: n, name, color }) => {
    const y = top + n * 16;
    return (
      rect({ x: box.x + left, y: y + 6, w: 12, h: 4 }, color) +
      write(box.x + left + 17, y + 12, name, { size: 11, within: box.w - left - 17 })
    );
  });
  return { svg: svg.join(''), h };
}

function timeAxis({ from, to }: Span, plot: Box): string {
  const x = (at: number) => plot.x + ((at - from) / (to - from)) * plot.w;
  return ticks(from, to, plot.w / 110, 's')
    .map((at) => {
      const label =
        x(at) - plot.x > 20 && plot.x + plot.w - x(at) > 20
          ? write(x(at), plot.y + plot.h + 14, clockTime(at), {
              size: 10,
              anchor: 'middle',
              fill: theme.faint,
            })
          : '';
      return line(x(at), plot.y, x(at), plot.y + plot.h, theme.grid) + label;
    })
    .join('');
}

/** Where more than a step lies between two points, nothing is said of the time between. */
function unbroken(points: readonly Point[], step: number): readonly (readonly Point[])[] {
  const runs: Point[][] = [];
  for (const point of points) {
    const run = runs.at(-1);
    if (!Number.isFinite(point[1])) runs.push([]);
    else if (run && (run.length === 0 || point[0] - (run.at(-1)?.[0] ?? 0) <= step * 1.5)) run.push(point);
    else runs.push([point]);
  }
  return runs.filter((run) => run.length > 0);
}

export function lines(panel: Panel, all: readonly Series[], box: Box, span: Span): string {
  const seen = all.filter(({ points }) => points.some(([, value]) => Number.isFinite(value)));
  if (seen.length === 0)
    return write(box.x + box.w / 2, box.y + box.h / 2, panel.fieldConfig?.defaults.noValue ?? 'No data', {
      ...{ anchor: 'middle', fill: theme.faint, size: 14 },
    });
  const {
    stacking,
    thresholdsStyle,
    axisSoftMax,
    fillOpacity = 0,
    lineWidth = 1,
  } = panel.fieldConfig?.defaults.custom ?? {};
  const stacked = stacking?.mode === 'normal';
  const under = new Map<number, number>();
  const drawn = seen.map((series, n) => {
    const field = fieldOf(panel, series.name);
    const color = field.fixed ? colorOf(field.fixed) : nth(n);
    const points = series.points.map(([at, value]): readonly [number, number, number] => {
      const base = stacked ? (under.get(at) ?? 0) : 0;
      if (stacked && Number.isFinite(value)) under.set(at, base + value);
      return [at, base + value, base];
    });
    return { name: series.name, field, color, points };
  });
  const key = legend(
    drawn.map(({ name, color }) => [name, color]),
    box,
  );
  const panelField = fieldOf(panel, '');
  const { unit, steps } = panelField;
  const values = drawn.flatMap(({ points }) => points.map(([, value]) => value).filter(Number.isFinite));
  const low = Math.min(panelField.min ?? Infinity, ...values);
  const peak = Math.max(panelField.max ?? axisSoftMax ?? -Infinity, ...values);
  const high = peak > low ? low + (peak - low) * (panelField.max === undefined ? 1.06 : 1) : low + 1;
  const marks = ticks(low, high, 4, unit);
  const margin = Math.max(...marks.map((mark) => widthOf(figure(mark, unit), 10))) + 8;
  const plot = { x: box.x + margin, y: box.y + 4, w: box.w - margin - 4, h: box.h - key.h - 26 };
  const x = (at: number) => plot.x + ((at - span.from) / (span.to - span.from)) * plot.w;
  const y = (value: number) => plot.y + plot.h - ((value - low) / (high - low)) * plot.h;

  const grid = marks.map(
    (mark) =>
      line(plot.x, y(mark), plot.x + plot.w, y(mark), theme.grid) +
      write(plot.x - 6, y(mark) + 3.5, figure(mark, unit), { size: 10, anchor: 'end', fill: theme.faint }),
  );
  const limits = steps.flatMap(({ value, color }) =>
    thresholdsStyle?.mode === 'dashed' && value !== null && value > low && value <= high
      ? [
          line(
            plot.x,
            y(value),
            plot.x + plot.w,
            y(value),
            colorOf(color),
            'stroke-width="1.2" stroke-dasharray="10 6"',
          ),
        ]
      : [],
  );
  const curves = drawn.map(({ points, color, field }) => {
    const bases = new Map(points.map(([at, , base]) => [at, base]));
    return unbroken(
      points.map(([at, value]) => [at, value] as const),
      span.step,
    )
      .map((run) => {
        const top = run.map(([at, value]) => [x(at), y(value)] as const);
        const foot = run.map(([at]) => [x(at), y(stacked ? (bases.get(at) ?? low) : low)] as const);
        const [only] = top;
        if (top.length === 1 && only)
          return `<circle cx="${only[0].toFixed(1)}" cy="${only[1].toFixed(1)}" r="2" fill="${color}"/>`;
        // Grafana's 5 % below a line tells nothing, and would double the picture's size
        const fill =
          fillOpacity < 10
            ? ''
            : `<path d="${path(top, foot)}" fill="${color}" fill-opacity="${fillOpacity / 100}"/>`;
        const dash = field.dashed ? ' stroke-dasharray="6 5"' : '';
        const curve =
          lineWidth === 0
            ? ''
            : `<path d="${path(top)}" fill="none" stroke="${color}" stroke-width="${lineWidth * 1.5}"${dash}/>`;
        return fill + curve;
      })
      .join('');
  });
  return [timeAxis(span, plot), ...grid, ...curves, ...limits, key.svg].join('');
}

export function timeline(panel: Panel, all: readonly Series[], box: Box, span: Span): string {
  if (all.length === 0)
    return write(box.x + box.w / 2, box.y + box.h / 2, 'No data', { anchor: 'middle', fill: theme.faint });
  const field = fieldOf(panel, '');
  const words = Object.values(field.mappings[0]?.options ?? {});
  const key = legend(
    words.map(({ text, color }) => [text, colorOf(color)]),
    box,
  );
  const margin = Math.min(box.w * 0.42, Math.max(...all.map(({ name }) => widthOf(name, 11))) + 8);
  const plot = { x: box.x + margin, y: box.y + 2, w: box.w - margin - 4, h: box.h - key.h - 24 };
  const x = (at: number) => plot.x + ((Math.min(at, span.to) - span.from) / (span.to - span.from)) * plot.w;
  const h = Math.min(46, plot.h / all.length);
  const rows = all.map(({ name, points }, n) => {
    const y = plot.y + n * h;
    const blocks = unbroken(points, span.step).flatMap((run) => {
      const blocks: { from: number; to: number; value: number }[] = [];
      for (const [at, value] of run) {
        const block = blocks.at(-1);
        if (block) block.to = at;
        if (block?.value !== value) blocks.push({ from: at, to: at + span.step, value });
        else block.to = at + span.step;
      }
      return blocks;
    });
    return [
      write(box.x, y + h / 2 + 4, name, { size: 11, within: margin }),
      ...blocks.map(({ from, to, value }) => {
        const { text, color } = wordOf(field, value) ?? {
          text: figure(value, field.unit),
          color: stepOf(field, value),
        };
        const w = x(to) - x(from);
        return (
          rect({ x: x(from), y: y + 3, w: w + 0.3, h: h - 6 }, colorOf(color), 'fill-opacity="0.75"') +
          (w > widthOf(text, 11) + 8
            ? write(x(from) + 5, y + h / 2 + 4, text, { size: 11, fill: onColor(color) })
            : '')
        );
      }),
    ].join('');
  });
  return [timeAxis(span, { ...plot, h: h * all.length }), ...rows, key.svg].join('');
}
