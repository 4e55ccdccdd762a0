/** `expunge campaign pause|resume|cancel`: in force at the next claim; the command stays until it is done. */
import { pause } from '../../../clock.ts';
import type { Campaign } from '../../../ledger/campaign/campaign.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { advance } from '../../campaign/advance.ts';
import { settledInAll } from '../../campaign/brakes.ts';
import { commandLine } from '../../campaign/door.ts';
import { steerCampaign } from '../../campaign/steer.ts';
import type { AddCommand, Context } from '../program.ts';
import { exits } from '../terminal.ts';
import { count, grouped } from '../../wording.ts';
import { withLedger } from '../with-ledger.ts';
import { chooseAllowed, chooseCampaign } from './choose.ts';
import { orRefused } from './refusal.ts';

interface Flags {
  readonly reason?: string;
}

/** How long a command waits for the last calls; they end by themselves, whoever looks on. */
const patienceMs = 30_000;
const lookMs = 100;

export const addPause: AddCommand = (campaign, run) =>
  void campaign
    .command('pause')
    .description('send nothing more of it; what is under way ends')
    .argument('<name>')
    .option('--reason <text>', 'why, for the record')
    .action(run((context: Context, name: string, flags: Flags) => stop(context, name, 'pause', flags)));

export const addCancel: AddCommand = (campaign, run) =>
  void campaign
    .command('cancel')
    .description('end it: what was not sent stays undeleted')
    .argument('<name>')
    .option('--reason <text>', 'why, for the record')
    .action(run((context: Context, name: string, flags: Flags) => stop(context, name, 'cancel', flags)));

export const addResume: AddCommand = (campaign, run) =>
  void campaign
    .command('resume')
    .description('let a paused one go on; its brakes count from there')
    .argument('<name>')
    .option('--reason <text>', 'why, for the record')
    .action(run(resume));

async function stop(context: Context, name: string, asked: 'pause' | 'cancel', { reason = '' }: Flags) {
  const config = context.config();
  await withLedger(context, config, async (ledger) => {
    const { campaign, person } = await chooseAllowed(ledger, config, name, 'campaign');
    await orRefused(steerCampaign({ ledger, door: commandLine }, campaign, asked, person, reason));
    const inFlight = (await chooseCampaign(ledger, name)).inFlight;
    const rested = await untilAtRest(context, ledger, name);
    tell(context, rested, inFlight);
  });
}

async function resume(context: Context, name: string, { reason = '' }: Flags) {
  const config = context.config();
  await withLedger(context, config, async (ledger) => {
    const { campaign, person } = await chooseAllowed(ledger, config, name, 'campaign');
    await orRefused(steerCampaign({ ledger, door: commandLine }, campaign, 'resume', person, reason));
    tell(context, await chooseCampaign(ledger, name), 0);
  });
}

/** Until no call of it is under way, or for so long as a person cares to look. */
async function untilAtRest({ clock, stopped }: Context, ledger: Ledger, name: string): Promise<Campaign> {
  const began = clock.monotonic();
  for (;;) {
    const campaign = await chooseCampaign(ledger, name);
    const resting = !['pausing', 'cancelling'].includes(campaign.state);
    if (resting || stopped.aborted || clock.monotonic() - began > patienceMs) return campaign;
    if (!(await advance(ledger, campaign))) await pause(clock, lookMs, stopped);
  }
}

function tell({ terminal, exitWith }: Context, campaign: Campaign, inFlight: number): void {
  const { name, state, valid, hash } = campaign;
  const done = settledInAll(campaign);
  // What was cancelled counts as settled, and was not sent.
  const left = valid - done + (campaign.settled.cancelled ?? 0);
  const flying =
    inFlight === 0 ? 'No call was in flight' : `${count(inFlight, 'call')} in flight when it was asked`;
  const texts: Readonly<Record<string, string>> = {
    running: `The campaign ${name} is running again: ${grouped(left)} of ${count(valid, 'target')} left.\nexpunge campaign watch ${name}`,
    paused:
      `The campaign ${name} is paused: nothing more is sent. ${flying}; ${grouped(left)} of ${count(valid, 'target')} left.\n` +
      `Go on: expunge campaign resume ${name}    End it: expunge campaign cancel ${name}`,
    cancelled:
      `The campaign ${name} is cancelled. ${flying}; ${grouped(left)} of ${count(valid, 'target')} were never sent.\n` +
      `What became of each: expunge campaign report ${name}`,
  };
  if (['pausing', 'cancelling'].includes(state)) exitWith(exits.failed);
  const waiting =
    `The campaign ${name} is ${state}: nothing more is sent, and ${count(campaign.inFlight, 'call')} did not end yet. ` +
    `Calls of a worker that died end when another takes its lanes: expunge lanes`;
  terminal.result(
    { campaign: name, state, hash, callsInFlight: inFlight, settled: done, left },
    texts[state] ?? waiting,
  );
}
