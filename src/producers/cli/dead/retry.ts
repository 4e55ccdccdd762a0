/** `expunge dead retry`: asks for them again, as new requests of whoever types it. */
import { lanesOf, type ConfiguredLane } from '../../../lanes.ts';
import type { DeadFilter, DeadGroup, DeadLetter } from '../../../ledger/dead.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { enqueue, type Enqueued, type Enqueuing } from '../../enqueue.ts';
import type { Person } from '../../person.ts';
import { widenings } from '../../scopes.ts';
import { mustBeAllowed, personOf, wideningGuard } from '../person.ts';
import { confirm } from '../confirm.ts';
import { wideningOf } from '../option-flags.ts';
import type { AddCommand, Context } from '../program.ts';
import { withQueue } from '../queue-at-hand.ts';
import { CommandError, exits } from '../terminal.ts';
import { withLedger } from '../with-ledger.ts';
import { count, grouped } from '../../wording.ts';
import { addDeadFlags, chooseDead, deadPages, type DeadFlags } from './choose.ts';

interface Flags extends DeadFlags {
  readonly reason: string;
  readonly yes?: true;
}

interface Retried extends Enqueued {
  readonly account: string;
  readonly operation: string;
}

/** So many of a lane are one request: they are held in memory until they are recorded. */
const mostAtOnce = 100_000;
/** What a queue job may hold. */
const mostReason = 1_024;

export const addRetry: AddCommand = (dead, run) => {
  const command = dead
    .command('retry')
    .description('ask for them again, once the cause is repaired')
    .option('--reason <text>', 'why, for the record', 'retry of dead letters')
    .option('--yes', 'ask nothing');
  addDeadFlags(command).action(run(retry));
};

async function retry(context: Context, flags: Flags): Promise<void> {
  const { clock, terminal } = context;
  const config = context.config();
  if (flags.reason.length > mostReason)
    throw new CommandError(`--reason is longer than ${mostReason} characters`, exits.usage);
  await withLedger(context, config, async (ledger) => {
    const person = await personOf(config, ledger);
    const { lanes: names, filter } = await chooseDead(ledger, flags);
    const groups = await ledger.deadGroups(names, filter);
    const lanes = configured(lanesOf(config), groups);
    const total = groups.reduce((sum, { n }) => sum + n, 0);
    if (total === 0) {
      terminal.result({ requests: [], accepted: 0 }, 'There are no such dead letters: nothing was enqueued.');
      return;
    }
    // All of them or none: half of what was asked for is what nobody meant.
    for (const lane of lanes) await mustBeTheirs(ledger, person, lane, filter);
    for (const lane of lanes) announce(context, lane, groups);
    if (!flags.yes) await confirm(context, total);
    // Those that were counted, and none that dies again meanwhile.
    const until = Math.max(...groups.map(({ newest }) => newest));
    const retried = await withQueue(context, config, async (queues, why) => {
      let away = why;
      const onQueueAway = (error: unknown) =>
        (away ||= `Redis stopped answering: ${(error as Error).message}`);
      const done = await ask(
        context,
        { ledger, queues, clock, onQueueAway },
        lanes,
        { ...filter, until },
        { reason: flags.reason, requester: person.name },
      );
      if (away) terminal.say(`In the ledger only (${away}): a worker's feeder takes them from there.`);
      return done;
    });
    tell(context, retried, total);
  });
}

/** Ends the command if this person may not ask for all of them. They are read for somebody who lacks a scope alone. */
async function mustBeTheirs(
  ledger: Ledger,
  person: Person,
  { name, account, operation }: ConfiguredLane,
  filter: DeadFilter,
): Promise<void> {
  mustBeAllowed(person, 'enqueue', account.name, operation.name);
  if (widenings.every((scope) => person.may(scope, account.name, operation.name))) return;
  const guard = wideningGuard(person, account.name, operation);
  for await (const letters of deadPages(ledger, name, filter))
    for (const { target } of letters) guard(target);
}

/** The lanes of these groups; one that is configured no more can't be sent to. */
function configured(all: readonly ConfiguredLane[], groups: readonly DeadGroup[]): readonly ConfiguredLane[] {
  const stranger = groups.find((group) => !all.some((lane) => isOf(lane, group)));
  if (stranger)
    throw new CommandError(
      `${stranger.account} ${stranger.operation} has dead letters and is not configured any more: ` +
        `add it to expunge.yaml, or choose others with --account and --operation. Nothing was enqueued.`,
      exits.usage,
    );
  return all.filter((lane) => groups.some((group) => isOf(lane, group)));
}

const isOf = ({ account, operation }: ConfiguredLane, group: DeadGroup): boolean =>
  account.name === group.account && operation.name === group.operation;

function announce({ terminal }: Context, lane: ConfiguredLane, groups: readonly DeadGroup[]): void {
  const own = groups.filter((group) => isOf(lane, group));
  const n = own.reduce((sum, group) => sum + group.n, 0);
  terminal.say(`${lane.name}: ${count(n, 'dead letter')} to delete once more.`);
  for (const warning of lane.operation.warnings) terminal.say(`  ! ${warning}`);
  for (const words of new Set(own.flatMap(wideningOf))) terminal.say(`  ! ${words}`);
}

async function ask(
  { terminal, stopped }: Context,
  means: Enqueuing,
  lanes: readonly ConfiguredLane[],
  filter: DeadFilter,
  by: { readonly reason: string; readonly requester: string },
): Promise<readonly Retried[]> {
  const retried: Retried[] = [];
  for (const { name, account, operation, cap } of lanes) {
    const asked = { account: account.name, operation: operation.name };
    const request = { ...asked, ...by, urgent: false, notBefore: 0, again: false };
    for await (const letters of parts(means.ledger, name, filter)) {
      if (stopped.aborted) return retried;
      const targets = letters.map(({ key, target }) => ({ key, target, job: '' }));
      const before = retried.reduce((sum, { accepted }) => sum + accepted, 0);
      const enqueued = await enqueue(means, operation, cap, request, targets, (recorded) =>
        terminal.draw(`recorded ${grouped(before + recorded)}`),
      );
      retried.push({ ...asked, ...enqueued });
    }
  }
  return retried;
}

/** Pages put together to what one request may hold. */
async function* parts(
  ledger: Ledger,
  lane: string,
  filter: DeadFilter,
): AsyncGenerator<readonly DeadLetter[]> {
  let part: DeadLetter[] = [];
  for await (const letters of deadPages(ledger, lane, filter)) {
    part.push(...letters);
    if (part.length < mostAtOnce) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

function tell({ terminal, stopped, exitWith }: Context, requests: readonly Retried[], total: number): void {
  const accepted = requests.reduce((sum, each) => sum + each.accepted, 0);
  const lines = requests.map(
    (each) =>
      `Request ${each.request}: ${each.account} ${each.operation}, ${grouped(each.accepted)} accepted`,
  );
  if (stopped.aborted) {
    exitWith(exits.failed);
    lines.push(`Stopped before the end: the rest are dead letters still. The same command again goes on.`);
  }
  terminal.result(
    { requests, accepted },
    [`${grouped(accepted)} of ${count(total, 'dead letter')} asked for again.`, ...lines].join('\n'),
  );
}
