/** `expunge lookup`: everything the ledger knows of an id. */
import type { TargetRecord } from '../../ledger/target-record.ts';
import { withoutPassword } from '../../redact.ts';
import { noteOf, targetAnswer } from '../target-answer.ts';
import type { AddCommand, Context } from './program.ts';
import { exits, table } from './terminal.ts';
import { withLedger } from './with-ledger.ts';
import { count, duration, shortened, visible, when } from '../wording.ts';

export const addLookup: AddCommand = (program, run) => {
  program
    .command('lookup')
    .description('everything the ledger knows of an id: who asked, what the provider answered, when')
    .argument('<id>', 'an id or URL, exactly as it was given; behind -- if it begins with a dash')
    .action(run(lookup));
};

async function lookup(context: Context, id: string): Promise<void> {
  const config = context.config();
  const { terminal, exitWith } = context;
  const targets = await withLedger(context, config, (ledger) => ledger.lookup(id));
  if (targets.length === 0) {
    exitWith(exits.failed);
    const hint = /^\s|\s$/.test(id)
      ? 'It has spaces around it, and ids are matched exactly.'
      : 'Ids are matched exactly, capitals included; a URL as it was enqueued.';
    terminal.say(
      `The ledger has never heard of "${shortened(id)}".\n${hint} Ledger: ${withoutPassword(config.database.url)}`,
    );
  }
  terminal.result({ id, targets: targets.map(targetAnswer) }, targets.map(textOf).join('\n\n'));
}

function textOf(target: TargetRecord): string {
  const { account, operation, kind, id, parent, options, code, message, attempts } = target;
  const lines = [
    `${kind} ${visible(id)}${parent === '' ? '' : ` of ${visible(parent)}`}`,
    `  ${account}, ${operation}${options === '' ? '' : `, ${visible(options)}`}`,
    `  ${fateOf(target)}`,
  ];
  const note = noteOf(target);
  if (note !== undefined) lines.push(`  ${note}`);
  if (code !== '' || message !== '')
    lines.push(`  ${[code, message].filter(Boolean).map(visible).join(': ')}`);
  if (target.providerRequest !== '')
    lines.push(`  RequestId ${visible(target.providerRequest)}, ${count(attempts, 'attempt')}`);
  for (const { id: request, requester, reason, created } of target.requests) {
    const why = reason === '' ? 'without a reason' : `"${shortened(reason, 200)}"`;
    lines.push(`  asked for by ${visible(requester)}, ${when(created)}, ${why}, request ${request}`);
  }
  if (target.calls.length > 0) {
    const rows = target.calls.map(({ claimed, ended, result, code: said, providerRequest }) => [
      when(claimed),
      ended === null ? 'under way' : `${ended - claimed} ms`,
      result,
      said,
      providerRequest,
    ]);
    const calls = table(['call', 'took', 'result', 'code', 'RequestId'], rows);
    lines.push('', ...calls.split('\n').map((line) => `  ${line}`));
  }
  return lines.join('\n');
}

const states = {
  waiting: 'waits in the ledger for its turn',
  offered: 'stands in the queue',
  sending: 'is being sent',
} as const;

function fateOf({ settlement, state, accepted, settled, due }: TargetRecord): string {
  if (settlement !== null)
    return `${settlement.toUpperCase()} ${when(settled)}, ${duration(settled - accepted)} after it was accepted`;
  const not = due > accepted ? `, not before ${when(due)}` : '';
  return `OPEN: ${states[state ?? 'waiting']}, accepted ${when(accepted)}${not}`;
}
