/**
 * `expunge lane pause|resume`, `halt`, `unhalt`: whether lanes may send. The ledger alone is needed; the next
 * claim of every worker sees the change, so that at most the calls in flight still go out.
 */
import { everyAccount } from '../scopes.ts';
import { mustBeAllowed } from './person.ts';
import { change, laneIn } from './change.ts';
import { addCap } from './lane-cap.ts';
import type { AddCommand, Context } from './program.ts';
import { CommandError, exits } from './terminal.ts';
import { visible } from '../wording.ts';

export const addLane: AddCommand = (program, run) => {
  const lane = program.command('lane').description('pause a lane, let it go on, or set its cap');
  lane
    .command('pause')
    .description('send nothing more in this lane; what is accepted waits')
    .argument('<account>')
    .argument('<operation>')
    .option('--reason <text>', 'why, for whoever wonders')
    .action(run(pauseLane));
  lane
    .command('resume')
    .description('let a paused lane send again')
    .argument('<account>')
    .argument('<operation>')
    .option('--reason <text>', 'why, for the record')
    .action(run(resumeLane));
  addCap(lane, run);
};

export const addHalt: AddCommand = (program, run) => {
  program
    .command('halt')
    .description('stop everything, in every process, at its next call')
    .requiredOption('--reason <text>', 'why, for whoever wonders')
    .action(run(halt));
};

export const addUnhalt: AddCommand = (program, run) => {
  program
    .command('unhalt')
    .description('end the halt of everything and of single lanes; with names: open that lane')
    .argument('[account]')
    .argument('[operation]')
    .option('--reason <text>', 'what was repaired, for the record')
    .action(run(unhalt));
};

interface Reason {
  readonly reason?: string;
}

async function pauseLane(context: Context, account: string, operation: string, flags: Reason) {
  const { reason = 'no reason given' } = flags;
  await change(context, async (ledger, person) => {
    const lane = await laneIn(ledger, person, account, operation);
    if (lane.state === 'halted')
      throw new CommandError(
        `${account} ${operation} is halted already: ${visible(lane.reason)}\n` +
          `That stops it until somebody types: expunge unhalt ${account} ${operation}`,
        exits.refused,
      );
    if (lane.state === 'paused') return `${account} ${operation} was paused already.`;
    await ledger.setLane(lane.lane, 'paused', reason, person.name);
    return `${account} ${operation} is paused: nothing more is sent, calls in flight are finished.`;
  });
}

async function resumeLane(context: Context, account: string, operation: string, { reason }: Reason) {
  await change(context, async (ledger, person) => {
    const lane = await laneIn(ledger, person, account, operation);
    if (lane.state === 'halted')
      throw new CommandError(
        `${account} ${operation} is not paused but halted: ${visible(lane.reason)}\n` +
          `Once that is repaired: expunge unhalt ${account} ${operation}`,
        exits.refused,
      );
    if (lane.state === 'open') return `${account} ${operation} was open already.`;
    await ledger.setLane(lane.lane, 'open', reason ?? '', person.name, 'paused');
    return `${account} ${operation} is paused no more.`;
  });
}

async function halt(context: Context, { reason }: Required<Reason>) {
  if (reason.trim() === '')
    throw new CommandError('--reason is empty: somebody will ask why nothing moves', exits.usage);
  await change(context, async (ledger, person) => {
    mustBeAllowed(person, 'operate', everyAccount);
    await ledger.haltAll(reason, person.name);
    return 'Everything is halted: nothing more is sent, calls in flight are finished. Ids are still accepted.';
  });
}

async function unhalt(
  context: Context,
  account: string | undefined,
  operation: string | undefined,
  { reason = '' }: Reason,
) {
  if (account !== undefined && operation === undefined)
    throw new CommandError(
      'name the operation too, or neither: expunge unhalt [ACCOUNT OPERATION]',
      exits.usage,
    );
  await change(context, async (ledger, person) => {
    if (account === undefined || operation === undefined) {
      mustBeAllowed(person, 'operate', everyAccount);
      await ledger.unhaltAll(person.name, reason);
      return 'No halt is in force. Paused lanes stay paused.';
    }
    const lane = await laneIn(ledger, person, account, operation);
    if (lane.state === 'open') return `${account} ${operation} was open already.`;
    await ledger.setLane(lane.lane, 'open', reason, person.name);
    return `${account} ${operation} is open: it sends one call and looks at the answer before it goes on.`;
  });
}
