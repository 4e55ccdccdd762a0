/** The command line: commander parses, each command is a file of its own, this one ties them together. */
import { Readable } from 'node:stream';
import { Command, CommanderError, Option } from 'commander';
import { ledgerOf } from '../../app.ts';
import type { Clock } from '../../clock.ts';
import { formatProblems, loadConfig, type Config, type Environment } from '../../config.ts';
import { operations } from '../../providers/operations.ts';
import { CommandError, createTerminal, exits, type Exit, type Streams, type Terminal } from './terminal.ts';

/** What a command is given. */
export interface Context {
  readonly clock: Clock;
  readonly env: Environment;
  readonly cwd: string;
  readonly version: string;
  readonly terminal: Terminal;
  /** The effective configuration; ends the command with all problems at once if it has any. */
  readonly config: () => Config;
  /** The file named with --config, if one was. */
  readonly configFile: string | undefined;
  /** Aborted on SIGINT and SIGTERM. */
  readonly stopped: AbortSignal;
  readonly stdin: Input;
  readonly openLedger: typeof ledgerOf;
  /** Ends the command with this exit code once its action has returned: for ends that are no error. */
  readonly exitWith: (exit: Exit) => void;
}

/** What a command reads: ids, or a person's answer where it is a terminal. */
export type Input = AsyncIterable<string | Uint8Array> & { readonly isTTY?: boolean };

/** A command: adds itself to the program; `run` wraps an action so that it gets its Context. */
export type AddCommand = (program: Command, run: Run) => void;
export type Run = <Args extends unknown[]>(
  action: (context: Context, ...args: Args) => Promise<void>,
) => (...args: Args) => Promise<void>;

export interface ProgramOptions extends Streams {
  readonly argv: readonly string[];
  readonly clock: Clock;
  readonly env: Environment;
  readonly cwd: string;
  readonly version: string;
  readonly stopped: AbortSignal;
  readonly commands: readonly AddCommand[];
  /** Left out: empty, and not a terminal. */
  readonly stdin?: Input;
  /** Left out: the configured one. */
  readonly openLedger?: typeof ledgerOf;
}

/** Runs one command line and answers the exit code; never throws for what a user did. */
export async function runProgram(options: ProgramOptions): Promise<Exit> {
  const { argv, clock, env, cwd, version, stopped, commands, stdout, stderr } = options;
  const program = new Command('expunge')
    .description('Bulk deletion of cloud media: safe, accounted for, and at exactly the provider’s speed.')
    .version(version)
    .addOption(new Option('--config <file>', 'configuration file (default: expunge.yaml)'))
    .option('--json', 'one JSON object, or one a line for streams, on stdout')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    })
    .showHelpAfterError('(expunge --help lists the commands)');

  let ended: Exit = exits.done;
  const exitWith = (exit: Exit) => void (ended = exit);
  const { stdin = Readable.from([]), openLedger = ledgerOf } = options;
  const terminal = () => createTerminal(options, program.opts<{ json?: boolean }>().json === true);
  const run: Run = (action) => {
    return (...args) => {
      const { config: configFile } = program.opts<{ config?: string }>();
      const config = () => {
        const loaded = loadConfig({ file: configFile, env, cwd, operations });
        if ('config' in loaded) return loaded.config;
        throw new CommandError(formatProblems(loaded.problems), exits.usage, loaded.problems);
      };
      const means = { clock, env, cwd, version, stopped, stdin, openLedger };
      return action({ ...means, terminal: terminal(), config, configFile, exitWith }, ...args);
    };
  };
  for (const add of commands) add(program, run);
  acceptGlobalsAnywhere(program);

  try {
    await program.parseAsync(argv, { from: 'user' });
    return ended;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exits.done : exits.usage;
    const { message, exit, problems } = error as Partial<CommandError> & Error;
    if (exit === undefined) throw error;
    const told = terminal();
    told.say(message);
    if (told.json) told.result({ error: message, ...(problems?.length && { problems }) }, '');
    return exit;
  }
}

/** `expunge lanes --json` as well as `expunge --json lanes`. */
function acceptGlobalsAnywhere(program: Command): void {
  const visit = (command: Command): void => {
    for (const each of command.commands) {
      each.addOption(new Option('--config <file>').hideHelp()).addOption(new Option('--json').hideHelp());
      each.on('option:config', (file: string) => program.setOptionValue('config', file));
      each.on('option:json', () => program.setOptionValue('json', true));
      visit(each);
    }
  };
  visit(program);
}
