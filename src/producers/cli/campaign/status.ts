/** `expunge campaign status`: one look at one campaign. */
import { commandLine } from '../../campaign/door.ts';
import { surroundings } from '../../campaign/situation.ts';
import type { Campaign } from '../../../ledger/campaign/campaign.ts';
import type { AddCommand, Context } from '../program.ts';
import { count, visible, when } from '../../wording.ts';
import { withLedger } from '../with-ledger.ts';
import { chooseCampaign } from './choose.ts';
import { fieldsOf, viewOf } from '../../campaign/view.ts';
import { screen } from './view.ts';

export const addStatus: AddCommand = (campaign, run) =>
  void campaign
    .command('status')
    .description('how far it is, what it waits for, and what can be typed about it')
    .argument('<name>')
    .action(run(status));

async function status(context: Context, name: string): Promise<void> {
  const { terminal } = context;
  const config = context.config();
  const view = await withLedger(context, config, async (ledger) => {
    const campaign = await chooseCampaign(ledger, name);
    return viewOf(campaign, (await surroundings(ledger, config))(campaign));
  });
  const text = [...screen(view, terminal.columns - 1), '', ...origin(view.campaign)];
  terminal.result(fieldsOf(view, commandLine), text.join('\n'));
}

/** Who asked for it and what was planned. */
function origin({ requester, why, created, approvedBy, source, hash, ...plan }: Campaign): readonly string[] {
  const { valid, invalid, duplicates, alreadySettled } = plan;
  return [
    `Planned by ${visible(requester)}, ${when(created)}${why === '' ? '' : `: ${visible(why)}`}`,
    ...(approvedBy === '' ? [] : [`Approved by ${visible(approvedBy)}`]),
    `${source === '' ? 'Plan' : `${visible(source)}, plan`} ${hash}`,
    `${count(valid, 'id')}; not in it: ${count(invalid, 'bad line')}, ${count(duplicates, 'duplicate')}; ` +
      `${count(alreadySettled, 'id')} had been settled before`,
  ];
}
