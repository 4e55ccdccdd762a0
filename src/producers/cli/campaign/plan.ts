/** `expunge campaign plan`: a list becomes a plan that a person can look at; nothing is deleted. */
import { resolve } from 'node:path';
import { lanesOf, type ConfiguredLane } from '../../../lanes.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { usualBrakes } from '../../campaign/brakes.ts';
import { existenceWords } from '../../campaign/existence-words.ts';
import { planFields } from '../../campaign/plan-fields.ts';
import {
  mostChecked,
  mostReason,
  namePattern,
  nameRemedy,
  planList,
  WrongList,
  type ListRequest,
  type PlannedList,
} from '../../campaign/plan-list.ts';
import { PlanRefused } from '../../campaign/plan.ts';
import { createRejects, NoRejects, rejectsOf, type Rejects } from '../../campaign/rejects.ts';
import { formats, type Format } from '../../entries/format.ts';
import { chooseLane } from '../choice.ts';
import { openEntries, type OpenEntries } from '../entries.ts';
import { kindNamed } from '../judge.ts';
import { addOptionFlags, flagOf, optionsOf } from '../option-flags.ts';
import type { AddCommand, Context } from '../program.ts';
import { CommandError, exits } from '../terminal.ts';
import { count, grouped } from '../../wording.ts';
import { withLedger } from '../with-ledger.ts';
import { mustBeAllowed, personOf } from '../person.ts';
import { badLines, planText, protectedText } from './plan-text.ts';
import { refusalOf } from './refusal.ts';
import { addRuleFlags, planRulesOf, whole, type RuleFlags } from './rule-flags.ts';

interface Flags extends RuleFlags, Readonly<Record<string, unknown>> {
  readonly account: string;
  readonly operation: string;
  readonly file: string;
  readonly format?: string;
  readonly column?: string;
  readonly kind?: string;
  readonly reason?: string;
  readonly rejects?: string;
  readonly checkExists?: string;
  readonly again?: true;
  readonly canary: boolean;
  readonly brakeRefused?: string;
  readonly brakeAbsent?: string;
  readonly brakeThrottled?: string;
  readonly yes?: true;
}

export const addPlan: AddCommand = (campaign, run) => {
  const command = campaign
    .command('plan')
    .description('read a list and show what would be deleted; deletes nothing')
    .argument('<name>', 'small letters, digits, dots and dashes')
    .requiredOption('--account <account>', 'a configured account')
    .requiredOption('--operation <operation>', 'what to delete: expunge operations lists them')
    .requiredOption('--file <file>', 'a .csv, .ndjson or text file, also .gz; - is standard input')
    .option('--format <format>', `of standard input, or of a file of another name: ${formats.join(', ')}`)
    .option('--column <name>', 'the column of a .csv file (default: the first)')
    .option('--kind <kind>', "what plain ids are (default: the operation's first kind)")
    .option('--reason <text>', 'why, for the record')
    .option('--check-exists <n>', 'ask the provider whether so many of them exist')
    .option('--rejects <file>', 'where bad lines go, to be repaired and planned (default: beside the list)')
    .option('--again', 'delete again what the ledger holds as deleted or absent')
    .option('--no-canary', 'begin with all, not with ten and then one in a hundred')
    .option('--brake-refused <share>', `pause above this share of refused ids (${usualBrakes.refused})`)
    .option('--brake-absent <share>', `pause above this share of absent ids (${usualBrakes.absent})`)
    .option(
      '--brake-throttled <share>',
      `pause above this share of throttled calls (${usualBrakes.throttled})`,
    )
    .option('--yes', 'plan it even if most of those that were checked do not exist');
  addRuleFlags(command);
  addOptionFlags(command);
  command.action(run(planCampaign));
};

async function planCampaign(context: Context, name: string, flags: Flags): Promise<void> {
  const config = context.config();
  const { clock } = context;
  if (!namePattern.test(name))
    throw new CommandError(`${name} is no name for a campaign: ${nameRemedy}`, exits.usage);
  const { reason = '' } = flags;
  if (reason.length > mostReason)
    throw new CommandError(`--reason is longer than ${mostReason} characters`, exits.usage);
  const lanes = lanesOf(config).map((each) => {
    return { lane: each, account: each.account.name, operation: each.operation.name };
  });
  const { lane } = chooseLane(lanes, flags.account, flags.operation);
  const choices = { canary: flags.canary, again: flags.again === true };
  const wanted = {
    ...{ name, lane, reason, options: optionsOf(flags), rules: planRulesOf(flags, choices, clock.now()) },
    kind: flags.kind === undefined ? undefined : kindNamed(lane.operation, flags.kind),
    source: flags.file === '-' ? '' : resolve(context.cwd, flags.file),
    ...{ checked: checkedOf(flags), anyway: flags.yes === true },
  };
  const entries = await openEntries(flags.file, {
    ...{ cwd: context.cwd, stdin: context.stdin, column: flags.column, format: formatOf(flags.format) },
  });
  await withLedger(context, config, async (ledger) => {
    const person = await personOf(config, ledger);
    mustBeAllowed(person, 'campaign', lane.account.name, lane.operation.name);
    const rejects = await rejectsFor(context, flags, entries);
    try {
      const list = await made(context, ledger, { ...wanted, person }, entries, rejects);
      const file = await rejects.finish();
      tell(context, lane, { ...list, rejects, file, name, above: config.approval.above });
    } catch (error) {
      await rejects.discard();
      throw told(error, lane, name, rejects);
    }
  });
}

function made(
  { clock, version, terminal, stopped }: Context,
  ledger: Ledger,
  request: ListRequest,
  { source, ...stream }: OpenEntries,
  rejects: Rejects,
): Promise<PlannedList> {
  const means = {
    ...{ ledger, clock, version },
    onBad: (line: Parameters<Rejects['add']>[0]) => rejects.add(line),
    onProgress(valid: number) {
      if (stopped.aborted) throw new CommandError('Nothing was planned: it was interrupted.', exits.failed);
      terminal.draw(`Planning ${source}: ${count(valid, 'target')} so far`);
    },
    onCheck: (sampled: number) => terminal.draw(`Asking the provider for ${count(sampled, 'target')}`),
  };
  return planList(means, request, stream);
}

function checkedOf({ checkExists }: Flags): number {
  const size = checkExists === undefined ? 0 : whole('--check-exists', checkExists);
  if (size <= mostChecked) return size;
  throw new CommandError(`--check-exists takes ${grouped(mostChecked)} at most`, exits.usage);
}

async function rejectsFor({ clock, cwd }: Context, flags: Flags, { format, column }: OpenEntries) {
  const { file, rejects } = flags;
  try {
    return await createRejects({
      ...{ clock, format, column, otherwise: resolve(cwd, rejectsOf(file, format)) },
      path: rejects === undefined ? undefined : resolve(cwd, rejects),
    });
  } catch (error) {
    if (error instanceof NoRejects) throw new CommandError(error.message, exits.usage);
    throw error;
  }
}

interface Told extends PlannedList {
  readonly rejects: Rejects;
  readonly file: string | undefined;
  readonly name: string;
  readonly above: number | 'off';
}

function tell({ terminal }: Context, lane: ConfiguredLane, { rejects, file, check, ...rest }: Told): void {
  for (const text of badLines(rejects, file)) terminal.say(text);
  if (check) for (const text of existenceWords(check, lane.account, lane.operation)) terminal.say(text);
  const fields = {
    ...planFields(rest.planned, lane, rest.name),
    ...(file !== undefined && { rejects: file }),
  };
  terminal.result({ ...fields, ...(check && { checked: check }) }, planText(lane, rest));
}

/** What a person is told of a plan that did not come about. */
function told(
  error: unknown,
  { account, operation }: ConfiguredLane,
  name: string,
  rejects: Rejects,
): unknown {
  if (error instanceof NoRejects)
    return new CommandError(`Nothing was planned: ${error.message}`, exits.usage);
  if (error instanceof WrongList) {
    const words = existenceWords(error.check, account, operation).join('\n');
    const way = 'If it is the right list all the same, add --yes.';
    return new CommandError(`Nothing was planned.\n${words}\n${way}`, exits.refused);
  }
  if (!(error instanceof PlanRefused)) return refusalOf(error, 'Nothing was planned: ');
  const { because, message, lines } = error;
  const nothing = 'Nothing was planned:';
  switch (because) {
    case 'protected':
      return new CommandError(protectedText(message, lines), exits.refused, lines);
    case 'too many':
      return new CommandError(
        `${nothing} ${message}. Is it the right list? If it is, raise --max.`,
        exits.refused,
      );
    case 'taken':
      return new CommandError(
        `${nothing} there was a campaign ${name} already, and its record stays. Take another name.`,
        exits.refused,
      );
    case 'options':
      return new CommandError(
        `${nothing} ${flagOf(message.split(' ')[0] ?? '')} ${message.replace(/^\S+ /, '')}`,
        exits.usage,
      );
    case 'empty': {
      const bad = badLines(rejects, undefined).join('\n');
      return new CommandError(`${bad === '' ? '' : `${bad}\n`}${nothing} no valid id is in it.`, exits.usage);
    }
  }
}

function formatOf(text: string | undefined): Format | undefined {
  if (text === undefined) return undefined;
  const found = formats.find((each) => each === text);
  if (found) return found;
  throw new CommandError(`--format ${text} is unknown: use ${formats.join(', ')}`, exits.usage);
}
