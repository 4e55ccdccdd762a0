/** `expunge serve`. What only a server needs is loaded when one runs: no other command carries its weight. */
import type { AddCommand, Context } from './producers/cli/program.ts';

interface Flags {
  readonly api?: true;
  readonly worker?: true;
}

export const addServe: AddCommand = (program, run) => {
  program
    .command('serve')
    .description('run the HTTP API and a worker, or one of the two, until SIGTERM')
    .option('--api', 'the HTTP API: accept deletions and campaigns')
    .option('--worker', 'a worker: drain and feed the lanes of all configured accounts')
    .action(
      run(async (context: Context, { api, worker }: Flags) => {
        const both = !api && !worker;
        const { serve } = await import('./serving.ts');
        return serve(context, { api: both || api === true, worker: both || worker === true });
      }),
    );
};
