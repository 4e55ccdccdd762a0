/** The process of `watched.ts`, as `watching.ts` handles it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Asked, Told } from './ways.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export class WatchedWorker {
  readonly #child: ChildProcess;
  readonly #port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
  }

  /** Its log is read through a pipe, as a container's is. BENCH_NODE_ARGS such as --cpu-prof. */
  static async start(dir: string): Promise<WatchedWorker> {
    const nodeArgs = (process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter(Boolean);
    const child = spawn(process.execPath, ['--import', 'tsx', ...nodeArgs, path('watched.ts'), dir], {
      cwd: path('..'),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    if (process.env['BENCH_LOG']) child.stderr?.pipe(process.stderr);
    else child.stderr?.resume();
    const { port } = await heard<{ port: number }>(child, 'port');
    return new WatchedWorker(child, port);
  }

  /** What it noted so far; from now on its turns have so many calls, or it takes none (0). */
  async ask(callsATurn: number): Promise<Told> {
    const told = heard<Told>(this.#child, 'rounds');
    this.#child.send({ callsATurn } satisfies Asked);
    return told;
  }

  async scrape(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.#port}/metrics`)).text();
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

/** The TypeScript loader talks over the same channel. */
async function heard<Message extends object>(child: ChildProcess, field: keyof Message): Promise<Message> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('the worker ended'));
    const hear = (message: Message) => {
      if (!(field in message)) return;
      child.off('message', hear).off('exit', gone);
      resolve(message);
    };
    child.on('message', hear).once('exit', gone);
  });
}
