/** Another command of this program as a process of its own, which ends when this one does, however that ends. */
import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Child {
  /** The first line it wrote to stdout: what it says of itself once it runs. */
  readonly started: Readonly<Record<string, unknown>>;
  /** Its last words, once it has ended without having been asked to. */
  died(): string | undefined;
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>;
}

/**
 * Runs `expunge ARGS --json`. The channel to it closes with this process, even when that is killed: the child
 * takes that for the order to end. Rejects with its last words if it ends before it has started.
 */
export function startChild(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Child> {
  const [, main = ''] = process.argv;
  const child = fork(main, [...args, '--json'], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let over = false;
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      over = true;
      resolve();
    }),
  );
  let lastWords = '';
  child.stderr?.on('data', (text: Buffer) => (lastWords = `${lastWords}${text.toString()}`.slice(-2_000)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`expunge ${args[0]} ended with ${code}:\n${lastWords}`)));
    if (child.stdout)
      createInterface(child.stdout).once('line', (line) =>
        resolve({
          started: JSON.parse(line) as Record<string, unknown>,
          died: () => (over ? `expunge ${args[0]} has ended:\n${lastWords}` : undefined),
          stop: () => (over ? ended : stop(child, ended)),
        }),
      );
  });
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  await ended;
}
