/**
 * Plan: entries stream into the ledger, part by part and in constant memory. What is wrong with one is told, and
 * the rest goes on; what must not be deleted, or an input that breaks off, plans nothing.
 */
import { createHash, type Hash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Problem, Target } from '../../deletion.ts';
import type { CampaignRules } from '../../ledger/campaign/campaign.ts';
import type { PlanLine } from '../../ledger/campaign/plan.ts';
import { targetKey } from '../../ledger/key.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Protection } from '../../protection.ts';
import type { Operation } from '../../providers/operation.ts';
import { reusedKinds } from '../../providers/operations.ts';
import { isBad, type BadEntry, type Entry } from '../entries/entry.ts';
import { callCounter } from './calls.ts';

export interface PlanRequest {
  readonly name: string;
  readonly lane: string;
  readonly account: string;
  readonly operation: Operation;
  readonly options: Record<string, unknown> | undefined;
  /** What stands for an entry's value: plain ids may be meant as another kind. */
  readonly written: (value: unknown) => unknown;
  readonly requester: string;
  readonly reason: string;
  readonly source: string;
  readonly rules: CampaignRules;
}

export interface PlanMeans {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly protection: Protection;
  readonly onBad: (line: BadEntry) => void | Promise<void>;
  readonly onTarget: (target: Target) => void;
  readonly onProgress: (valid: number) => void;
  /** Asked when all is read; rejects if it should not be planned after all. */
  readonly approve: (planned: Planned) => Promise<void>;
}

/** What would be deleted. */
export interface Planned {
  readonly campaign: number;
  readonly hash: string;
  readonly valid: number;
  readonly invalid: number;
  readonly duplicates: number;
  readonly alreadySettled: number;
  readonly calls: number;
  /** Kind → how many. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly first: Target | undefined;
  readonly last: Target | undefined;
}

/** Nothing was planned. */
export class PlanRefused extends Error {
  override readonly name = 'PlanRefused';
  /** `protected`: a guard says no; `options`, `empty`: the input is of no use; `taken`: the name is another's. */
  readonly because: 'protected' | 'options' | 'empty' | 'taken' | 'too many';
  readonly lines: readonly BadEntry[];
  constructor(because: PlanRefused['because'], message: string, lines: readonly BadEntry[] = []) {
    super(message);
    this.because = because;
    this.lines = lines;
  }
}

type Adding = ReturnType<Ledger['addToPlan']>;

/** Lines of one transaction. */
const chunk = 2_000;
/** So many protected ids are named. */
const mostNamed = 20;

/** `sourceHash` is asked for at the end of the input. */
export async function plan(
  means: PlanMeans,
  request: PlanRequest,
  batches: AsyncIterable<readonly (Entry | BadEntry)[]>,
  sourceHash: () => string,
): Promise<Planned> {
  const { ledger, clock } = means;
  const { name, lane, requester, reason, source, rules } = request;
  while (await ledger.sweepPlans());
  const campaign = await ledger.startPlan(clock.id(), { name, lane, requester, reason, source, rules });
  try {
    const planned = await fill(means, request, campaign, batches);
    await means.approve(planned);
    const { valid, invalid, duplicates, alreadySettled, hash } = planned;
    const end = { hash, sourceHash: sourceHash(), valid, invalid, duplicates, alreadySettled };
    if (!(await ledger.finishPlan(campaign, requester, end)))
      throw new PlanRefused('taken', `there is a campaign of the name ${name} already`);
    return planned;
  } catch (error) {
    await ledger.dropPlan(campaign).catch(() => undefined);
    throw error;
  }
}

async function fill(
  means: PlanMeans,
  request: PlanRequest,
  campaign: number,
  batches: AsyncIterable<readonly (Entry | BadEntry)[]>,
): Promise<Planned> {
  const { ledger, protection, onBad, onTarget, onProgress } = means;
  const { account, operation, options, rules, written } = request;
  // Where everything is to be sent again, nothing counts as settled before.
  const reused = rules.again ? operation.kinds.map(({ name }) => name) : reusedKinds(operation);
  const sum = summing(request);
  const guarded: BadEntry[] = [];
  let [invalid, entries, alreadySettled, refused] = [0, 0, 0, 0];
  let lines: PlanLine[] = [];

  const add = async (part: readonly PlanLine[], answering: Adding): Promise<void> => {
    const answer = await answering;
    alreadySettled += answer.alreadySettled;
    for (const line of part) {
      if (!answer.added.has(line.n)) continue;
      sum.add(line);
      onTarget(line.target);
    }
    if (sum.valid > (rules.max ?? Infinity))
      throw new PlanRefused('too many', `more targets than --max ${rules.max}`);
    onProgress(sum.valid);
  };
  // One part is being written while the next is read and held against what the plan has.
  let adding = Promise.resolve();
  const flush = async (): Promise<void> => {
    if (lines.length === 0) return adding;
    const part = lines;
    lines = [];
    const answering = ledger.addToPlan(campaign, part, reused);
    answering.catch(() => undefined);
    await adding;
    adding = add(part, answering);
    adding.catch(() => undefined);
  };

  for await (const batch of batches) {
    for (const entry of batch) {
      const accepted = isBad(entry) ? entry : operation.accept(written(entry.value), options);
      if ('problem' in accepted || 'problems' in accepted) {
        invalid++;
        await onBad(badEntry(entry, accepted));
        continue;
      }
      const why = protection.why(accepted.id, accepted.parent);
      if (why !== undefined) {
        refused++;
        if (guarded.length < mostNamed)
          guarded.push({ at: entry.at, text: entry.text, problem: `is protected by ${why}`, remedy: '' });
        continue;
      }
      entries++;
      lines.push({ n: entry.at, key: targetKey(account, operation.name, accepted), target: accepted });
      if (lines.length >= chunk) await flush();
    }
  }
  await flush();
  await adding;
  if (refused > 0) throw new PlanRefused('protected', `${refused} of these may not be deleted`, guarded);
  if (sum.valid === 0) throw new PlanRefused('empty', 'no valid ids');
  return { campaign, ...sum.result(), invalid, duplicates: entries - sum.valid, alreadySettled };
}

/** What the lines that were added amount to. */
function summing(request: PlanRequest) {
  const hash = planHash(request);
  const calls = callCounter(request.operation);
  const kinds: Record<string, number> = {};
  let first: Target | undefined;
  let last: Target | undefined;
  return {
    valid: 0,
    add({ key, target }: PlanLine): void {
      hash.update(`${key}\n`);
      calls.add(target);
      kinds[target.by] = (kinds[target.by] ?? 0) + 1;
      first ??= target;
      last = target;
      this.valid++;
    },
    result() {
      return { hash: digest(hash), valid: this.valid, calls: calls.count(), kinds, first, last };
    },
  };
}

/** The first problem is told; what is wrong with the options is wrong for all, and ends the plan. */
function badEntry(
  entry: Entry | BadEntry,
  refused: BadEntry | { readonly problems: readonly Problem[] },
): BadEntry {
  if ('problem' in refused) return refused;
  const [problem] = refused.problems;
  const { pointer = '', problem: what = '', remedy = '' } = problem ?? {};
  if (pointer.startsWith('/options'))
    throw new PlanRefused('options', `${pointer.split('/')[2] ?? ''} ${what}. ${remedy}`);
  const field = pointer.slice(1);
  const named = field === '' || typeof entry.value === 'string' ? what : `${field} ${what}`;
  return { ...entry, problem: named, remedy };
}

/** The hash begins with what holds for all targets; their keys follow, in the order of their lines. */
export function planHash({
  account,
  operation,
  rules: { canary, brakes, again, max },
}: Pick<PlanRequest, 'account' | 'rules'> & { readonly operation: Pick<Operation, 'name'> }): Hash {
  const all = JSON.stringify([account, operation.name, { canary, brakes, again, max: max ?? null }]);
  return createHash('sha256').update(`${all}\n`);
}

/** 128 bits, to be read and typed. */
export const digest = (hash: Hash): string => hash.digest('hex').slice(0, 32);
