/** `expunge campaign approve`: a second person, proved by a key, vouches for exactly what was planned. */
import { leadingTo } from '../../campaign/states.ts';
import type { AddCommand, Context } from '../program.ts';
import { CommandError, exits } from '../terminal.ts';
import { count, visible } from '../wording.ts';
import { withLedger } from '../with-ledger.ts';
import { chooseCampaign, mustBeAllowed, personOf } from './choose.ts';
import { mustBeHash } from './run.ts';

interface Flags {
  readonly plan?: string;
  readonly reason?: string;
}

export const addApprove: AddCommand = (campaign, run) =>
  void campaign
    .command('approve')
    .description('approve a plan as a second person, with the key in EXPUNGE_API_KEY')
    .argument('<name>')
    .option('--plan <hash>', 'the hash that was looked at')
    .option('--reason <text>', 'for the record')
    .action(run(approve));

async function approve(context: Context, name: string, { plan, reason = '' }: Flags): Promise<void> {
  const config = context.config();
  await withLedger(context, config, async (ledger) => {
    const campaign = await chooseCampaign(ledger, name);
    const { state, requester, valid, hash, account } = campaign;
    const person = personOf(config);
    if (!person.known)
      throw new CommandError(
        `approving takes a person: set EXPUNGE_API_KEY to a key of api.keys with the scope approve`,
        exits.refused,
      );
    mustBeAllowed(person, 'approve', account);
    if (person.name === requester)
      throw new CommandError(
        `${visible(requester)} planned ${name} and can't approve it: somebody else has to`,
        exits.refused,
      );
    if (plan !== undefined) mustBeHash(campaign, plan);
    const moved =
      state === 'approved' ||
      (await ledger.moveCampaign(campaign.seq, {
        ...{ from: leadingTo('approved', 'approve'), to: 'approved', by: person.name, reason },
        approvedBy: person.name,
      }));
    if (!moved)
      throw new CommandError(`the campaign ${name} is ${state}: only a plan can be approved`, exits.refused);
    context.terminal.result(
      { campaign: name, state: 'approved', hash, valid, approvedBy: person.name },
      `${person.name} approves ${name}: ${count(valid, 'target')}, plan ${hash}.\n` +
        `To run it: expunge campaign run ${name} --plan ${hash} --confirm ${valid}`,
    );
  });
}
