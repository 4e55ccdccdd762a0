import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/pace.ts';

interface World {
  readonly cap: number;
  readonly window: number;
  /** Calls that the provider takes per rolling window, at a time in milliseconds. */
  readonly real: (at: number) => number;
  /** Share of calls throttled at random, whatever the rate. */
  readonly stray: number;
  readonly seconds: number;
  /** The provider counts throttled calls too. */
  readonly countsAll?: boolean;
}

interface Sent {
  readonly at: number;
  readonly taken: boolean;
  readonly rate: number;
}

/** A sender that keeps to the pace under backlog, and a provider that answers 80 to 120 ms later. */
function simulate(world: World): Sent[] {
  const random = seeded(7);
  const pace = new Pace((world.cap / world.window) * 1_000, world.window);
  const sent: Sent[] = [];
  const counted: number[] = [];
  const answers: { at: number; taken: boolean }[] = [];
  let pausedUntil = 0;
  for (let now = 0; now < world.seconds * 1_000;) {
    for (let answer = answers[0]; answer && answer.at <= now; answer = answers[0]) {
      answers.shift();
      if (answer.taken) pace.accepted(answer.at);
      else if (pace.throttled(answer.at)) pausedUntil = answer.at + 250;
    }
    const nthLast = sent[sent.length - world.cap]?.at ?? -Infinity;
    const free = Math.max(pausedUntil, nthLast + world.window + 40);
    if (free > now) {
      now = Math.min(free, answers[0]?.at ?? Infinity);
      continue;
    }
    while ((counted[0] ?? Infinity) <= now - world.window) counted.shift();
    const room = counted.length < world.real(now);
    if (room || world.countsAll) counted.push(now);
    const taken = room && random() >= world.stray;
    const rate = pace.rate(now);
    sent.push({ at: now, taken, rate: (rate * world.window) / 1_000 });
    answers.push({ at: now + 80 + 40 * random(), taken });
    answers.sort((a, b) => a.at - b.at);
    now += rate < (world.cap / world.window) * 1_000 ? 1_000 / rate : (0.8 * world.window) / world.cap;
  }
  return sent;
}

/** Mulberry32: the same numbers in every run. */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const from = (sent: Sent[], seconds: number): Sent[] => sent.filter(({ at }) => at >= seconds * 1_000);
const throttledShare = (sent: Sent[]): number => sent.filter(({ taken }) => !taken).length / sent.length;
const meanRate = (sent: Sent[]): number => sent.reduce((sum, { rate }) => sum + rate, 0) / sent.length;

const second = { window: 1_000, stray: 0, seconds: 300 };

describe('Pace', () => {
  for (const countsAll of [false, true]) {
    for (const cap of [10, 30, 50]) {
      const real = cap * 0.6;
      it(`settles within 10 % of a real cap of ${real} below ${cap} in 30 s, under 2 % throttled (throttled calls ${countsAll ? '' : 'not '}counted)`, () => {
        const settled = from(simulate({ ...second, cap, real: () => real, countsAll }), 30);
        expect(throttledShare(settled)).toBeLessThan(0.02);
        expect(Math.min(...settled.map(({ rate }) => rate))).toBeGreaterThan(0.9 * real);
        expect(Math.max(...settled.map(({ rate }) => rate))).toBeLessThan(1.05 * real);
      });
    }
  }

  it('settles below a real cap per minute, under 2 % throttled', () => {
    const sent = simulate({ cap: 100, window: 60_000, real: () => 60, stray: 0, seconds: 7_200 });
    const settled = from(sent, 900);
    expect(throttledShare(settled)).toBeLessThan(0.02);
    expect(meanRate(settled)).toBeGreaterThan(54);
  });

  it('climbs back to 95 % of the cap within 60 s of the real cap rising', () => {
    const sent = simulate({ ...second, cap: 50, real: (at) => (at < 60_000 ? 30 : 50) });
    expect(from(sent, 120)[0]?.rate).toBeGreaterThan(0.95 * 50);
    expect(from(sent, 60)[0]?.rate).toBeLessThan(31);
  });

  it('gives stray throttles of 5 % no more than a fifth of the rate, however many answers a second', () => {
    for (const cap of [10, 30, 50, 300]) {
      const sent = simulate({ ...second, cap, real: () => Infinity, stray: 0.05, seconds: 600 });
      expect(meanRate(from(sent, 60)) / cap).toBeGreaterThan(0.8);
    }
    const minute = simulate({ cap: 100, window: 60_000, real: () => Infinity, stray: 0.05, seconds: 7_200 });
    expect(meanRate(from(minute, 600))).toBeGreaterThan(80);
  });

  it('finds a real cap again that falls while stray throttles made it doubt', () => {
    const real = (at: number) => (at < 120_000 ? Infinity : 30);
    const sent = simulate({ ...second, cap: 50, real, stray: 0.05, seconds: 600 });
    expect(throttledShare(from(sent, 180))).toBeLessThan(0.12);
  });

  it('cuts once for all throttles of one window', () => {
    const pace = new Pace(50, 1_000);
    expect(pace.throttled(0)).toBe(true);
    const cut = pace.rate(0);
    expect(cut).toBeLessThan(50);
    expect([pace.throttled(1), pace.throttled(999)]).toEqual([false, false]);
    expect(pace.rate(1)).toBeCloseTo(cut, 1);
    pace.throttled(1_000);
    expect(pace.rate(1_000)).toBeLessThan(cut);
  });

  it('never falls below 5 % of the cap, nor below one call a window', () => {
    for (const [cap, lowest] of [
      [100, 5],
      [5, 1],
    ] as const) {
      const pace = new Pace(cap, 1_000);
      for (let at = 0; at < 60_000; at += 10) pace.throttled(at);
      expect(pace.rate(60_000)).toBeGreaterThanOrEqual(lowest);
      expect(pace.rate(60_000)).toBeLessThan(lowest * 1.2);
    }
  });

  it('keeps what it learned when the cap changes, and follows the cap where it learned nothing', () => {
    const pace = new Pace(50, 1_000);
    pace.setCap(40, 1_000, 0);
    expect(pace.rate(0)).toBe(40);
    pace.throttled(0);
    const learned = pace.rate(0);
    pace.setCap(100, 1_000, 0);
    expect(pace.rate(0)).toBe(learned);
    pace.setCap(10, 1_000, 0);
    expect(pace.rate(0)).toBe(10);
  });
});
