/** `expunge cancel`: takes back what a request has not sent yet. */
import { scopeToCancel } from '../scopes.ts';
import { mustBeAllowed, personOf } from './person.ts';
import type { AddCommand, Context } from './program.ts';
import { CommandError, exits } from './terminal.ts';
import { withLedger } from './with-ledger.ts';
import { count, grouped, shortened } from '../wording.ts';

export const addCancel: AddCommand = (program, run) => {
  program
    .command('cancel')
    .description('take back what a request has not sent; what others want too goes on')
    .argument('<request>', 'the id that enqueue printed')
    .option('--reason <text>', 'why, for the record')
    .action(run(cancel));
};

async function cancel(
  context: Context,
  request: string,
  { reason = '' }: { readonly reason?: string },
): Promise<void> {
  const config = context.config();
  const { terminal } = context;
  await withLedger(context, config, async (ledger) => {
    const found = await ledger.requestSummary(request);
    if (!found)
      throw new CommandError(
        `the ledger knows no request "${shortened(request)}": expunge lookup ID names those of an id`,
        exits.usage,
      );
    const { account, operation, requester } = found;
    const person = await personOf(config, ledger);
    mustBeAllowed(person, scopeToCancel(person.name, requester), account, operation);
    const done = await ledger.cancelRequest(request, person.name, reason);
    if (!done || 'campaign' in done)
      throw new CommandError(
        `this is the request of a campaign: expunge campaign cancel ${done?.campaign ?? 'NAME'}`,
        exits.refused,
      );
    const { cancelled, sending, settled, kept } = done;
    const notes = [
      sending > 0 ? `${grouped(sending)} in a call that goes on` : '',
      kept > 0 ? `${grouped(kept)} wanted by others too, which go on` : '',
      settled > 0 ? `${grouped(settled)} had been settled before` : '',
    ].filter((note) => note !== '');
    const text = `${count(cancelled, 'target')} cancelled${notes.length > 0 ? `; ${notes.join('; ')}` : ''}.`;
    terminal.result({ request, cancelled, sending, settled, kept }, text);
  });
}
