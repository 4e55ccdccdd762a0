/** The command line as an operator types it, in a world of a test's: it agrees with the workers by the ledger alone. */
import { systemClock } from '../../src/clock.ts';
import type { Environment } from '../../src/config.ts';
import { commands } from '../../src/producers/cli/commands.ts';
import { runProgram } from '../../src/producers/cli/program.ts';
import type { World } from './world.ts';

export interface Typed {
  readonly exit: number;
  /** To people, and to programs. */
  readonly said: string;
  readonly answered: string;
}

export async function typed({ dir }: World, argv: readonly string[], env: Environment = {}): Promise<Typed> {
  let said = '';
  let answered = '';
  const exit = await runProgram({
    ...{ argv: [...argv, '--config', `${dir}/expunge.json`], cwd: dir, env, clock: systemClock },
    ...{ commands, version: 'test', stopped: new AbortController().signal },
    stdout: { write: (text) => (answered += text) },
    stderr: { write: (text) => (said += text) },
  });
  return { exit, said, answered };
}

/** Rejects unless it exits with 0; answers what it said to people. */
export async function operate(world: World, ...argv: string[]): Promise<string> {
  const { exit, said } = await typed(world, argv);
  if (exit !== 0) throw new Error(`expunge ${argv.join(' ')}: exit ${exit}: ${said}`);
  return said;
}
