/** From names on the command line to what they name; an unknown one is told with what was probably meant. */
import { nearest } from '../../config/problems.ts';
import { CommandError, exits } from './terminal.ts';
import { shortened } from '../wording.ts';

/** The lane of that account and operation among those that there are. */
export function chooseLane<Lane extends { readonly account: string; readonly operation: string }>(
  lanes: readonly Lane[],
  account: string,
  operation: string,
): Lane {
  chooseAccount([...new Set(lanes.map((lane) => lane.account))], account);
  const own = lanes.filter((lane) => lane.account === account);
  const lane = own.find((each) => each.operation === operation);
  if (lane) return lane;
  const names = own.map((each) => each.operation);
  throw unknown(`${account} has no operation "${shortened(operation)}"`, operation, names);
}

export function chooseAccount(names: readonly string[], account: string): void {
  if (names.length === 0)
    throw new CommandError('no accounts are configured: add accounts to expunge.yaml', exits.usage);
  if (!names.includes(account)) throw unknown(`there is no account "${shortened(account)}"`, account, names);
}

/** A text that names what is there. */
export function unknown(what: string, word: string, names: readonly string[]): CommandError {
  const ending = names.filter((name) => word.length > 2 && name.endsWith(word));
  const meant = ending.length === 1 ? ending[0] : nearest(word.slice(0, 100), names);
  const guess = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return new CommandError(`${what}.${guess}\nThere are: ${names.join(', ')}`, exits.usage);
}
