/** What the commands have in common that change how a lane is: find it, change it, show what is in force. */
import type { LaneRow } from '../../ledger/controls.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { answerOf, look } from '../lanes-answer.ts';
import type { Person } from '../person.ts';
import { mustBeAllowed, personOf } from './person.ts';
import { chooseLane } from './choice.ts';
import { textOf } from './lanes.ts';
import type { Context } from './program.ts';
import { withLedger } from './with-ledger.ts';

/**
 * Any lane of the ledger, which need not stand in this configuration, for whoever may run it. What waits in it is not
 * counted: a stop must not wait for that.
 */
export async function laneIn(
  ledger: Ledger,
  person: Person,
  account: string,
  operation: string,
): Promise<LaneRow> {
  const lane = chooseLane(await ledger.laneRows(), account, operation);
  mustBeAllowed(person, 'operate', account, operation);
  return lane;
}

/** Makes the change, says what it did, and shows what is in force now. */
export async function change(
  context: Context,
  make: (ledger: Ledger, person: Person) => Promise<string>,
): Promise<void> {
  const config = context.config();
  const { terminal } = context;
  await withLedger(context, config, async (ledger) => {
    terminal.say(await make(ledger, await personOf(config, ledger)));
    const seen = await look(ledger);
    terminal.result(answerOf(seen, config), textOf(seen, config));
  });
}
