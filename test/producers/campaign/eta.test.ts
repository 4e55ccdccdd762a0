/** Campaigns of five minutes, simulated tick by tick, with the pace as the lane's owner keeps it. */
import { describe, expect, it } from 'vitest';
import type { Campaign } from '../../../src/ledger/campaign/campaign.ts';
import { pacing } from '../../../src/producers/campaign/pacing.ts';
import { progressOf } from '../../../src/producers/campaign/progress.ts';
import { systemClock } from '../../../src/clock.ts';
import { campaign, situation, start } from './campaigns.ts';

const tickMs = 250;
const batch = 20;

interface Course {
  readonly valid: number;
  /** Calls that end well in the second that begins at `second` of sending. */
  readonly callsIn: (second: number) => number;
  /** Paused in between: from when it is so far, and for how long. */
  readonly pause?: { readonly at: number; readonly ms: number };
  readonly cap?: number;
}

interface Told {
  readonly share: number;
  readonly etaMs: number;
  /** Sending time so far; the truth follows at the end. */
  readonly sentMs: number;
  /** Milliseconds since it was resumed; Infinity before any pause. */
  readonly sinceResume: number;
}

/** What was foretold at each tick, and how much sending it took in all. */
function simulate({ valid, callsIn, pause, cap = 30 }: Course): { told: Told[]; sentMs: number } {
  let at = 0;
  let sentMs = 0;
  let owed = 0;
  let resumedAt = -Infinity;
  let now: Campaign = campaign({ valid, stage: 0 });
  const paceOf = pacing({ ...systemClock, monotonic: () => at });
  const told: Told[] = [];
  let waits = pause;
  while ((now.settled.deleted ?? 0) < valid) {
    if (waits && (now.settled.deleted ?? 0) >= waits.at * valid) {
      // Paused between two rounds of the driver, which does not hear of it.
      at += waits.ms;
      waits = undefined;
      resumedAt = at;
    }
    at += tickMs;
    sentMs += tickMs;
    owed += (callsIn(Math.floor(sentMs / 1_000)) * tickMs) / 1_000;
    // Resumed, its jobs take a moment to come.
    if (at - resumedAt < 1_000) owed = 0;
    const stage = sentMs < 1_000 ? 0 : sentMs < 3_000 ? 1 : 2;
    const whole = stage === 2 ? Math.floor(owed) : Math.min(Math.floor(owed), 1);
    owed = stage === 2 ? owed - whole : 0;
    const deleted = Math.min(valid, (now.settled.deleted ?? 0) + whole * batch);
    now = { ...now, stage, settled: { deleted }, calls: now.calls + whole, now: start + at };
    const pace = paceOf(now);
    if (pace !== undefined) now = { ...now, pace };
    const around = situation({ cap: { calls: cap, per: 'second' } });
    const { etaMs } = progressOf(now, around);
    if (etaMs === undefined) throw new Error('no end was foretold');
    told.push({ share: deleted / valid, etaMs, sentMs, sinceResume: at - resumedAt });
  }
  return { told, sentMs };
}

/** The worst of what was foretold from a tenth on, as a share of what it then took; of ten seconds, in the last ten. */
function worst({ told, sentMs }: ReturnType<typeof simulate>, within = Infinity): number {
  const judged = told.filter(({ share, sinceResume }) => share >= 0.1 && sinceResume <= within);
  expect(judged.length).toBeGreaterThan(15);
  const misses = judged.map((each) => {
    const left = sentMs - each.sentMs;
    return Math.abs(each.etaMs - left) / Math.max(left, 10_000);
  });
  return Math.max(...misses);
}

/** Like a provider: a little below the cap, never quite even. */
const uneven = (second: number): number => 28.8 + 1.2 * Math.sin(second * 1.7);

describe('the foretold end of a campaign of five minutes', () => {
  it('is within a tenth of the truth from a tenth on', () => {
    const run = simulate({ valid: 172_000, callsIn: uneven });
    expect(run.sentMs).toBeGreaterThan(290_000);
    expect(worst(run)).toBeLessThan(0.05);
  });

  it.each([0.11, 0.5, 0.9])('is so after a pause of a minute at %f too, and at once', (at) => {
    const run = simulate({ valid: 172_000, callsIn: uneven, pause: { at, ms: 60_000 } });
    expect(worst(run)).toBeLessThan(0.1);
    expect(worst(run, 5_000)).toBeLessThan(0.1);
  });

  it('is so where the provider lets through far less than the cap', () => {
    const run = simulate({ valid: 86_000, callsIn: (second) => uneven(second) / 2 });
    expect(run.sentMs).toBeGreaterThan(290_000);
    expect(worst(run)).toBeLessThan(0.1);
  });

  it('is so where each fifth second brings nothing', () => {
    const run = simulate({ valid: 140_000, callsIn: (second) => (second % 5 === 0 ? 0 : 29) });
    expect(worst(run)).toBeLessThan(0.1);
  });
});
