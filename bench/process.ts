/** Programs that are measured, and those that measure: each in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Asked, Posts } from './posts.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** What is built runs without. */
const loader = (program: string) => (program.endsWith('.ts') ? ['--import', 'tsx'] : []);

export interface Stall {
  readonly ms: number;
  /** The whole process's processor time in it. */
  readonly cpuMs: number;
}

/** What was seen since `watch`. */
export interface Since {
  /** Of its event loop, above 10 ms. */
  readonly stalls: readonly Stall[];
  /** Processor time of all its threads. */
  readonly cpuMs: number;
  /** Share of the time in which its main thread had work. */
  readonly busy: number;
  /** Its memory now, in bytes. */
  readonly rss: number;
}

export class Measured {
  readonly url: string;
  /** Where it serves `/metrics`. */
  readonly metricsUrl: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, ports: { readonly api?: number; readonly metrics: number }) {
    this.#child = child;
    this.url = `http://127.0.0.1:${ports.api}`;
    this.metricsUrl = `http://127.0.0.1:${ports.metrics}`;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when it says that it has started. `nodeArgs` such as --cpu-prof. */
  static async start(args: readonly string[], nodeArgs: readonly string[] = []): Promise<Measured> {
    const [program = '', ...rest] = args;
    const child = spawn(
      process.execPath,
      ['--import', path('stalls.js'), ...loader(program), ...nodeArgs, path(program), ...rest],
      { cwd: path('..'), stdio: ['ignore', 'pipe', process.env['BENCH_LOG'] ? 'inherit' : 'ignore', 'ipc'] },
    );
    if (!child.stdout) throw new Error('its output is not piped');
    const lines = createInterface(child.stdout);
    const ended = once(child, 'exit').then(() => [`${program} ended at its start`]);
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
    if (!line.includes('"started":true')) throw new Error(line);
    return new Measured(child, JSON.parse(line) as { api?: number; metrics: number });
  }

  watch(): void {
    this.#child.send('watch');
  }

  since(): Promise<Since> {
    return this.ask('stalls', 'stalls');
  }

  /** Says this to it, and resolves with the first message from it that has this field; rejects if it ends before. */
  ask<Answer extends object>(message: string, field: keyof Answer & string): Promise<Answer> {
    const told = new Promise<Answer>((resolve, reject) => {
      const gone = () => reject(new Error(`it ended and never answered ${message}`));
      // The TypeScript loader talks over the same channel.
      const hear = (heard: object) => {
        if (!(field in heard)) return;
        this.#child.off('message', hear).off('exit', gone);
        resolve(heard as Answer);
      };
      this.#child.on('message', hear).once('exit', gone);
    });
    this.say(message);
    return told;
  }

  /** Each message from it that has this field. */
  on<Message extends object>(field: keyof Message & string, hear: (message: Message) => void): void {
    this.#child.on('message', (heard: object) => {
      if (field in heard) hear(heard as Message);
    });
  }

  say(message: string): void {
    this.#child.send(message);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/** Callers in a process of their own. */
export async function posts(asked: Asked): Promise<Posts> {
  const child = spawn(process.execPath, ['--import', 'tsx', path('posts.ts'), JSON.stringify(asked)], {
    cwd: path('..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  await once(child, 'exit');
  return JSON.parse(line) as Posts;
}
