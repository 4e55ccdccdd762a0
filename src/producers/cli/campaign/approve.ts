/** `expunge campaign approve`: a second person, proved by a key, vouches for exactly what was planned. */
import { approveCampaign } from '../../campaign/approve.ts';
import { commandLine } from '../../campaign/door.ts';
import type { AddCommand, Context } from '../program.ts';
import { count } from '../../wording.ts';
import { withLedger } from '../with-ledger.ts';
import { chooseCampaign } from './choose.ts';
import { personOf } from '../person.ts';
import { orRefused } from './refusal.ts';

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
    const { valid, hash } = campaign;
    const person = await personOf(config, ledger);
    await orRefused(approveCampaign({ ledger, door: commandLine }, campaign, person, { plan, reason }));
    context.terminal.result(
      { campaign: name, state: 'approved', hash, valid, approvedBy: person.name },
      `${person.name} approves ${name}: ${count(valid, 'target')}, plan ${hash}.\n` +
        `To run it: expunge campaign run ${name} --plan ${hash} --confirm ${valid}`,
    );
  });
}
