import { readMoment } from '../moment.ts';
import { CommandError, exits } from './terminal.ts';
import { shortened } from '../wording.ts';

/** As `readMoment` reads it; ends the command where it is no such time. */
export function readNotBefore(text: string, now: number): number {
  const at = readMoment(text, now);
  if (typeof at === 'number') return at;
  throw new CommandError(`--not-before ${shortened(text)} ${at.problem}: ${at.remedy}`, exits.usage);
}
