/** `expunge dead list`: how many died of what, with an example each. */
import type { DeadGroup, DeadLetter } from '../../../ledger/dead.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import type { AddCommand, Context } from '../program.ts';
import { CommandError, exits, table } from '../terminal.ts';
import { withLedger } from '../with-ledger.ts';
import { count, iso, shortened, when } from '../../wording.ts';
import { addDeadFlags, chooseDead, type Chosen, type DeadFlags } from './choose.ts';

interface Flags extends DeadFlags {
  readonly ids?: string;
}

export const addList: AddCommand = (dead, run) => {
  const command = dead
    .command('list')
    .description('how many, by account, operation, settlement and code, with an example each')
    .option('--ids <n>', 'the latest ids too, so many');
  addDeadFlags(command).action(run(list));
};

async function list(context: Context, flags: Flags): Promise<void> {
  const most = flags.ids === undefined ? 0 : Number(flags.ids);
  if (!Number.isInteger(most) || most < 0 || most > 10_000)
    throw new CommandError(
      '--ids is how many: a whole number up to 10000; expunge dead export has all',
      exits.usage,
    );
  await withLedger(context, context.config(), async (ledger) => {
    const chosen = await chooseDead(ledger, flags);
    const groups = await ledger.deadGroups(chosen.lanes, chosen.filter);
    const total = groups.reduce((sum, { n }) => sum + n, 0);
    const latest = most > 0 ? await latestOf(ledger, chosen, most) : [];
    const value = {
      total,
      groups: groups.map(groupOf),
      ...(flags.ids !== undefined && { ids: latest.map(idOf) }),
    };
    context.terminal.result(value, total === 0 ? none(flags) : textOf(total, groups, latest));
  });
}

async function latestOf(
  ledger: Ledger,
  { lanes, filter }: Chosen,
  most: number,
): Promise<readonly DeadLetter[]> {
  const found: DeadLetter[] = [];
  for (const lane of lanes) found.push(...(await ledger.newestDead(lane, filter, most)));
  return found.sort((a, b) => b.settled - a.settled || b.seq - a.seq).slice(0, most);
}

function groupOf({ account, operation, options, settlement, code, n, newest, kind, id, message }: DeadGroup) {
  return {
    ...{ account, operation, ...(options !== '' && { options }), settlement, code, count: n },
    ...{ latestAt: iso(newest), example: { kind, id, message } },
  };
}

function idOf({
  account,
  operation,
  target,
  settlement,
  code,
  message,
  providerRequest,
  attempts,
  settled,
}: DeadLetter) {
  return {
    ...{ account, operation, kind: target.by, id: target.id, settlement, code, message },
    ...{ requestId: providerRequest, attempts, settledAt: iso(settled) },
  };
}

/** Words that find nothing are no reason to believe that nothing died. */
const none = ({ code, campaign, account, operation }: DeadFlags): string =>
  [code, campaign, account, operation].some((flag) => flag !== undefined)
    ? 'There are no such dead letters. All of them: expunge dead list'
    : 'There are no dead letters.';

function textOf(total: number, groups: readonly DeadGroup[], latest: readonly DeadLetter[]): string {
  const withOptions = groups.some(({ options }) => options !== '');
  const head = ['account', 'operation', ...(withOptions ? ['options'] : []), 'settlement', 'code', 'count'];
  const rows = groups.map(({ account, operation, options, settlement, code, n, newest, id, message }) => [
    ...[account, operation, ...(withOptions ? [options] : []), settlement, shortened(code), n],
    ...[when(newest), shortened(id), shortened(message)],
  ]);
  const ids = latest.map(({ settled, account, operation, target, code, message }) => [
    ...[when(settled), account, operation, shortened(target.id, 200), shortened(code), shortened(message)],
  ]);
  return [
    table([...head, 'latest', 'for example', 'message'], rows),
    ...(ids.length > 0 ? ['', table(['settled', 'account', 'operation', 'id', 'code', 'message'], ids)] : []),
    '',
    `${count(total, 'dead letter')}. Once the cause is repaired: expunge dead retry (the same flags choose). All of them in a file: expunge dead export -o FILE. One: expunge lookup ID`,
  ].join('\n');
}
