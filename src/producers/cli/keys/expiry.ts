import { unitMs } from '../../moment.ts';
import { CommandError, exits } from '../terminal.ts';
import { shortened } from '../../wording.ts';

/** Ten years: whoever means longer leaves it out. */
const mostMs = 3_650 * unitMs.d;

/** `90d` in milliseconds. */
export function livesMs(text: string): number {
  const [, digits, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const ms = Number(digits) * unitMs[unit as keyof typeof unitMs];
  if (ms > 0 && ms <= mostMs) return ms;
  throw new CommandError(
    `--expires ${shortened(text)} is no time to live: write a number and m, h or d, such as 12h or 90d, up to 3650d`,
    exits.usage,
  );
}
