/** `expunge lookup`: everything the ledger knows of an id. */
import type { TargetRecord } from '../../ledger/target-record.ts';
import { withoutPassword } from '../../redact.ts';
import type { AddCommand, Context } from './program.ts';
import { exits, table } from './terminal.ts';
import { withLedger } from './with-ledger.ts';
import { count, duration, iso, shortened, visible, when } from './wording.ts';

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
  terminal.result({ id, targets: targets.map(recordOf) }, targets.map(textOf).join('\n\n'));
}

const ambiguousNote = 'absent after an unanswered attempt: we may have deleted it ourselves';

/** What is to be said beside the bare facts; undefined where there is nothing. */
function noteOf({ ambiguous, settlement }: TargetRecord): string | undefined {
  if (!ambiguous) return undefined;
  if (settlement === 'absent') return ambiguousNote;
  if (settlement === 'deleted') return undefined;
  return 'an unanswered attempt may have deleted it';
}

const timeOf = (at: number): string | null => (at > 0 ? iso(at) : null);

/** A target for programs: a line of an archive too. */
export function recordOf(target: TargetRecord): object {
  const { account, operation, kind, id, parent, options, settlement, state } = target;
  const { code, message, providerRequest, attempts, ambiguous, accepted, due, settled } = target;
  const note = noteOf(target);
  return {
    ...{ account, operation, kind, id },
    ...(parent !== '' && { parent }),
    ...(options !== '' && { options }),
    ...(settlement === null ? { state } : { settlement }),
    ...{ code, message, requestId: providerRequest, attempts, ambiguous },
    ...(note !== undefined && { note }),
    ...{ acceptedAt: timeOf(accepted), settledAt: timeOf(settled) },
    ...(settlement === null && due > 0 && { dueAt: iso(due) }),
    requests: target.requests.map(({ created, ...request }) => ({ ...request, at: iso(created) })),
    calls: target.calls.map(({ claimed, ended, providerRequest: requestId, ...call }) => ({
      ...call,
      requestId,
      startedAt: iso(claimed),
      endedAt: ended === null ? null : iso(ended),
    })),
  };
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
