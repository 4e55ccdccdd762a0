/** `expunge dead export`: all of them as rows, which are input for a plan too. */
import type { Ledger } from '../../../ledger/ledger.ts';
import { deadRow, type ReportRow } from '../../campaign/report.ts';
import type { AddCommand, Context } from '../program.ts';
import { withLedger } from '../with-ledger.ts';
import { count, visible } from '../../wording.ts';
import { countsText, writeRows } from '../write-rows.ts';
import { addDeadFlags, chooseDead, deadPages, type Chosen, type DeadFlags } from './choose.ts';

interface Flags extends DeadFlags {
  readonly output?: string;
}

export const addExport: AddCommand = (dead, run) => {
  const command = dead
    .command('export')
    .description('NDJSON, a line an id, as campaign report writes it')
    .option('-o, --output <file>', 'a new file; its SHA-256 goes into FILE.sha256 (default: stdout)');
  addDeadFlags(command).action(run(exportDead));
};

async function exportDead(context: Context, flags: Flags): Promise<void> {
  const { terminal } = context;
  const { output } = flags;
  await withLedger(context, context.config(), async (ledger) => {
    const chosen = await chooseDead(ledger, flags);
    const where = { format: 'ndjson', ...(output !== undefined && { output }) } as const;
    const written = await writeRows(context, where, rows(ledger, chosen));
    const { rows: n, counts, sha256, file } = written;
    const text = [
      `${count(n, 'dead letter')}${n > 0 ? `: ${countsText(counts)}` : ''}.`,
      `SHA-256  ${sha256}`,
      ...(file === null ? [] : [`File     ${visible(file)}`]),
    ].join('\n');
    if (file === null && !terminal.json) terminal.say(text);
    else terminal.result(written, text);
  });
}

async function* rows(ledger: Ledger, { lanes, filter }: Chosen): AsyncGenerator<readonly ReportRow[]> {
  for (const lane of lanes)
    for await (const letters of deadPages(ledger, lane, filter)) yield letters.map(deadRow);
}
