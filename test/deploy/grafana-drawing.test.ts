/** The pictures of the dashboards: honest to unit, legend, words and thresholds, and of the dashboards as they are now. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dashboards } from '../../deploy/grafana/dashboards.ts';
import { figure, ticks } from '../../deploy/grafana/drawing/figures.ts';
import type { Dashboard, Panel } from '../../deploy/grafana/drawing/panel.ts';
import { picture, type Source } from '../../deploy/grafana/drawing/picture.ts';
import { colorOf } from '../../deploy/grafana/drawing/svg.ts';
import { bars, series, stat, states, type Placeable } from '../../deploy/grafana/panels.ts';
import { table } from '../../deploy/grafana/table.ts';

const text = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const escaped = (words: string) => words.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

describe('figure', () => {
  it.each([
    [0, 'short', '0'],
    [0.1234, 'short', '0.123'],
    [12_345, 'short', '12.3 K'],
    [2_500_000, 'short', '2.5 Mil'],
    [0.9994, 'percentunit', '99.9 %'],
    [0.05, 's', '50 ms'],
    [90, 's', '90 s'],
    [5_400, 's', '90 min'],
    [200_000, 's', '2.31 d'],
    [3 * 1024 ** 2, 'bytes', '3 MiB'],
    [1_234, 'suffix: ids/s', '1.23 K ids/s'],
    [NaN, 's', 'NaN'],
  ])('writes %d in %s as %s', (value, unit, written) => {
    expect(figure(value, unit)).toBe(written);
  });
});

describe('ticks', () => {
  it.each([
    [0, 1, 'percentunit', [0, 0.25, 0.5, 0.75, 1]],
    [0, 47, 'short', [0, 20, 40]],
    [0, 300, 's', [0, 120, 240]],
    [0, 3 * 1024 ** 2, 'bytes', [0, 1024 ** 2, 2 * 1024 ** 2, 3 * 1024 ** 2]],
  ])('from %d to %d in %s are round', (low, high, unit, expected) => {
    expect(ticks(low, high, 4, unit).map((tick) => Number(tick.toFixed(6)))).toEqual(expected);
  });
});

const span = { from: 0, to: 100, step: 1 };
const about = {
  title: 'Mine',
  shows: 'what it shows',
  todo: 'what to do',
  queries: [{ expr: 'x', legend: '{{lane}}' }],
};

/** The picture of one panel, of which each query is answered with these series. */
async function drawn(
  panel: Placeable,
  answers: Readonly<Record<string, readonly (readonly [number, number])[]>>,
) {
  const lines = Object.entries(answers).map(([lane, points]) => ({ labels: { lane }, points }));
  const source: Source = {
    now: async () => lines.map(({ labels, points }) => ({ labels, value: points.at(-1)?.[1] ?? NaN })),
    over: async () => lines,
  };
  const gridPos = { x: 0, y: 0, w: panel.width, h: panel.height };
  const dashboard = {
    title: 'Test',
    description: 'of one',
    panels: [{ ...panel.json, gridPos } as unknown as Panel],
  };
  return picture(dashboard, source, span);
}

describe('picture', () => {
  it('says what a figure says, in its unit and the colour of its threshold', async () => {
    const steps = [
      [null, 'green'],
      [60, 'red'],
    ] as const;
    const panel = stat({ ...about, unit: 's', width: 6, steps });
    const low = await drawn(panel, {
      a: [
        [0, 90],
        [100, 30],
      ],
    });
    expect(low).toContain('>30 s<');
    expect(low).toContain(colorOf('green'));
    const high = await drawn(panel, {
      a: [
        [0, 30],
        [99, 300],
        [100, NaN],
      ],
    });
    expect(high).toContain('>5 min<');
    expect(high).toContain(colorOf('red'));
    expect(high).not.toContain(colorOf('green'));
  });

  it('says so where there is nothing to say', async () => {
    expect(await drawn(stat({ ...about, unit: 's', width: 6, none: 'no lane' }), {})).toContain('>no lane<');
    expect(await drawn(series({ ...about, unit: 's', width: 6 }), {})).toContain('>No data<');
    expect(await drawn(table({ ...about, unit: 's', width: 6, columns: {} }), {})).toContain('>No data<');
  });

  it('names each line in its legend, and draws the threshold that is near', async () => {
    const panel = series({
      ...about,
      unit: 'percentunit',
      width: 12,
      min: 0,
      steps: [
        [null, 'green'],
        [0.2, 'red'],
      ],
    });
    const svg = await drawn(panel, {
      'a & b': [
        [0, 0],
        [50, 0.01],
        [100, 0],
      ],
      c: [[0, 0]],
    });
    expect(svg).toContain('>a &#38; b<');
    expect(svg).toContain('>c<');
    expect(svg).toMatch(new RegExp(`stroke="${colorOf('red')}"[^>]*stroke-dasharray`));
    expect(svg).toContain('>20 %<');
  });

  it('draws no line through a time of which nothing is known', async () => {
    const panel = series({ ...about, unit: 'short', width: 12 });
    const strokes = (svg: string) => svg.match(/fill="none" stroke=/g)?.length;
    expect(
      strokes(
        await drawn(panel, {
          a: [
            [0, 1],
            [1, 1],
            [2, 1],
            [3, 1],
          ],
        }),
      ),
    ).toBe(1);
    expect(
      strokes(
        await drawn(panel, {
          a: [
            [0, 1],
            [1, 1],
            [8, 1],
            [9, 1],
          ],
        }),
      ),
    ).toBe(2);
  });

  it('stacks what adds up', async () => {
    const panel = series({ ...about, unit: 'short', width: 12, min: 0, stacked: true });
    const points = [
      [0, 30],
      [100, 30],
    ] as const;
    expect(await drawn(panel, { a: points, b: points })).toContain('>60<');
    expect(await drawn(panel, { a: points })).not.toContain('>60<');
  });

  it('has a bar for each, as long as its share of the longest', async () => {
    const svg = await drawn(bars({ ...about, unit: 'short', width: 12, steps: [[null, 'blue']] }), {
      a: [[1, 10]],
      b: [[1, 5]],
    });
    const [a = NaN, b = NaN] = [...svg.matchAll(/width="([\d.]+)"[^>]*fill="#5794f2"/g)].map(([, w]) =>
      Number(w),
    );
    expect(a / b).toBeCloseTo(2, 1);
  });

  it('says which state held when', async () => {
    const words = { 0: ['open', 'green'], 1: ['halted', 'red'] } as const;
    const points = Array.from({ length: 101 }, (_, at): [number, number] => [at, at < 50 ? 0 : 1]);
    const svg = await drawn(states({ ...about, unit: 'short', width: 24, words }), { a: points });
    const widths = [...svg.matchAll(/width="([\d.]+)"[^>]*fill="(#\w+)" fill-opacity/g)].map(
      ([, w, fill]) => [fill, Number(w)] as const,
    );
    expect(widths.map(([fill]) => fill)).toEqual([colorOf('green'), colorOf('red')]);
    expect((widths[0]?.[1] ?? 0) / (widths[1]?.[1] ?? 1)).toBeCloseTo(1, 1);
  });

  it('joins the rows of a table, names its columns and hides the hidden', async () => {
    const queries = [
      { expr: 'x', legend: 'age' },
      { expr: 'y', legend: 'state' },
    ];
    const overrides = [
      { of: 'age', unit: 's' },
      { of: 'state', words: { 7: ['paused', 'yellow'] } },
    ] as const;
    const panel = table({
      ...about,
      queries,
      unit: 'short',
      width: 12,
      columns: { lane: 'which' },
      overrides,
    });
    const svg = await drawn(panel, { a: [[100, 7]] });
    for (const word of ['which', 'age', 'state', 'a', '7 s', 'paused']) expect(svg).toContain(`>${word}<`);
    expect(svg.match(/>a</g)).toHaveLength(1);
    const hidden = await drawn(table({ ...about, unit: 'short', width: 12, columns: {}, hidden: ['lane'] }), {
      secret: [[100, 7]],
    });
    expect(hidden).not.toContain('secret');
  });
});

describe('docs/dashboards', () => {
  it.each(dashboards.map(([file]) => file))('has the picture of %s as it is now', (file) => {
    const { title, panels } = JSON.parse(text(file)) as Dashboard;
    const svg = text(`docs/dashboards/${title.replace('Expunge: ', '')}.svg`);
    const titles = [...svg.matchAll(/font-size="1[35]"[^>]*font-weight="600">([^<]*)</g)].map(
      ([, words]) => words,
    );
    expect(panels.map((panel) => escaped(panel.title)).filter((each) => !titles.includes(each))).toEqual([]);
    expect(svg).not.toMatch(/>(?:No data|NaN)</);
  });
});
