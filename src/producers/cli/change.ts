/** What the commands have in common that change how a lane is: find it, change it, show what is in force. */
import type { LaneStatus } from '../../ledger/controls.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { chooseLane } from './choice.ts';
import { look, statusOf, textOf } from './lanes.ts';
import type { Context } from './program.ts';
import { withLedger } from './with-ledger.ts';

/** Any lane of the ledger: it need not stand in this configuration. */
export const laneIn = async (ledger: Ledger, account: string, operation: string): Promise<LaneStatus> =>
  chooseLane(await ledger.lanes(), account, operation);

/** Makes the change, says what it did, and shows what is in force now. */
export async function change(context: Context, make: (ledger: Ledger) => Promise<string>): Promise<void> {
  const config = context.config();
  const { terminal } = context;
  await withLedger(context, config, async (ledger) => {
    terminal.say(await make(ledger));
    const seen = await look(ledger);
    terminal.result(statusOf(seen, config), textOf(seen, config));
  });
}
