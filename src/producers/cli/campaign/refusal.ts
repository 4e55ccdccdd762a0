/** What a campaign's guards say, as the end of a command. */
import { CampaignRefused } from '../../campaign/refused.ts';
import { CommandError, exits } from '../terminal.ts';

/** What follows `prefix` is a sentence. */
export async function orRefused<T>(done: Promise<T>, prefix = ''): Promise<T> {
  try {
    return await done;
  } catch (error) {
    throw refusalOf(error, prefix);
  }
}

/** Whatever else it is stays as it is. */
export function refusalOf(error: unknown, prefix = ''): unknown {
  if (!(error instanceof CampaignRefused)) return error;
  const stop = prefix === '' ? '' : '.';
  return new CommandError(
    `${prefix}${error.message}${stop}`,
    error.because === 'window' ? exits.usage : exits.refused,
  );
}
