/** `expunge serve`. What only a worker needs is loaded when one runs: no other command carries its weight. */
import type { AddCommand, Context } from './producers/cli/program.ts';

export const addServe: AddCommand = (program, run) => {
  program
    .command('serve')
    .description('run a worker: drain and feed the lanes of all configured accounts, until SIGTERM')
    .option('--worker', 'run a worker (the default)')
    .action(run(async (context: Context) => (await import('./serving.ts')).serve(context)));
};
