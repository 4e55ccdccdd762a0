/** `expunge ledger`: the care of the record itself. */
import { migrationOf } from '../../app.ts';
import { addArchive } from './ledger-archive.ts';
import { addVerify } from './ledger-verify.ts';
import type { AddCommand, Context } from './program.ts';

export const addLedger: AddCommand = (program, run) => {
  const ledger = program
    .command('ledger')
    .description('the record itself: its tables, its soundness, its age');
  ledger
    .command('migrate')
    .description("bring the tables up to this program's version; every start does it too")
    .action(run(migrate));
  addVerify(ledger, run);
  addArchive(ledger, run);
};

async function migrate({ terminal, config }: Context): Promise<void> {
  const { from, to } = await migrationOf(config());
  const text = from === to ? `The ledger is at version ${to}, nothing to do.` : `version ${from} → ${to}`;
  terminal.result({ from, to }, text);
}
