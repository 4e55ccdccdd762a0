/** The flags that say when a campaign may send, and how fast: `plan` and `run` take the same. */
import type { Command } from 'commander';
import type { CampaignRules } from '../../../ledger/campaign/campaign.ts';
import {
  readPlanRules,
  readRunRules,
  readWhole,
  type PlanTexts,
  type ReadRules,
  type RunTexts,
} from '../../campaign/rule-texts.ts';
import { flagOf } from '../option-flags.ts';
import { CommandError, exits } from '../terminal.ts';
import { shortened } from '../../wording.ts';

export type RuleFlags = RunTexts;

export const addRuleFlags = (command: Command): Command =>
  command
    .option('--max <n>', 'refuse if it has more targets')
    .option('--share <share>', 'most of the lane’s cap that it takes, such as 0.5')
    .option('--window <times>', 'send only then, each day: "22:00-06:00 Asia/Shanghai"')
    .option('--undo-window <time>', 'so long nothing is sent after run, such as 24h: time to cancel')
    .option('--not-before <time>', 'ISO time with zone, or +15m, +24h, +2d');

/** Only what was said. */
export const rulesOf = (flags: RuleFlags, now: number): Partial<CampaignRules> =>
  rightly(readRunRules(flags, now));

export const planRulesOf = (
  flags: PlanTexts,
  choices: Pick<CampaignRules, 'canary' | 'again'>,
  now: number,
): CampaignRules => rightly(readPlanRules(flags, choices, now));

/** The first fault ends the command. */
function rightly<Rules>({ rules, faults: [fault] }: ReadRules<Rules>): Rules {
  if (!fault) return rules;
  const { field, text, problem, remedy } = fault;
  throw new CommandError(`${flagOf(field)} ${shortened(text)} ${problem}: ${remedy}`, exits.usage);
}

export function whole(flag: string, text: string): number {
  const value = readWhole(text);
  if (typeof value === 'number') return value;
  throw new CommandError(`${flag} ${shortened(text)} ${value.problem}: ${value.remedy}`, exits.usage);
}
