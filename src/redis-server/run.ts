import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** Environment variables, handed in: only the configuration reads the process's own. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a program printed, or in one line why it failed: its last words, else how it ended. */
export type Ran = { readonly out: string } | { readonly problem: string };

/** Runs a program to its end, or kills it after `ms`. Never rejects. */
export function run(
  file: string,
  args: readonly string[],
  { env, ms, cwd }: { env: Environment; ms: number; cwd?: string },
): Promise<Ran> {
  return new Promise((resolve) => {
    const options = {
      env,
      timeout: ms,
      killSignal: 'SIGKILL' as const,
      maxBuffer: 16 << 20,
      ...(cwd && { cwd }),
    };
    execFile(file, args, options, (error, out, err) => {
      if (!error) return resolve({ out });
      const ended = error.killed === true ? `no end within ${ms / 1000} s` : error.message.split('\n')[0];
      const words = err.trim().split('\n').at(-1);
      resolve({ problem: error.killed === true || !words ? `${file}: ${ended ?? 'failed'}` : words });
    });
  });
}

/** The first of these programs that PATH holds, as an absolute path. */
export async function onPath(names: readonly string[], env: Environment): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(isAbsolute)) {
    for (const name of names) {
      const file = join(folder, name);
      if (
        await access(file, constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return file;
    }
  }
  return undefined;
}
