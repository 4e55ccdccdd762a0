/** The ledger for the time of one command. */
import { lanesOf } from '../../lanes.ts';
import type { Config } from '../../config.ts';
import { LedgerAway } from '../../ledger/database.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { withoutPassword } from '../../redact.ts';
import { CommandError, exits } from './terminal.ts';
import type { Context } from './program.ts';

/** Opens it, registers the configured lanes, and closes it however `use` ends. */
export async function withLedger<T>(
  { clock, openLedger }: Pick<Context, 'clock' | 'openLedger'>,
  config: Config,
  use: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const ledger = await openLedger(config, lanesOf(config), { clock });
  try {
    return await use(ledger);
  } catch (error) {
    if (!(error instanceof LedgerAway)) throw error;
    throw new CommandError(
      `the ledger ${withoutPassword(config.database.url)} does not answer: ${error.message}\nTry again when it does.`,
      exits.unreachable,
    );
  } finally {
    await ledger.close();
  }
}
