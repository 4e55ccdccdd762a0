/** All commands but those that need the workers or the emulator, in the order of the help text. */
import { addAccounts } from './accounts.ts';
import { addCampaign } from './campaign/campaign.ts';
import { addCancel } from './cancel.ts';
import { addConfig } from './config-print.ts';
import { addDead } from './dead/dead.ts';
import { addEnqueue } from './enqueue.ts';
import { addEvents } from './events.ts';
import { addKeys } from './keys/keys.ts';
import { addLanes } from './lanes.ts';
import { addLedger } from './ledger.ts';
import { addLookup } from './lookup.ts';
import { addOperations } from './operations.ts';
import type { AddCommand } from './program.ts';
import { addHalt, addLane, addUnhalt } from './switches.ts';

export const commands: readonly AddCommand[] = [
  addEnqueue,
  addCancel,
  addCampaign,
  addLookup,
  addDead,
  addLanes,
  addLane,
  addHalt,
  addUnhalt,
  addEvents,
  addAccounts,
  addOperations,
  addKeys,
  addConfig,
  addLedger,
];
