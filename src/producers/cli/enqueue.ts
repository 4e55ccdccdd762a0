/** `expunge enqueue`: ids become targets in the ledger, all of them or none. */
import { lanesOf, type ConfiguredLane } from '../../lanes.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { windowOf } from '../../limiter.ts';
import type { Accepted } from '../accept.ts';
import { enqueue as record, type Enqueued } from '../enqueue.ts';
import { mustBeAllowed, personOf, wideningGuard } from './person.ts';
import { chooseLane } from './choice.ts';
import { confirm } from './confirm.ts';
import { fromArguments, fromFile } from './entries.ts';
import { judge } from './judge.ts';
import { readNotBefore } from './not-before.ts';
import { addOptionFlags, optionsOf, wideningOf } from './option-flags.ts';
import type { AddCommand, Context } from './program.ts';
import { withQueue } from './queue-at-hand.ts';
import { CommandError, exits } from './terminal.ts';
import { wait } from './wait.ts';
import { withLedger } from './with-ledger.ts';
import { count, duration, grouped, when } from '../wording.ts';

interface Flags extends Readonly<Record<string, unknown>> {
  readonly file?: string;
  readonly kind?: string;
  readonly column?: string;
  readonly reason?: string;
  readonly urgent?: true;
  readonly notBefore?: string;
  readonly again?: true;
  readonly wait?: true;
  readonly yes?: true;
}

/** What a queue job may hold. */
const mostReason = 1_024;

export const addEnqueue: AddCommand = (program, run) => {
  const command = program
    .command('enqueue')
    .description('accept ids for deletion: all of them, or none if one is wrong')
    .argument('<account>', 'a configured account')
    .argument('<operation>', 'what to delete: expunge operations lists them')
    .argument('[ids...]', 'ids of the kind; behind -- if one begins with a dash')
    .option('--file <file>', 'ids from a .csv, .ndjson or text file, also .gz; - is standard input')
    .option('--kind <kind>', "what plain ids are (default: the operation's first kind)")
    .option('--column <name>', 'the column of a .csv file (default: the first)')
    .option('--reason <text>', 'why, for the record')
    .option('--urgent', 'before everything that is not')
    .option('--not-before <time>', 'ISO time with zone, or +15m, +24h, +2d')
    .option('--again', 'delete again what the ledger holds as deleted or absent')
    .option('--wait', 'until all are settled; exit 1 if one is refused or exhausted, or on Ctrl-C')
    .option('--yes', 'ask nothing');
  addOptionFlags(command);
  command.action(run(enqueue));
};

async function enqueue(
  context: Context,
  account: string,
  operation: string,
  ids: readonly string[],
  flags: Flags,
): Promise<void> {
  const { clock, terminal } = context;
  const config = context.config();
  const lanes = lanesOf(config).map((each) => ({
    lane: each,
    account: each.account.name,
    operation: each.operation.name,
  }));
  const { lane } = chooseLane(lanes, account, operation);
  const { reason = '' } = flags;
  if (reason.length > mostReason)
    throw new CommandError(`--reason is longer than ${mostReason} characters`, exits.usage);
  const notBefore = flags.notBefore === undefined ? 0 : readNotBefore(flags.notBefore, clock.now());
  const accepted = judge(lane, await entriesOf(context, ids, flags), flags.kind, optionsOf(flags));
  announce(context, lane, accepted, notBefore);
  await withLedger(context, config, async (ledger) => {
    const person = await personOf(config, ledger);
    mustBeAllowed(person, 'enqueue', account, operation);
    const mayWiden = wideningGuard(person, account, lane.operation);
    for (const { target } of accepted.targets) mayWiden(target);
    if (!flags.yes) await confirm(context, accepted.targets.length);
    const request = {
      ...{ account, operation, notBefore, reason, requester: person.name },
      ...{ urgent: flags.urgent === true, again: flags.again === true },
    };
    const enqueued = await withQueue(context, config, async (queues, why) => {
      let away = why;
      const onQueueAway = (error: unknown) =>
        (away ||= `Redis stopped answering: ${(error as Error).message}`);
      const means = { ledger, queues, clock, onQueueAway };
      const done = await recordAll(context, means, lane, request, accepted);
      if (away) terminal.say(`In the ledger only (${away}): a worker's feeder takes them from there.`);
      return done;
    });
    await tell(context, ledger, lane, enqueued, accepted, flags.wait === true);
  });
}

async function entriesOf({ cwd, stdin }: Context, ids: readonly string[], { file, column }: Flags) {
  if (file !== undefined && ids.length > 0)
    throw new CommandError('give ids as arguments or with --file, not both', exits.usage);
  if (file !== undefined) return fromFile(file, { cwd, stdin, column });
  if (column !== undefined) throw new CommandError('--column goes with --file', exits.usage);
  return fromArguments(ids);
}

function announce(
  { terminal }: Context,
  { name, operation, cap }: ConfiguredLane,
  { targets }: Accepted,
  notBefore: number,
): void {
  // At least: targets that may not share a call need more.
  const calls = Math.ceil(targets.length / operation.batchLimit);
  const ms = (calls / cap.calls) * windowOf(cap);
  terminal.say(
    `${name}: ${count(targets.length, 'target')} to delete, in ${duration(Math.max(1_000, ms))} at best` +
      `${notBefore > 0 ? `, not before ${when(notBefore)}` : ''}.`,
  );
  for (const warning of operation.warnings) terminal.say(`  ! ${warning}`);
  const widening = new Set(targets.flatMap(({ target }) => wideningOf(target)));
  for (const words of widening) terminal.say(`  ! ${words}`);
}

/** A ledger that goes away half-way has kept what it took: the same command again completes it. */
async function recordAll(
  { terminal }: Context,
  means: Parameters<typeof record>[0],
  { operation, cap }: ConfiguredLane,
  request: Parameters<typeof record>[3],
  { targets }: Accepted,
): Promise<Enqueued> {
  let recorded = 0;
  try {
    return await record(means, operation, cap, request, targets, (so) => {
      recorded = so;
      terminal.draw(`recorded ${grouped(so)} of ${grouped(targets.length)}`);
    });
  } catch (error) {
    if (recorded > 0)
      terminal.say(
        `${grouped(recorded)} of ${grouped(targets.length)} were recorded and will be deleted. ` +
          `The same command again adds the rest; none is doubled.`,
      );
    throw error;
  }
}

async function tell(
  context: Context,
  ledger: Ledger,
  { name, operation }: ConfiguredLane,
  { request, accepted, duplicates, alreadySettled }: Enqueued,
  given: Accepted,
  waiting: boolean,
): Promise<void> {
  const { terminal } = context;
  const result = { request, accepted, duplicates: duplicates + given.duplicates, alreadySettled };
  const notes = [
    given.duplicates > 0 ? `${count(given.duplicates, 'id')} named more than once` : '',
    duplicates > 0 ? `${grouped(duplicates)} open already, attached to` : '',
    alreadySettled > 0
      ? `${grouped(alreadySettled)} deleted or absent already (--again sends them again)`
      : '',
  ].filter((note) => note !== '');
  const text = [`${grouped(accepted)} accepted`, ...notes].join('; ');
  if (!waiting) {
    terminal.result(
      result,
      `${text}.\nRequest ${request}. Look at it with: expunge lookup ID; expunge lanes`,
    );
    return;
  }
  terminal.event(result);
  terminal.say(`${text}. Request ${request}.`);
  await wait(context, ledger, { result, lane: name, operation });
}
