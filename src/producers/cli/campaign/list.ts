/** `expunge campaign list`: all campaigns, the latest first. */
import { commandLine } from '../../campaign/door.ts';
import { surroundings } from '../../campaign/situation.ts';
import { hasEnded } from '../../campaign/states.ts';
import type { AddCommand, Context } from '../program.ts';
import { table } from '../terminal.ts';
import { duration, grouped } from '../../wording.ts';
import { withLedger } from '../with-ledger.ts';
import { waitText, type View } from '../../campaign/standing.ts';
import { fieldsOf, viewOf } from '../../campaign/view.ts';

export const addList: AddCommand = (campaign, run) =>
  void campaign
    .command('list')
    .description('all campaigns, the latest first: state, how far, when done')
    .action(run(list));

async function list(context: Context): Promise<void> {
  const config = context.config();
  const views = await withLedger(context, config, async (ledger) => {
    const around = await surroundings(ledger, config);
    return (await ledger.campaigns()).map((campaign) => viewOf(campaign, around(campaign)));
  });
  context.terminal.result({ campaigns: views.map((view) => fieldsOf(view, commandLine)) }, textOf(views));
}

function textOf(views: readonly View[]): string {
  if (views.length === 0)
    return 'There are no campaigns yet: expunge campaign plan NAME --account A --operation O --file F';
  const head = ['campaign', 'state', 'account', 'operation', 'ids', 'done', 'left', 'refused', 'why'];
  const rows = views.map((view) => {
    const { campaign, progress } = view;
    const { name, state, account, operation, settled } = campaign;
    const share = progress.total === 0 ? 100 : Math.floor((100 * progress.done) / progress.total);
    const refused = (settled.refused ?? 0) + (settled.exhausted ?? 0);
    const [wait] = progress.waits;
    const why = wait ? waitText(wait, view) : hasEnded(campaign) ? campaign.reason : '';
    return [
      ...[name, state, account, operation, grouped(progress.total), `${share} %`],
      ...[progress.etaMs === undefined ? '' : duration(progress.etaMs), grouped(refused), why],
    ];
  });
  return `${table(head, rows)}\n\nMore of one: expunge campaign status NAME`;
}
