/** `expunge events`: who stopped, opened or slowed what, when and why. */
import type { Event } from '../../ledger/events.ts';
import { chooseLane } from './choice.ts';
import type { AddCommand, Context } from './program.ts';
import { CommandError, exits, table } from './terminal.ts';
import { withLedger } from './with-ledger.ts';
import { iso, when } from '../wording.ts';

export const addEvents: AddCommand = (program, run) => {
  program
    .command('events')
    .description('who stopped, opened or slowed what, when and why; with names: that lane')
    .argument('[account]')
    .argument('[operation]')
    .option('--last <n>', 'so many of the latest', '20')
    .action(run(events));
};

async function events(
  context: Context,
  account: string | undefined,
  operation: string | undefined,
  { last }: { readonly last: string },
) {
  const most = Number(last);
  if (!Number.isInteger(most) || most < 1 || most > 10_000)
    throw new CommandError('--last is how many: a whole number from 1 to 10000', exits.usage);
  if (account !== undefined && operation === undefined)
    throw new CommandError(
      'name the operation too, or neither: expunge events [ACCOUNT OPERATION]',
      exits.usage,
    );
  const found = await withLedger(context, context.config(), async (ledger) => {
    if (account === undefined || operation === undefined) return ledger.events(most);
    return ledger.events(most, chooseLane(await ledger.laneRows(), account, operation).lane);
  });
  context.terminal.result({ events: found.map((event) => ({ ...event, at: iso(event.at) })) }, textOf(found));
}

function textOf(found: readonly Event[]): string {
  if (found.length === 0) return 'Nothing was ever stopped, opened or slowed here.';
  const rows = found.map(({ at, actor, what, lane, why }) => [
    when(at),
    actor,
    what,
    lane === '' ? 'everything' : lane.replace('~', ' '),
    why,
  ]);
  return table(['when', 'who', 'what', 'of', 'why'], rows);
}
