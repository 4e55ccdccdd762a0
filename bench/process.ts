/** Programs that are measured, and those that measure: each in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Asked, Posts } from './posts.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

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
}

export class Measured {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** Resolves when it says that it has started. `nodeArgs` such as --cpu-prof. */
  static async start(args: readonly string[], nodeArgs: readonly string[] = []): Promise<Measured> {
    const [program = '', ...rest] = args;
    const child = spawn(
      process.execPath,
      ['--import', path('stalls.js'), '--import', 'tsx', ...nodeArgs, path(program), ...rest],
      { cwd: path('..'), stdio: ['ignore', 'pipe', process.env['BENCH_LOG'] ? 'inherit' : 'ignore', 'ipc'] },
    );
    if (!child.stdout) throw new Error('its output is not piped');
    const lines = createInterface(child.stdout);
    const ended = once(child, 'exit').then(() => [`${program} ended at its start`]);
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
    if (!line.includes('"started":true')) throw new Error(line);
    return new Measured(child, `http://127.0.0.1:${(JSON.parse(line) as { api: number }).api}`);
  }

  watch(): void {
    this.#child.send('watch');
  }

  async since(): Promise<Since> {
    const told = new Promise<Since>((resolve) => {
      const hear = (message: object) => {
        if (!('stalls' in message)) return;
        this.#child.off('message', hear);
        resolve(message as Since);
      };
      this.#child.on('message', hear);
    });
    this.#child.send('stalls');
    return told;
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
