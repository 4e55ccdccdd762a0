/** `expunge campaign run`: begins to delete what was planned, once every guard agrees. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Campaign } from '../../../ledger/campaign/campaign.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { isWhole, objection, stricter } from '../../campaign/start.ts';
import { leadingTo } from '../../campaign/states.ts';
import { sendsUntil } from '../../campaign/window.ts';
import type { AddCommand, Context } from '../program.ts';
import { CommandError, exits } from '../terminal.ts';
import { count, grouped, shortened, when } from '../wording.ts';
import { withLedger } from '../with-ledger.ts';
import { chooseAllowed, chooseCampaign } from './choose.ts';
import { addRuleFlags, rulesOf, whole, type RuleFlags } from './rule-flags.ts';
import { watch } from './watch.ts';

interface Flags extends RuleFlags {
  readonly plan: string;
  readonly confirm: string;
  readonly watch?: true;
}

export const addRun: AddCommand = (campaign, run) => {
  const command = campaign
    .command('run')
    .description('begin to delete what was planned')
    .argument('<name>')
    .requiredOption('--plan <hash>', 'the hash that plan printed')
    .requiredOption('--confirm <count>', 'how many targets it has, typed by a person')
    .option('--watch', 'stay and look on');
  addRuleFlags(command).action(run(runCampaign));
};

async function runCampaign(context: Context, name: string, flags: Flags): Promise<void> {
  const config = context.config();
  const { terminal, clock } = context;
  const asked = rulesOf(flags, clock.now());
  const confirmed = whole('--confirm', flags.confirm);
  await withLedger(context, config, async (ledger) => {
    const { campaign, person } = await chooseAllowed(ledger, config, name, 'campaign');
    const { above } = config.approval;
    const says = objection(campaign, {
      ...{ hash: flags.plan, count: confirmed, by: person.name, max: asked.max },
      sourceHash: await hashOf(campaign.source),
      approvalAbove: above === 'off' ? undefined : above,
    });
    if (says !== undefined) throw new CommandError(`Nothing was run: ${says}.`, exits.refused);
    await mustBeWhole(context, ledger, campaign);
    const { window } = campaign.rules;
    if (window !== undefined && asked.window !== undefined && asked.window !== window)
      throw new CommandError(
        `the plan sends ${window} only; for another --window plan it again`,
        exits.usage,
      );
    const rules = stricter(campaign.rules, asked);
    const move = {
      from: leadingTo('running', 'run'),
      to: 'running',
      by: person.name,
      reason: '',
      rules,
      sendsUntil: sendsUntil({ rules, now: campaign.now }),
    } as const;
    if (!(await ledger.moveCampaign(campaign.seq, move)))
      throw new CommandError(`somebody else was faster: expunge campaign status ${name}`, exits.refused);
    const running = await chooseCampaign(ledger, name);
    if (flags.watch) {
      terminal.say(startText(running));
      return watch(context, ledger, config, name);
    }
    const { seq: _seq, hash, valid, notBefore } = running;
    terminal.result({ campaign: name, state: running.state, hash, valid, notBefore }, startText(running));
  });
}

/** Ends the command if that is another plan's hash. */
export function mustBeHash({ name, hash }: Campaign, given: string): void {
  if (given === hash) return;
  throw new CommandError(
    `${shortened(given)} is not the hash of this plan: look at it with expunge campaign status ${name}`,
    exits.refused,
  );
}

async function mustBeWhole({ terminal }: Context, ledger: Ledger, campaign: Campaign): Promise<void> {
  const { name, seq, valid } = campaign;
  const whole = await isWhole(ledger, campaign, (lines) =>
    terminal.draw(`The plan is read once more: ${grouped(lines)} of ${count(valid, 'target')}`),
  );
  if (whole) return;
  const reason = 'the ledger does not hold what was planned';
  await ledger.moveCampaign(seq, {
    ...{ from: leadingTo('failed', 'spoilt'), to: 'failed', by: 'expunge', reason },
  });
  throw new CommandError(
    `Nothing was run: ${reason}. Somebody changed ${name} in the database; plan it again under a new name.`,
    exits.refused,
  );
}

/** SHA-256 of a file as it is now; undefined if it is not there, or none was named. */
async function hashOf(path: string): Promise<string | undefined> {
  if (path === '') return undefined;
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw new CommandError(`${path} can't be read: ${(error as Error).message}`, exits.usage);
  }
  return hash.digest('hex');
}

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
