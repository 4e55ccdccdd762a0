/**
 * The pictures of docs/dashboards: `npx tsx docs/draw.ts` plays a bad day (test/system/bad-day.ts) of some minutes at
 * the emulator, and draws each dashboard from what a real Prometheus says of it. It needs Debian's `prometheus`, and
 * nothing beside it for four minutes: the rates are real.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboards } from '../deploy/grafana/dashboards.ts';
import type { Dashboard } from '../deploy/grafana/drawing/panel.ts';
import { picture } from '../deploy/grafana/drawing/picture.ts';
import { filled } from '../test/deploy/expressions.ts';
import type { PrometheusProcess } from '../test/deploy/prometheus-process.ts';
import { badDay, play, type Step } from '../test/system/bad-day.ts';
import { instances, Monitored } from '../test/system/monitored.ts';

const everySeconds = 2;
/** The day of the test, so many times longer. */
const scale = 3.6;
/** After the last step the day goes on for a while, and is looked at with something still wrong. */
const untilSeconds = 55;
/** Alerts wait for minutes, and the day has three. */
const faster = 10;

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs/dashboards');
const recovery: Step = {
  at: 50,
  what: 'the worker is started again',
  make: (run) => run.start('worker:9464'),
};

/** Draws what happened from `from` to `to`, in seconds since 1970. */
export async function draw(prometheus: PrometheusProcess, from: number, to: number): Promise<void> {
  const span = { from, to, step: everySeconds };
  const rangeSeconds = Math.ceil(to - from);
  const inFull = (expr: string) => filled(expr, { rangeSeconds, everySeconds, instances });
  const source = {
    now: (expr: string) => prometheus.query(inFull(expr), to),
    over: (expr: string) => prometheus.range(inFull(expr), from, to, everySeconds),
  };
  mkdirSync(folder, { recursive: true });
  for (const [file] of dashboards) {
    const dashboard = JSON.parse(readFileSync(join(root, file), 'utf8')) as Dashboard;
    const name = dashboard.title.replace('Expunge: ', '');
    writeFileSync(join(folder, `${name}.svg`), await picture(dashboard, source, span));
  }
}

async function run(): Promise<void> {
  const monitored = await Monitored.open({ everySeconds, faster });
  try {
    const from = Date.now() / 1_000;
    const steps = [...badDay(scale), recovery];
    const say = (what: string) => process.stdout.write(`${what}\n`);
    await play(monitored, steps, { scale, seconds: untilSeconds, say });
    await draw(monitored.prometheus, from, Date.now() / 1_000);
  } finally {
    await monitored.close();
  }
}

if (process.argv[1] === import.meta.filename) await run();
