/**
 * A Prometheus of a test's own, from Debian's package `prometheus`, with the rules of `deploy/prometheus` at a pace
 * that a test can wait for. It keeps its data in a folder that goes away with it, and listens on loopback only.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  addressOf,
  instanceOf,
  jobs,
  writeFiles,
  writeTargets,
  type Job,
  type Target,
  type Targets,
} from './prometheus-files.ts';
import { freePort } from '../setup/free-port.ts';

export interface PrometheusOptions {
  readonly targets: Targets;
  /**
   * Between scrapes, between evaluations of the rules, and what a scrape may take: 1 if nothing is said. A process
   * whose Redis or ledger hangs answers after 2 s only, and is "not up" to a Prometheus that waits for less.
   */
  readonly everySeconds?: number;
  /** Each `for`, window and offset of the rules is so many times shorter; windows hold four scrapes at least. */
  readonly faster?: number;
  /** What else is changed in the text of a rules file, after that: a threshold in seconds, for one. */
  readonly rewrite?: (rules: string) => string;
}

export type Labels = Readonly<Record<string, string>>;
/** One element of an instant vector; NaN and ±Inf are numbers too. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}
/** One series of a range: `[seconds since 1970, value]`, only where there is one. */
export interface Line {
  readonly labels: Labels;
  readonly points: readonly (readonly [at: number, value: number])[];
}
export interface Alert {
  readonly name: string;
  readonly state: 'pending' | 'firing';
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Seconds since 1970. */
  readonly activeAt: number;
  readonly value: number;
}

interface Vector {
  readonly result: readonly { readonly metric: Labels; readonly value: readonly [number, string] }[];
}
interface Matrix {
  readonly result: readonly { readonly metric: Labels; readonly values: readonly [number, string][] }[];
}
interface Active {
  readonly activeTargets: readonly { readonly labels: Labels; readonly discoveredLabels: Labels }[];
}
interface Alerts {
  readonly alerts: readonly (Pick<Alert, 'state' | 'labels' | 'annotations'> & {
    readonly activeAt: string;
    readonly value: string;
  })[];
}

/** Whether the machine has one. Where it has none, tests that need it are skipped, and say so. */
export const prometheusPresent = (() => {
  const present = spawnSync('prometheus', ['--version']).status === 0;
  if (!present) console.warn('prometheus is not installed: skipped what needs it (Debian: prometheus)');
  return present;
})();

export class PrometheusProcess {
  readonly url: string;
  readonly #dir: string;
  readonly #child: ChildProcess;
  /** What it complained of. */
  readonly said: string[] = [];

  private constructor(url: string, dir: string, child: ChildProcess) {
    this.url = url;
    this.#dir = dir;
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.said.push(text));
  }

  /** Resolves when it answers; rejects with what it said if it does not start. */
  static async start(options: PrometheusOptions): Promise<PrometheusProcess> {
    const { targets, everySeconds = 1, faster = 1, rewrite = (rules: string) => rules } = options;
    const dir = await mkdtemp(join(tmpdir(), 'expunge-prometheus-'));
    writeFiles(dir, { everySeconds, faster, rewrite });
    for (const job of jobs) writeTargets(dir, job, targets[job] ?? []);
    const port = await freePort();
    const child = spawn(
      'prometheus',
      [
        `--config.file=${join(dir, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(dir, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
      ],
      { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const prometheus = new PrometheusProcess(`http://127.0.0.1:${port}`, dir, child);
    // a test run that is broken off leaves none behind
    process.once('exit', () => child.kill());
    const ready = async () =>
      fetch(`${prometheus.url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await ready())) {
      if (child.exitCode !== null) throw new Error(`prometheus: ${prometheus.said.join('')}`);
      await sleep(50);
    }
    return prometheus;
  }

  /** From now on these are the job's targets, instead of those before; resolves when it knows. */
  async scrape(job: Job, targets: readonly Target[]): Promise<void> {
    writeTargets(this.#dir, job, targets);
    const wanted = targets.map((target) => `${addressOf(target)} ${instanceOf(target)}`).sort();
    for (;;) {
      const { activeTargets } = await this.#ask<Active>('targets', { state: 'active' });
      const known = activeTargets
        .filter(({ labels }) => labels['job'] === job)
        .map((each) => `${each.discoveredLabels['__address__']} ${each.labels['instance']}`)
        .sort();
      if (JSON.stringify(known) === JSON.stringify(wanted)) return;
      await sleep(50);
    }
  }

  /** What an expression says now, or said then; rejects where Prometheus does not take it. A scalar has no labels. */
  async query(expr: string, at?: number): Promise<readonly Sample[]> {
    const time = at === undefined ? {} : { time: String(at) };
    const data = await this.#ask<Vector & { readonly resultType: string }>('query', { query: expr, ...time });
    if (data.resultType === 'scalar') {
      const [, value] = data.result as unknown as [number, string];
      return [{ labels: {}, value: numberOf(value) }];
    }
    return data.result.map(({ metric, value }) => ({ labels: metric, value: numberOf(value[1]) }));
  }

  /** What it said from one time to another (seconds since 1970), each `step` seconds. */
  async range(expr: string, from: number, to: number, step: number): Promise<readonly Line[]> {
    const { result } = await this.#ask<Matrix>('query_range', {
      ...{ query: expr, start: String(from), end: String(to), step: String(step) },
    });
    return result.map(({ metric, values }) => ({
      labels: metric,
      points: values.map(([at, value]) => [at, numberOf(value)] as const),
    }));
  }

  /** What is pending or fires now. */
  async alerts(): Promise<readonly Alert[]> {
    const { alerts } = await this.#ask<Alerts>('alerts', {});
    return alerts.map(({ labels, activeAt, value, ...rest }) => ({
      ...{ name: labels['alertname'] ?? '', labels, ...rest },
      ...{ activeAt: Date.parse(activeAt) / 1_000, value: Number(value) },
    }));
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGTERM');
      await once(this.#child, 'exit');
    }
    await rm(this.#dir, { recursive: true });
  }

  /** Rejects with Prometheus' own words. */
  async #ask<Data>(what: string, parameters: Readonly<Record<string, string>>): Promise<Data> {
    const query = new URLSearchParams(parameters).toString();
    const answer = await fetch(`${this.url}/api/v1/${what}?${query}`);
    const { status, data, error } = (await answer.json()) as { status: string; data: Data; error?: string };
    if (status !== 'success') throw new Error(`${error}: ${parameters['query'] ?? what}`);
    return data;
  }
}

/** Prometheus writes +Inf where JavaScript reads Infinity. */
const numberOf = (text: string): number => Number(text.replace('Inf', 'Infinity'));
