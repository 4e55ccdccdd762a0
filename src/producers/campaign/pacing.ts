/** Which time of a campaign counts for its pace, and what was settled in it. */
import type { Clock } from '../../clock.ts';
import { lastStage, type Campaign } from '../../ledger/campaign/campaign.ts';
import { figuresOf } from './brakes.ts';
import { paceMeter } from './pace.ts';

/** Between two samples: the news is written down. */
const sampleMs = 2_000;
/** It was not asked about for so long: it was paused, or its lane stood still, and that time does not count. */
const gapMs = 1_000;

interface Sampled {
  readonly meter: ReturnType<typeof paceMeter>;
  readonly askedAt: number;
  /** Undefined while the campaign may not send all it can. */
  readonly from: { readonly settled: number; readonly at: number } | undefined;
}

/** Answers targets a second whenever there is news of it; to be asked about each running campaign in each round. */
export function pacing(clock: Clock): (campaign: Campaign) => number | undefined {
  const sampled = new Map<number, Sampled>();
  return (campaign) => {
    const { seq, state, sending, stage, now, notBefore } = campaign;
    const { deleted, absent, refused, exhausted } = figuresOf(campaign);
    const settled = deleted + absent + campaign.doubtful + refused + exhausted;
    const at = clock.monotonic();
    const { meter, askedAt, from } = sampled.get(seq) ?? { meter: paceMeter(), askedAt: at, from: undefined };
    const note = (next: Sampled['from']) => void sampled.set(seq, { meter, askedAt: at, from: next });
    const counts = state === 'running' && sending && stage >= lastStage && now >= notBefore;
    if (!counts || !from || at - askedAt > gapMs) return note(counts ? { settled, at } : undefined);
    if (at - from.at < sampleMs) return note(from);
    note({ settled, at });
    return meter(settled - from.settled, at - from.at) || undefined;
  };
}
