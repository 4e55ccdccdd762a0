import { spawn } from 'node:child_process';
import type { Clock } from '../clock.ts';
import { type Launch, settings } from './private.ts';
import type { Environment } from './run.ts';

/**
 * Starts a Redis or Valkey program, detached: it outlives whatever ends its parent, a kill -9 included, and
 * goes on to hold the queues for the next process.
 */
export const launchProgram =
  (binary: string, env: Environment, clock: Clock): Launch =>
  async (port, dir) => {
    const args = ['--bind', '127.0.0.1', '--protected-mode', 'yes', ...settings(port, dir)];
    const child = spawn(binary, args, { cwd: dir, env, detached: true, stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    let gone = false;
    void ended.then(() => (gone = true));
    child.unref();
    return {
      ...(child.pid !== undefined && { pid: child.pid }),
      gone: () => gone,
      async stop() {
        child.ref();
        child.kill('SIGTERM');
        // it has written nothing for that long: whatever it waits for, it will not come
        const callOff = clock.after(20_000, () => child.kill('SIGKILL'));
        await ended;
        callOff();
      },
    };
  };
