/**
 * A dashboard as a picture: each panel where Grafana would put it, with its unit, legend, colours and thresholds, drawn
 * from what a Prometheus answered. What Grafana shows on a mouse's visit (tooltips, descriptions) is left out.
 */
import { bars, stat, table } from './figures-panels.ts';
import { clockTime } from './figures.ts';
import {
  nameOf,
  type Dashboard,
  type Labels,
  type Panel,
  type Point,
  type Series,
  type Span,
} from './panel.ts';
import { rect, theme, write, type Box } from './svg.ts';
import { lines, timeline } from './time-panels.ts';

/** What asks Prometheus; both expressions have their variables filled in. */
export interface Source {
  now(expr: string): Promise<readonly { readonly labels: Labels; readonly value: number }[]>;
  over(expr: string): Promise<readonly { readonly labels: Labels; readonly points: readonly Point[] }[]>;
}

const column = 60;
const unitHeight = 36;
const gap = 8;
const head = 46;

/** The SVG of a dashboard; asks for one panel after the other. */
export async function picture(
  { title, description, panels }: Dashboard,
  source: Source,
  span: Span,
): Promise<string> {
  const drawn: string[] = [];
  for (const panel of panels) drawn.push(framed(panel, await answersTo(panel, source, span), span));
  const w = 24 * column + gap;
  const h = head + Math.max(...panels.map(({ gridPos: { y, h: high } }) => y + high)) * unitHeight + gap;
  const when = `${clockTime(span.from)} to ${clockTime(span.to)} UTC`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" font-family="Inter, Helvetica, Arial, sans-serif">`,
    `<title>${title}</title>`,
    rect({ x: 0, y: 0, w, h }, theme.page),
    write(gap + 4, 30, title, { size: 20, bold: true }),
    write(gap + 4 + title.length * 14, 30, description, { size: 13, fill: theme.faint }),
    write(w - gap - 4, 30, when, { size: 13, anchor: 'end', fill: theme.faint }),
    ...drawn,
    '</svg>',
  ].join('\n');
}

async function answersTo(
  { type, targets = [] }: Panel,
  source: Source,
  span: Span,
): Promise<readonly Series[]> {
  const found: Series[] = [];
  for (const { expr, legendFormat, refId } of targets) {
    const lines =
      type === 'table'
        ? (await source.now(expr)).map(({ labels, value }) => ({
            labels,
            points: [[span.to, value]] as const,
          }))
        : await source.over(expr);
    found.push(
      ...lines.map(({ labels, points }) => ({ name: nameOf(legendFormat, labels), refId, labels, points })),
    );
  }
  return found;
}

function framed(panel: Panel, all: readonly Series[], span: Span): string {
  const { x, y, w, h } = panel.gridPos;
  const box = { x: gap + x * column, y: head + y * unitHeight, w: w * column - gap, h: h * unitHeight - gap };
  if (panel.type === 'row') return write(box.x + 2, box.y + 22, panel.title, { size: 15, bold: true });
  const inner = { x: box.x + 10, y: box.y + 32, w: box.w - 20, h: box.h - 40 };
  return [
    `<g>`,
    rect(box, theme.panel, `stroke="${theme.edge}" rx="3"`),
    write(box.x + 10, box.y + 20, panel.title, { size: 13, bold: true, within: box.w - 16 }),
    draw(panel, all, inner, span),
    '</g>',
  ].join('\n');
}

function draw(panel: Panel, all: readonly Series[], inner: Box, span: Span): string {
  switch (panel.type) {
    case 'stat':
      return stat(panel, all, inner);
    case 'bargauge':
      return bars(panel, all, inner);
    case 'table':
      return table(panel, all, inner);
    case 'timeseries':
      return lines(panel, all, inner, span);
    case 'state-timeline':
      return timeline(panel, all, inner, span);
    default:
      throw new Error(`${panel.title}: a panel of the type ${panel.type} can't be drawn`);
  }
}
