/** The command line as an operator types it, in a world of a test's: it agrees with the workers by the ledger alone. */
import { systemClock } from '../../src/clock.ts';
import { commands } from '../../src/producers/cli/commands.ts';
import { runProgram } from '../../src/producers/cli/program.ts';
import type { World } from './world.ts';

/** Rejects unless it exits with 0; answers what it said to people. */
export async function operate({ dir }: World, ...argv: string[]): Promise<string> {
  let said = '';
  const exit = await runProgram({
    ...{ argv: [...argv, '--config', `${dir}/expunge.json`], cwd: dir, env: {}, clock: systemClock },
    ...{ commands, version: 'test', stopped: new AbortController().signal },
    stdout: { write: () => undefined },
    stderr: { write: (text) => (said += text) },
  });
  if (exit !== 0) throw new Error(`expunge ${argv.join(' ')}: exit ${exit}: ${said}`);
  return said;
}
