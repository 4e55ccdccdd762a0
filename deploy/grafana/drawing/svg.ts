/** Pieces of SVG, in the colours of Grafana's dark theme. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export const theme = {
  page: '#111217',
  panel: '#181b1f',
  edge: '#2f3239',
  grid: '#2c3037',
  text: '#d8d9e4',
  faint: '#9a9ba6',
};

const named: Readonly<Record<string, string>> = {
  ...{ green: '#56a64b', yellow: '#e0b400', orange: '#ff9830', red: '#e5404f', 'dark-red': '#a8121f' },
  ...{ blue: '#5794f2', purple: '#b877d9', text: '#8e8e99' },
};
/** For series without a colour of their own, in their order. */
const classic = [
  '#73bf69',
  '#f2cc0c',
  '#8ab8ff',
  '#ff9830',
  '#f2495c',
  '#5794f2',
  '#d683ce',
  '#a352cc',
  '#37872d',
  '#e0b400',
];

export const colorOf = (name: string): string => named[name] ?? name;
export const nth = (n: number): string => classic[n % classic.length] ?? theme.text;
/** What can be read on that colour. */
export const onColor = (name: string): string =>
  ['yellow', 'orange'].includes(name) ? '#111217' : '#ffffff';

const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
const round = (value: number): string => String(Math.round(value * 10) / 10);

export function rect({ x, y, w, h }: Box, fill: string, more = ''): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(Math.max(0, w))}" height="${round(Math.max(0, h))}" fill="${fill}" ${more}/>`;
}

export const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, more = ''): string =>
  `<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="${stroke}" ${more}/>`;

/** A path through points; `close` back along these others makes an area of it. */
export function path(
  points: readonly (readonly [number, number])[],
  close: readonly (readonly [number, number])[] = [],
): string {
  const all = [...points, ...close.toReversed()];
  return (
    all.map(([x, y], n) => `${n === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('') +
    (close.length > 0 ? 'Z' : '')
  );
}

export interface Writing {
  readonly size?: number;
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
  /** No wider than this: what is longer ends in an ellipsis. */
  readonly within?: number;
}

/** A sans-serif's letters are of that width on average, a little more than less. */
export const widthOf = (text: string, size: number): number => text.length * size * 0.6;

export function write(x: number, y: number, text: string, options: Writing = {}): string {
  const { size = 12, fill = theme.text, anchor = 'start', bold = false, within = Infinity } = options;
  const room = Math.floor(within / (size * 0.59));
  const shown = text.length > room ? `${text.slice(0, Math.max(1, room - 1))}…` : text;
  const look = `${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}${bold ? ' font-weight="600"' : ''}`;
  return `<text x="${round(x)}" y="${round(y)}" font-size="${round(size)}" fill="${fill}"${look}>${escaped(shown)}</text>`;
}

/** The largest size, up to `most`, in which a text fits. */
export const sizeThatFits = (text: string, { w, h }: Pick<Box, 'w' | 'h'>, most: number): number =>
  Math.max(9, Math.min(most, h, w / (Math.max(1, text.length) * 0.6)));
