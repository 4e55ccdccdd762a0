/**
 * The canary and the brakes: a campaign begins with few, and stops itself when what comes back is not what a right
 * list brings. Pure: figures in, verdict out.
 */
import {
  lastStage,
  type Campaign,
  type CampaignRules,
  type Figures,
} from '../../ledger/campaign/campaign.ts';

/** Shares of settled targets, and of calls, that stop a campaign unless its plan says otherwise. */
export const usualBrakes: CampaignRules['brakes'] = { refused: 0.01, absent: 0.2, throttled: 0.1 };

/** The first ids, and the share of all that goes next. */
const firstIds = 10;
const secondShare = 0.01;
/** So much is evidence; fewer only where it is a whole stage of the canary. */
const leastSettled = 100;

/** How many targets may be released at this stage of the canary. */
export function stageLimit(stage: number, valid: number): number {
  if (stage >= lastStage) return valid;
  const first = Math.min(valid, firstIds);
  return stage === 0 ? first : Math.min(valid, Math.max(first, Math.ceil(valid * secondShare)));
}

/** Settled in whichever way. */
export const settledInAll = ({ settled, known }: Pick<Campaign, 'settled' | 'known'>): number =>
  [...Object.values(settled), ...Object.values(known)].reduce((sum, n) => sum + n, 0);

/** What has come back in all, and says something of the list: where it is let go on by a person, the brakes count from here. */
export function figuresOf({ settled, doubtful, calls, throttled }: Campaign): Required<Figures> {
  const { deleted = 0, absent = 0, refused = 0, exhausted = 0 } = settled;
  return { deleted, absent: absent - doubtful, refused, exhausted, calls, throttled };
}

function figuresSince(campaign: Campaign): Required<Figures> {
  const from = campaign.judgedFrom;
  const since = Object.entries(figuresOf(campaign)).map(([name, n]) => [
    name,
    n - (from[name as keyof Figures] ?? 0),
  ]);
  return Object.fromEntries(since) as Required<Figures>;
}

/** Why it has to stop, in words; undefined while nothing speaks against it. */
export function brakeOf(campaign: Campaign): string | undefined {
  const { rules, stage, valid } = campaign;
  const { deleted, absent, refused, exhausted, calls, throttled } = figuresSince(campaign);
  const judged = deleted + absent + refused + exhausted;
  const wholeStage = stage < lastStage && settledInAll(campaign) >= stageLimit(stage, valid);
  if (judged === 0 || (judged < leastSettled && !wholeStage)) return undefined;
  const shares = [
    {
      is: 'refused or exhausted',
      n: refused + exhausted,
      of: judged,
      most: rules.brakes.refused,
      what: 'settled ids',
    },
    { is: 'absent', n: absent, of: judged, most: rules.brakes.absent, what: 'settled ids' },
    { is: 'throttled', n: throttled, of: calls, most: rules.brakes.throttled, what: 'calls' },
  ];
  const broken = shares.find(({ n, of, most }) => of > 0 && n / of > most);
  if (!broken) return undefined;
  const { is, n, of, most, what } = broken;
  return `${n} of ${of} ${what} are ${is} (${percent(n / of)}; ${percent(most)} allowed)`;
}

const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`;
