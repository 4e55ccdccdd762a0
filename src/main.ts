#!/usr/bin/env node
/** The process: its arguments, signals and exit code. */
import closeWithGrace from 'close-with-grace';
import { Unusable } from './app.ts';
import { systemClock } from './clock.ts';
import { environment } from './config.ts';
import { commands } from './producers/cli/commands.ts';
import { addDemo } from './producers/cli/demo/demo.ts';
import { runProgram } from './producers/cli/program.ts';
import { addServe } from './serve.ts';
import { addEmulator } from './serve-emulator.ts';
import { version } from './version.ts';

const stop = new AbortController();
let failed = false;

// The first signal asks for an orderly end, a second one or 25 s end the process as it stands: safe, but for
// calls in flight, whose answers a later run will not know.
closeWithGrace({ delay: 25_000, logger: false }, async ({ err }) => {
  if (err) process.stderr.write(`${err.stack ?? err.message}\n`);
  failed ||= err !== undefined;
  stop.abort();
  // The command ends the process below, with its own exit code.
  await new Promise<never>(() => undefined);
});

// Started by another command of ours: it has ended, however that was, and so do we.
process.once('disconnect', () => stop.abort());

const exit = await runProgram({
  argv: process.argv.slice(2),
  clock: systemClock,
  env: environment(),
  cwd: process.cwd(),
  version: version(),
  stopped: stop.signal,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  commands: [addDemo, ...commands, addServe, addEmulator],
}).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Unusable ? error.message : String((error as Error).stack)}\n`);
  return error instanceof Unusable ? error.exit : 1;
});
// What is still being written to a pipe goes out first.
process.stdout.write('', () => process.exit(failed ? 1 : exit));
