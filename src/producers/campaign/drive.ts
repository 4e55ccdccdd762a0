/**
 * Drive: what running campaigns need from the process that owns their lane, four times a second. It releases the
 * next lines as the lane has room, widens the canary, pulls the brakes, opens and closes time windows, and notes
 * how fast it goes. All it knows stands in the ledger: the next owner goes on where this one stopped.
 */
import { pause, type Clock } from '../../clock.ts';
import { lastStage, type Campaign } from '../../ledger/campaign/campaign.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { windowOf } from '../../limiter.ts';
import { reusedKinds } from '../../providers/operations.ts';
import { queueWindow, type FedLane } from '../feed.ts';
import { advance } from './advance.ts';
import { brakeOf, settledInAll, stageLimit } from './brakes.ts';
import { pacing } from './pacing.ts';
import { leadingTo } from './states.ts';
import { sendsUntil } from './window.ts';

const everyMs = 250;
/** One transaction releases no more: claims wait for it. */
const mostAtOnce = 2_000;
/** A rate ceiling is kept over so long: what was not used before is not made up for. */
const shareMs = 400;
const driver = 'expunge';

export interface DriveMeans {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** The lanes that this process owns. */
  readonly lanes: () => readonly FedLane[];
  /** The names of those that may send. */
  readonly open: () => Pick<ReadonlySet<string>, 'has'>;
  readonly trouble: (what: string, error: unknown) => void;
}

/** Drives until `signal` is aborted. */
export async function driveCampaigns(means: DriveMeans, signal: AbortSignal): Promise<void> {
  const { ledger, clock, lanes, open, trouble } = means;
  const paceOf = pacing(clock);
  const round = async (campaign: Campaign, lane: FedLane, sharing: number): Promise<void> => {
    await step(ledger, campaign, lane, sharing);
    // Time in which the lane stands still says nothing of its pace.
    const pace = open().has(lane.name) ? paceOf(campaign) : undefined;
    if (pace !== undefined) await ledger.noteProgress(campaign.seq, { pace });
  };
  const failed = (error: unknown): void => trouble('driving campaigns failed', error);
  while (!signal.aborted) {
    const owned = new Map(lanes().map((lane) => [lane.name, lane]));
    const all = owned.size > 0 ? await ledger.activeCampaigns().catch(failed) : [];
    for (const campaign of all ?? []) {
      const lane = owned.get(campaign.lane);
      const sharing = all?.filter((each) => each.lane === campaign.lane && each.sending).length ?? 0;
      if (lane) await round(campaign, lane, Math.max(1, sharing)).catch(failed);
    }
    await pause(clock, everyMs, signal);
  }
}

/** One round for one campaign; `sharing` is how many send in its lane. */
export async function step(
  ledger: Ledger,
  campaign: Campaign,
  lane: FedLane,
  sharing: number,
): Promise<void> {
  const { seq, state, valid, stage, now, notBefore } = campaign;
  if (state !== 'running') {
    await advance(ledger, campaign);
    return;
  }
  const settled = settledInAll(campaign);
  const by = driver;
  if (settled >= valid) {
    const from = leadingTo('completed', 'settled');
    await ledger.moveCampaign(seq, { from, to: 'completed', by, reason: '' });
    return;
  }
  const reason = brakeOf(campaign);
  if (reason !== undefined) {
    await ledger.moveCampaign(seq, { from: leadingTo('pausing', 'pause'), to: 'pausing', by, reason });
    return;
  }
  const until = sendsUntil(campaign);
  if (until === 0) {
    // Again and again: what was being sent when it closed may be back by now.
    if (campaign.sending || campaign.releasedCount > settled) await ledger.setSending(seq, 0);
    return;
  }
  if (!campaign.sending) await ledger.setSending(seq, until);
  if (now < notBefore) return;
  if (stage < lastStage && settled >= stageLimit(stage, valid))
    return ledger.noteProgress(seq, { stage: stage + 1 });
  const { most, paidUntil } = allowance(campaign, lane, sharing);
  if (most > 0) await ledger.releaseCampaign(campaign, most, paidUntil, reusedKinds(lane.operation));
}

/**
 * How many further targets it may have: by the canary, by its part of the lane's window, and by its own ceiling; and
 * until when that ceiling is used up by them. Under a ceiling only full calls are released: a quarter of a second's
 * work in part-filled ones would cost calls.
 */
export function allowance(
  campaign: Campaign,
  lane: FedLane,
  sharing: number,
): { readonly most: number; readonly paidUntil: number } {
  const { valid, releasedCount, releasedAt, started, now, stage, rules } = campaign;
  const { batchLimit } = lane.operation;
  const open = releasedCount - settledInAll(campaign);
  const part = Math.ceil((queueWindow(lane.operation, lane.rate) * rules.share) / sharing);
  const window = Math.max(batchLimit, part) - open;
  const most = Math.min(stageLimit(stage, valid) - releasedCount, window, mostAtOnce);
  if (rules.share >= 1) return { most, paidUntil: now };
  const perMs = (lane.rate.calls * batchLimit * rules.share) / windowOf(lane.rate);
  // A millisecond more than a call takes: the division may come out just below it.
  const paid = Math.max(releasedAt, started, Math.floor(now - Math.max(shareMs, batchLimit / perMs)) - 1);
  const full = Math.floor((perMs * (now - paid)) / batchLimit) * batchLimit;
  const allowed = Math.min(most, full);
  return { most: allowed, paidUntil: Math.round(paid + allowed / perMs) };
}
