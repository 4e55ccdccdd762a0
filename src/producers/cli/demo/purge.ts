/** The demo's purge itself: stock the emulator, enqueue, watch, compare, tell. */
import { pause } from '../../../clock.ts';
import type { ConfiguredLane } from '../../../lanes.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { windowOf } from '../../../limiter.ts';
import { operations } from '../../../providers/operations.ts';
import type { Queues } from '../../../queue.ts';
import { acceptAll } from '../../accept.ts';
import { ExpungeClient, type Deletion } from '../../client/client.ts';
import { accessKeysOf, compareWithEmulator } from '../../compare.ts';
import { enqueue } from '../../enqueue.ts';
import type { Context } from '../program.ts';
import { CommandError, exits } from '../terminal.ts';
import type { Child } from './child.ts';
import { forbid, paceSince, stock, timeOf } from './emulator-admin.ts';
import { purgesOf, readRound, writeRound, type Purge, type Round } from './round.ts';
import { bunchedNote, endingTable, progressLine, type Ending, type Progress } from './view.ts';

/** Longer than this it does not take anywhere: something is stuck, and the lanes tell what. */
const patienceSeconds = 170;

export interface Stage {
  readonly dataDir: string;
  readonly url: string;
  /** Where the HTTP API listens. */
  readonly api: string;
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly lanes: readonly ConfiguredLane[];
  readonly server: Child;
  readonly emulator: Child;
}

export async function purge(context: Context, stage: Stage): Promise<void> {
  const { clock, terminal, stopped } = context;
  const { url, ledger, lanes, server } = stage;
  const began = clock.monotonic();
  const from = await timeOf(url);
  let round = await readRound(stage.dataDir);
  const purges = purgesOf(round.number);
  if (Object.keys(round.requests).length > 0)
    terminal.say(`Going on with round ${round.number}, which was interrupted.`);
  else await stock(url, purges);
  await forbid(url, purges);
  for (const each of purges)
    if (!round.requests[each.operation]) round = await accept(context, stage, round, each);
  const total = purges.reduce((sum, { entries }) => sum + entries.length, 0);
  terminal.say(`Accepted: ${total} ids on record. Draining each operation at its cap:`);

  const progress = await watch(context, stage, purges, round, began);
  if (stopped.aborted) return;
  await server.stop();
  const names = new Set(lanes.map(({ name }) => name));
  const compared = await compareWithEmulator(ledger, url, (lane) => names.has(lane), {
    accessKeys: accessKeysOf(lanes.map(({ account }) => account)),
  });
  const endings: Ending[] = [];
  for (const each of progress) {
    const operation = operations.find(({ name }) => name === each.purge.operation);
    if (!operation) continue;
    const windowMs = windowOf(operation.cap);
    endings.push({ progress: each, operation, pace: await paceSince(url, from, operation.action, windowMs) });
  }
  const over = endings.filter(({ operation, pace }) => pace.fullest > operation.cap.calls);
  await writeRound(stage.dataDir, { ...round, done: true });
  const seconds = (clock.monotonic() - began) / 1_000;
  terminal.result(result(endings, compared, seconds), `\n${endingTable(endings)}\n`);
  const note = bunchedNote(endings);
  if (note !== undefined) terminal.say(note);
  terminal.say(nextSteps(progress));
  if (compared.differences.length > 0)
    throw new CommandError(
      `Ledger and emulator differ:\n  ${compared.differences.join('\n  ')}`,
      exits.failed,
    );
  if (over.length > 0)
    throw new CommandError(
      `Over the cap: ${over.map(({ operation }) => operation.name).join(', ')}`,
      exits.failed,
    );
  terminal.say(
    `Ledger and emulator agree on each of the ${compared.targets} ids (${compared.deletedAtProvider} deleted in ` +
      `${compared.calls} calls), and no window was over its cap. ${Math.round(seconds)} s.`,
  );
}

async function accept(context: Context, stage: Stage, round: Round, each: Purge): Promise<Round> {
  const request = await (each.overHttp ? askServer : recordHere)(context, stage, round, each);
  const next = { ...round, requests: { ...round.requests, [each.operation]: request } };
  await writeRound(stage.dataDir, next);
  return next;
}

const reasonOf = ({ number }: Round): string => `demo round ${number}`;

async function askServer(_: Context, { api }: Stage, round: Round, each: Purge): Promise<string> {
  const { account, operation, entries } = each;
  const asked = {
    account,
    operation,
    targets: entries as NonNullable<Deletion['targets']>,
    reason: reasonOf(round),
  };
  const { id } = await new ExpungeClient({ url: api }).deletions.create(asked, {
    // The same round once more, after a crash, is the same request.
    idempotencyKey: `demo-${round.number}-${operation}`,
  });
  return id;
}

async function recordHere(
  { clock }: Context,
  { ledger, queues, lanes }: Stage,
  round: Round,
  each: Purge,
): Promise<string> {
  const { account, operation } = each;
  const lane = lanes.find((one) => one.account.name === account && one.operation.name === operation);
  if (!lane) throw new Error(`the demo has no lane for ${operation}`);
  const accepted = acceptAll(account, lane.operation, each.entries);
  if ('problems' in accepted) throw new Error(JSON.stringify(accepted.problems[0]));
  const asked = { account, operation, requester: 'demo', reason: reasonOf(round) };
  const { request } = await enqueue(
    { ledger, queues, clock, onQueueAway: () => undefined },
    lane.operation,
    lane.cap,
    { ...asked, urgent: false, notBefore: 0, again: false },
    accepted.targets,
  );
  return request;
}

/** Until everything is settled, somebody presses Ctrl-C, or patience ends. */
async function watch(
  { clock, terminal, stopped }: Context,
  { ledger, server, emulator }: Stage,
  purges: readonly Purge[],
  round: Round,
  began: number,
): Promise<readonly Progress[]> {
  for (let tick = 0; ; tick++) {
    const progress = await Promise.all(
      purges.map(async (each) => {
        const tally = await ledger.tally(round.requests[each.operation] ?? '');
        return { purge: each, tally, total: each.entries.length };
      }),
    );
    const seconds = (clock.monotonic() - began) / 1_000;
    const line = progressLine(progress, seconds);
    if (terminal.live) terminal.draw(line);
    else if (tick % 4 === 0) terminal.say(line);
    if (progress.every(({ tally }) => !tally.open)) return progress;
    if (stopped.aborted) return progress;
    const died = server.died() ?? emulator.died();
    if (died) throw new CommandError(died, exits.failed);
    if (seconds > patienceSeconds) throw new CommandError(await stuck(ledger), exits.failed);
    await pause(clock, 500, stopped);
  }
}

async function stuck(ledger: Ledger): Promise<string> {
  const lanes = (await ledger.lanes()).filter(({ open }) => open > 0);
  const lines = lanes.map(({ lane, state, reason, open }) => `  ${lane}: ${state} ${reason} (${open} open)`);
  return `The demo did not finish in ${patienceSeconds} s. Lanes with open ids:\n${lines.join('\n')}`;
}

function nextSteps(progress: readonly Progress[]): string {
  const example = progress.find(({ tally }) => tally.refused)?.purge.forbidden[0] ?? 'ID';
  return [
    'Where to look next:',
    `  npm run -s expunge -- lookup ${example}     everything on record of one id (this one was refused)`,
    '  npm run -s expunge -- lanes                   the lanes, their states and what waits in them',
    '  npm run -s expunge -- operations              what each operation deletes, and what it does not undo',
    '  README.md, "Your own accounts"                from here to real deletions',
  ].join('\n');
}

function result(endings: readonly Ending[], compared: object, seconds: number): object {
  return {
    seconds: Math.round(seconds),
    operations: endings.map(({ progress, operation, pace }) => ({
      operation: operation.name,
      ...pace,
      ids: progress.total,
      ...progress.tally,
      cap: operation.cap.calls,
    })),
    ...compared,
  };
}
