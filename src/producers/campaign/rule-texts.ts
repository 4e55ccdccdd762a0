/** A campaign's rules as people write them, at whichever door; what is wrong with one stands beside the others. */
import type { CampaignRules } from '../../ledger/campaign/campaign.ts';
import type { Fault } from '../../providers/identifier.ts';
import { mostMs, readMoment, unitMs } from '../moment.ts';
import { usualBrakes } from './brakes.ts';
import { windowProblem } from './window.ts';

/** When it may send, and how fast: `plan` and `run` take the same. */
export interface RunTexts {
  readonly max?: string | undefined;
  readonly share?: string | undefined;
  readonly window?: string | undefined;
  readonly undoWindow?: string | undefined;
  readonly notBefore?: string | undefined;
}

export interface PlanTexts extends RunTexts {
  readonly brakeRefused?: string | undefined;
  readonly brakeAbsent?: string | undefined;
  readonly brakeThrottled?: string | undefined;
}

export interface RuleFault extends Fault {
  readonly field: keyof PlanTexts;
  readonly text: string;
}

export interface ReadRules<Rules> {
  readonly rules: Rules;
  readonly faults: readonly RuleFault[];
}

/** Only what was said. */
export function readRunRules(texts: RunTexts, now: number): ReadRules<Partial<CampaignRules>> {
  const faults: RuleFault[] = [];
  const read = <T>(field: keyof PlanTexts, reader: (text: string) => T | Fault) =>
    readField(texts, field, reader, faults);
  const max = read('max', readWhole);
  const share = read('share', (text) => readShare(text, Number.MIN_VALUE));
  const window = read('window', readWindow);
  const undoMs = read('undoWindow', readSpan);
  const notBefore = read('notBefore', (text) => readMoment(text, now));
  const rules = {
    ...(max !== undefined && { max }),
    ...(share !== undefined && { share }),
    ...(window !== undefined && { window }),
    ...(undoMs !== undefined && { undoMs }),
    ...(notBefore !== undefined && { notBefore }),
  };
  return { rules, faults };
}

/** With what is usual for the rest. */
export function readPlanRules(
  texts: PlanTexts,
  { canary, again }: Pick<CampaignRules, 'canary' | 'again'>,
  now: number,
): ReadRules<CampaignRules> {
  const { rules: said, faults } = readRunRules(texts, now);
  const wrong = [...faults];
  const share = (field: keyof PlanTexts, usual: number) => readField(texts, field, readShare, wrong) ?? usual;
  const brakes = {
    refused: share('brakeRefused', usualBrakes.refused),
    absent: share('brakeAbsent', usualBrakes.absent),
    throttled: share('brakeThrottled', usualBrakes.throttled),
  };
  const rules = { canary, brakes, again, share: 1, undoMs: 0, notBefore: 0, ...said };
  return { rules, faults: wrong };
}

function readField<T>(
  texts: PlanTexts,
  field: keyof PlanTexts,
  reader: (text: string) => T | Fault,
  faults: RuleFault[],
): T | undefined {
  const text = texts[field];
  if (text === undefined) return undefined;
  const value = reader(text);
  if (!isFault(value)) return value;
  faults.push({ field, text, ...value });
  return undefined;
}

const isFault = (value: unknown): value is Fault => typeof value === 'object' && value !== null;

export function readWhole(text: string): number | Fault {
  if (/^\d{1,12}$/.test(text.replaceAll(',', ''))) return Number(text.replaceAll(',', ''));
  return { problem: 'is not a whole number', remedy: 'write it like 12000' };
}

/** A share of 0 to 1, or in per cent. */
export function readShare(text: string, least = 0): number | Fault {
  const [, number = '', percent] = /^(\d*\.?\d+)\s*(%?)$/.exec(text) ?? [];
  const value = number === '' ? NaN : Number(number) / (percent ? 100 : 1);
  if (value >= least && value <= 1) return value;
  return { problem: 'is not a share', remedy: 'write it like 0.5 or 50%' };
}

function readWindow(text: string): string | Fault {
  const wrong = windowProblem(text);
  if (wrong === undefined) return text;
  const colon = wrong.lastIndexOf(': ');
  return { problem: wrong.slice(0, colon), remedy: wrong.slice(colon + 2) };
}

function readSpan(text: string): number | Fault {
  const [, amount, unit] = /^\+?(\d{1,9})([smhd])$/.exec(text) ?? [];
  const ms = Number(amount) * unitMs[unit as keyof typeof unitMs];
  if (amount !== undefined && ms <= mostMs) return ms;
  return { problem: 'is not a time', remedy: 'write it like 90s, 15m, 24h or 2d' };
}
