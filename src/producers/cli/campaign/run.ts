/** `expunge campaign run`: begins to delete what was planned, once every guard agrees. */
import type { Campaign } from '../../../ledger/campaign/campaign.ts';
import { commandLine } from '../../campaign/door.ts';
import { runCampaign } from '../../campaign/run.ts';
import type { AddCommand, Context } from '../program.ts';
import { count, grouped, when } from '../../wording.ts';
import { withLedger } from '../with-ledger.ts';
import { chooseAllowed, chooseCampaign } from './choose.ts';
import { orRefused } from './refusal.ts';
import { addRuleFlags, rulesOf, whole, type RuleFlags } from './rule-flags.ts';
import { watch } from './watch.ts';

interface Flags extends RuleFlags {
  readonly plan: string;
  readonly confirm: string;
  readonly watch?: true;
}

export const addRun: AddCommand = (campaign, wrap) => {
  const command = campaign
    .command('run')
    .description('begin to delete what was planned')
    .argument('<name>')
    .requiredOption('--plan <hash>', 'the hash that plan printed')
    .requiredOption('--confirm <count>', 'how many targets it has, typed by a person')
    .option('--watch', 'stay and look on');
  addRuleFlags(command).action(wrap(run));
};

async function run(context: Context, name: string, flags: Flags): Promise<void> {
  const config = context.config();
  const { terminal, clock } = context;
  const asked = rulesOf(flags, clock.now());
  const confirmed = whole('--confirm', flags.confirm);
  await withLedger(context, config, async (ledger) => {
    const { campaign, person } = await chooseAllowed(ledger, config, name, 'campaign');
    const means = { ledger, config, door: commandLine, onProgress: drawn(context, campaign) };
    const request = { hash: flags.plan, count: confirmed, rules: asked };
    await orRefused(runCampaign(means, campaign, person, request), 'Nothing was run: ');
    const running = await chooseCampaign(ledger, name);
    if (flags.watch) {
      terminal.say(startText(running));
      return watch(context, ledger, config, name);
    }
    const { seq: _seq, hash, valid, notBefore } = running;
    terminal.result({ campaign: name, state: running.state, hash, valid, notBefore }, startText(running));
  });
}

const drawn =
  ({ terminal }: Context, { valid }: Campaign) =>
  (lines: number): void =>
    terminal.draw(`The plan is read once more: ${grouped(lines)} of ${count(valid, 'target')}`);

function startText({ name, valid, rules, notBefore, now }: Campaign): string {
  const later = notBefore > now ? ` Nothing is sent before ${when(notBefore)}.` : '';
  const canary =
    rules.canary && valid > 10 ? ' The first ten go alone, then one in a hundred, then all.' : '';
  return [
    `The campaign ${name} runs: ${count(valid, 'target')}.${later}${canary}`,
    `Workers (expunge serve) do it, with or without this terminal.`,
    `Look on: expunge campaign watch ${name}    Stop it: expunge campaign pause ${name}`,
  ].join('\n');
}
