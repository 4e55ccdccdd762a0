/** The flags that say when a campaign may send, and how fast: `plan` and `run` take the same. */
import type { Command } from 'commander';
import type { CampaignRules } from '../../../ledger/campaign/campaign.ts';
import { windowProblem } from '../../campaign/window.ts';
import { readNotBefore } from '../not-before.ts';
import { CommandError, exits } from '../terminal.ts';
import { shortened } from '../wording.ts';

export interface RuleFlags {
  readonly max?: string;
  readonly share?: string;
  readonly window?: string;
  readonly undoWindow?: string;
  readonly notBefore?: string;
}

export const addRuleFlags = (command: Command): Command =>
  command
    .option('--max <n>', 'refuse if it has more targets')
    .option('--share <share>', 'most of the lane’s cap that it takes, such as 0.5')
    .option('--window <times>', 'send only then, each day: "22:00-06:00 Asia/Shanghai"')
    .option('--undo-window <time>', 'so long nothing is sent after run, such as 24h: time to cancel')
    .option('--not-before <time>', 'ISO time with zone, or +15m, +24h, +2d');

/** Only what was said. */
export function rulesOf(flags: RuleFlags, now: number): Partial<CampaignRules> {
  const { max, share, window, undoWindow, notBefore } = flags;
  return {
    ...(max !== undefined && { max: whole('--max', max) }),
    ...(share !== undefined && { share: shareOf('--share', share, Number.MIN_VALUE) }),
    ...(window !== undefined && { window: checkedWindow(window) }),
    ...(undoWindow !== undefined && { undoMs: spanOf(undoWindow) }),
    ...(notBefore !== undefined && { notBefore: readNotBefore(notBefore, now) }),
  };
}

export function whole(flag: string, text: string): number {
  if (/^\d{1,12}$/.test(text.replaceAll(',', ''))) return Number(text.replaceAll(',', ''));
  throw new CommandError(
    `${flag} ${shortened(text)} is not a whole number: write it like 12000`,
    exits.usage,
  );
}

/** A share of 0 to 1, or in per cent. */
export function shareOf(flag: string, text: string, least = 0): number {
  const [, number = '', percent] = /^(\d*\.?\d+)\s*(%?)$/.exec(text) ?? [];
  const value = number === '' ? NaN : Number(number) / (percent ? 100 : 1);
  if (value >= least && value <= 1) return value;
  throw new CommandError(`${flag} ${shortened(text)} is not a share: write it like 0.5 or 50%`, exits.usage);
}

function checkedWindow(text: string): string {
  const problem = windowProblem(text);
  if (problem === undefined) return text;
  throw new CommandError(`--window ${shortened(text)} ${problem}`, exits.usage);
}

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const mostDays = 366;

function spanOf(text: string): number {
  const [, amount, unit] = /^\+?(\d{1,9})([smhd])$/.exec(text) ?? [];
  const ms = Number(amount) * units[unit as keyof typeof units];
  if (amount !== undefined && ms <= mostDays * units.d) return ms;
  throw new CommandError(
    `--undo-window ${shortened(text)} is not a time: write it like 90s, 15m, 24h or 2d`,
    exits.usage,
  );
}
