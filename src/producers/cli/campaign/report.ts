/** `expunge campaign report`: one row an id, for whoever has to know afterwards, and for the next plan. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { settlements } from '../../../deletion.ts';
import type { Campaign } from '../../../ledger/campaign/campaign.ts';
import { isFinal } from '../../campaign/report.ts';
import { reportPages, stateNames, statesNamed, type State } from '../../campaign/report-pages.ts';
import { unknown } from '../choice.ts';
import { flagsOf } from '../option-flags.ts';
import type { Context, Run } from '../program.ts';
import { withLedger } from '../with-ledger.ts';
import { count, iso, shortened, visible, when } from '../../wording.ts';
import {
  addOutputFlags,
  countsText,
  formatOf,
  writeRows,
  type OutputFlags,
  type Written,
} from '../write-rows.ts';
import { chooseCampaign } from './choose.ts';

interface Flags extends OutputFlags {
  readonly only?: string;
}

export const addReport = (campaign: Command, run: Run): void => {
  const command = campaign
    .command('report')
    .description('one row an id: what became of it, when, by whose wish; with a SHA-256')
    .argument('<name>')
    .option(
      '--only <states>',
      `failed (refused and exhausted), ${[...settlements, 'open'].join(', ')}: some of them`,
    );
  addOutputFlags(command).action(run(report));
};

async function report(context: Context, name: string, flags: Flags): Promise<void> {
  const only = flags.only === undefined ? undefined : readStates(flags.only);
  // Before the ledger is opened: what was typed can't be done.
  formatOf(context, flags);
  await withLedger(context, context.config(), async (ledger) => {
    const campaign = await chooseCampaign(ledger, name);
    const options = new Set<string>();
    const written = await writeRows(
      context,
      flags,
      reportPages(ledger, campaign, only, (each) => options.add(each)),
    );
    tell(context, campaign, written, only, [...options]);
  });
}

function readStates(text: string): readonly State[] {
  const named = statesNamed(text);
  if ('states' in named) return named.states;
  const { unknown: word } = named;
  throw unknown(`--only ${shortened(text)}: nothing ends as "${shortened(word)}"`, word, stateNames);
}

function tell(
  { terminal }: Context,
  campaign: Campaign,
  written: Written,
  only: readonly State[] | undefined,
  options: readonly string[],
): void {
  const { name, state, hash, requester, approvedBy, now } = campaign;
  const final = isFinal(campaign);
  const { rows, counts, sha256, file } = written;
  const whose = { campaign: name, state, final, hash, requester, approvedBy };
  const text = [
    `${name}, ${state}: ${count(rows, 'row')}${rows > 0 ? `: ${countsText(counts)}` : ''}.`,
    ...(final ? [] : [notFinal(campaign)]),
    `Plan     ${hash}`,
    `SHA-256  ${sha256}`,
    ...(file === null
      ? []
      : [`File     ${visible(file)} (sha256sum -c of ${visible(basename(file))}.sha256)`]),
    ...(only && rows > 0 && file !== null ? [again(campaign, file, options)] : []),
  ].join('\n');
  if (file === null && !terminal.json) return terminal.say(text);
  terminal.result({ ...whose, only: only ?? null, ...written, at: iso(now) }, text);
}

const notFinal = ({ name, state, now }: Campaign): string =>
  `NOT FINAL: it is ${state}, and this is how it stood from ${when(now)} on. ` +
  `Write it again when it has ended: expunge campaign status ${name}`;

/** The command that plans these rows anew. */
function again({ account, operation }: Campaign, file: string, options: readonly string[]): string {
  const flags = options.length === 1 ? flagsOf({ options: options[0] ?? '' }) : '';
  const command = `expunge campaign plan NAME --account ${account} --operation ${operation} --file ${visible(file)}`;
  const differ = options.length > 1 ? '\nTheir options differ (column options): plan them apart.' : '';
  return `To plan these again: ${[command, flags].filter((part) => part !== '').join(' ')}${differ}`;
}
