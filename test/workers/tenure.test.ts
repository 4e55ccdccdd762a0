import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Cap } from '../../src/limiter.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { Fleet } from '../../src/workers/fleet.ts';
import type { Means, Observer } from '../../src/workers/means.ts';
import { keyed } from '../target.ts';

const operation = 'alibaba.vod.delete-video';
const lane = `acc~${operation}`;
const perSecond = { calls: 30, per: 'second' } as const;

/** A fleet that has just taken a unit from an owner that claimed so many calls and fell silent, and a clock. */
async function setup(cap: Cap = perSecond, calls = 1) {
  const dir = await mkdtemp(join(tmpdir(), 'expunge-fleet-'));
  let now = 1_000_000;
  let ahead = 0;
  const entry = { name: lane, account: 'acc', operation, unit: lane };
  const ledger = await openLedger(`file:${join(dir, 'ledger.db')}`, [entry], { time: () => now });
  onTestFinished(async () => {
    await ledger.close();
    await rm(dir, { recursive: true });
  });
  const targets = Array.from({ length: calls }, (_, n) => keyed('acc', operation, `v${n}`));
  const asked = { requester: 'ann', reason: 'tidy', urgent: false, notBefore: 0, again: false };
  await ledger.record('R1', lane, asked, targets, [], 0);
  const dead = await ledger.take(lane, 'dead', 1_000);
  const tenure = { unit: lane, owner: 'dead', epoch: dead!.epoch };
  for (const { key } of targets) await ledger.claim(`C-${key}`, lane, tenure, [key]);
  now += 6_001;

  let heard = () => {};
  const taken = new Promise<void>((resolve) => (heard = resolve));
  const observer: Partial<Observer> = { unit: (_, what) => what === 'taken' && heard() };
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + ahead };
  // Its unit has no lanes, so that it drains nothing.
  const fleet = new Fleet([{ name: lane, cap, lanes: [] }], { ledger, clock, observer } as unknown as Means, {
    host: 'h',
    pid: 1,
  });
  fleet.start();
  await taken;
  return { ledger, fleet, pass: (ms: number) => void (ahead += ms) };
}

describe('Fleet, taking a unit from an owner that was silent', () => {
  it('counts the calls of its last minute, where the cap is one per minute', async () => {
    const cap = { calls: 20, per: 'minute' } as const;
    const { fleet } = await setup(cap, 20);
    const [owned] = fleet.owned();
    // They count as sent 1 s after their claims, 6 s before the take-over: the first leaves the window 55 s after it.
    expect(owned?.limiter.dueIn(0)).toBeGreaterThan(54_000);
    await fleet.stop();
  });

  it('sends at once after its wait where the last minute has room', async () => {
    const cap = { calls: 20, per: 'minute' } as const;
    const { fleet, pass } = await setup(cap, 19);
    pass(3_000);
    expect(fleet.owned()[0]?.limiter.dueIn(0)).toBeLessThan(10);
    await fleet.stop();
  });
});

describe('Fleet, giving up a unit that it took from an owner that was silent', () => {
  it('leaves it as it found it while that owner may still send', async () => {
    const { ledger, fleet } = await setup();
    await fleet.stop();
    expect(await ledger.take(lane, 'next', 1_000)).toMatchObject({ left: 'silent' });
  });

  it('leaves it as released when its wait is over', async () => {
    const { ledger, fleet, pass } = await setup();
    pass(3_000);
    await fleet.stop();
    expect(await ledger.take(lane, 'next', 1_000)).toMatchObject({ left: 'released' });
  });
});
