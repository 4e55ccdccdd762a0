/** Which dead letters a command is about. */
import type { Command } from 'commander';
import type { DeadFilter, DeadLetter } from '../../../ledger/dead.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { chooseCampaign } from '../campaign/choose.ts';
import { chooseAccount, unknown } from '../choice.ts';
import { shortened } from '../../wording.ts';

export interface DeadFlags {
  readonly campaign?: string;
  readonly code?: string;
  readonly account?: string;
  readonly operation?: string;
}

export interface Chosen {
  /** By name. */
  readonly lanes: readonly string[];
  readonly filter: DeadFilter;
}

/** Rows of one read. */
const page = 2_000;

export const addDeadFlags = (command: Command): Command =>
  command
    .option('--campaign <name>', 'only what this campaign named')
    .option('--code <code>', "only this code, the provider's or ours, exactly")
    .option('--account <name>', 'only of this account')
    .option('--operation <name>', 'only of this operation');

/** Names that nobody knows end the command: "none found" would say that all is well. */
export async function chooseDead(
  ledger: Ledger,
  { campaign, code, account, operation }: DeadFlags,
): Promise<Chosen> {
  const all = await ledger.lanes();
  const operations = [...new Set(all.map((lane) => lane.operation))];
  if (account !== undefined) chooseAccount([...new Set(all.map((lane) => lane.account))], account);
  if (operation !== undefined && !operations.includes(operation))
    throw unknown(`no account has the operation "${shortened(operation)}"`, operation, operations);
  const lanes = all.filter(
    (lane) =>
      lane.dead > 0 &&
      (account === undefined || lane.account === account) &&
      (operation === undefined || lane.operation === operation),
  );
  return {
    lanes: lanes.map(({ lane }) => lane),
    filter: {
      ...(code !== undefined && { code }),
      ...(campaign !== undefined && { campaign: (await chooseCampaign(ledger, campaign)).seq }),
    },
  };
}

/** Those of one lane, oldest first, page by page. */
export async function* deadPages(
  ledger: Ledger,
  lane: string,
  filter: DeadFilter,
): AsyncGenerator<readonly DeadLetter[]> {
  for (let after: DeadLetter | undefined; ;) {
    const letters = await ledger.deadLetters(lane, filter, after, page);
    if (letters.length === 0) return;
    yield letters;
    after = letters.at(-1);
  }
}
