/**
 * A server in a process of its own, a worker if nothing else is said: `expunge serve` as users run it, with
 * `trouble.js` preloaded. It ends with its parent, whatever ends that.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { World } from './world.ts';

/** One of what `trouble.js` can do; times in milliseconds. */
export type Trouble =
  | { readonly blockMs: number }
  | { readonly stepMs: number }
  | { readonly connectMs: number }
  /** The process kills itself at each queue job that names this id. */
  | { readonly dieOf: string }
  /** The process kills itself as it is about to answer so: a method and a status, such as `POST 202`. */
  | { readonly dieAnswering: string };

/** What `serve` runs. */
export type Part = '--api' | '--worker';

/** A line of its log. */
export interface Line {
  readonly msg: string;
  readonly level: string;
  readonly account?: string;
  readonly operation?: string;
  readonly unit?: string;
  readonly requestId?: string;
  readonly err?: unknown;
  /** How long a call took. */
  readonly ms?: number;
}

/** A call to Alibaba as it was handed to the socket, in milliseconds of the clock that a machine's processes share. */
interface Written {
  readonly action: string;
  readonly at: number;
}

/** Its ports, as it tells them when it has started. */
interface Started {
  readonly metrics: number;
  readonly api?: number;
}

export class WorkerProcess {
  readonly lines: Line[] = [];
  /** What its last gasp was, if it was not a log line. */
  readonly stray: string[] = [];
  readonly #child: ChildProcess;
  readonly #written: Written[] = [];
  #started: Started | undefined;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    child.on('message', (message: { readonly written?: Written }) => {
      if (message.written) this.#written.push(message.written);
    });
    if (child.stderr) createInterface(child.stderr).on('line', (line) => this.#read(line));
  }

  /** Resolves when it has started, with this trouble from then on; or, where that kills it, when it is dead. */
  static async start(
    world: Pick<World, 'dir'>,
    trouble?: Trouble,
    parts: readonly Part[] = ['--worker'],
    preload: readonly string[] = [],
  ): Promise<WorkerProcess> {
    const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
    const config = `${world.dir}/expunge.json`;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--import', path('trouble.js'), ...preload, path('../../src/main.ts')].concat(
        ...['serve', ...parts, '--json', '--config', config],
      ),
      {
        cwd: path('../..'),
        env: { PATH: process.env['PATH'], ...(trouble && { TROUBLE: JSON.stringify(trouble) }) },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    const worker = new WorkerProcess(child);
    if (!child.stdout) throw new Error('its output is not piped');
    const line = once(createInterface(child.stdout), 'line').then(([first]) => String(first));
    const heard = await Promise.race([line, worker.ended.then(({ signal }) => signal)]);
    if (heard !== 'SIGKILL') worker.#started = startedOf(heard);
    return worker;
  }

  /** Resolves when the trouble is over, or has begun where it is to stay. */
  async make(trouble: Trouble): Promise<void> {
    await new Promise<void>((resolve) => {
      // The TypeScript loader talks over the same channel.
      const hear = (message: object) => {
        if (!('over' in message)) return;
        this.#child.off('message', hear);
        resolve();
      };
      this.#child.on('message', hear);
      this.#child.send(trouble);
    });
  }

  /** Units that it owns, by its log. */
  owned(): ReadonlySet<string> {
    const owned = new Set<string>();
    for (const { msg, unit = '' } of this.lines) {
      if (msg === 'unit taken') owned.add(unit);
      if (msg === 'unit given up' || msg === 'unit lost') owned.delete(unit);
    }
    return owned;
  }

  /** When it handed its calls for this to the socket: how they reach the emulator is also the machine's doing. */
  sent(action: string): readonly number[] {
    return this.#written.filter((call) => call.action === action).map(({ at }) => at);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Where its API is. */
  get url(): string {
    return `http://127.0.0.1:${this.#started?.api}`;
  }

  /** Where its metrics are. */
  get metricsUrl(): string {
    return `http://127.0.0.1:${this.#started?.metrics}`;
  }

  /** One of its metrics without labels, as it says now. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.metricsUrl}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it in order if it still runs. */
  async stop(): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    await this.ended;
  }

  #read(text: string): void {
    try {
      this.lines.push(JSON.parse(text) as Line);
    } catch {
      this.stray.push(text);
    }
  }
}

function startedOf(line: string | null | undefined): Started {
  if (!line?.includes('"started":true')) throw new Error(`the server did not start: ${line}`);
  return JSON.parse(line) as Started;
}
