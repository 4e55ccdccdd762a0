/** When a campaign may send, and how much of its lane it takes: by the clock, by its share, beside another. */
import { describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Call } from '../../src/emulator/call-record.ts';
import { fullestSure } from './arrivals.ts';
import { callsOf, openWorld, started, statusOf, told, video } from './campaigns.ts';
import { emulatorNow, expectAgreement, quiet, until } from './judge.ts';
import { numbered } from './targets.ts';

const cap = 20;
const hourMs = 3_600_000;

/** `HH:MM-HH:MM UTC`, an hour long, which opens in an hour. */
function closedNow(): { readonly window: string; readonly opensAt: number } {
  const opensAt = Math.floor(systemClock.now() / 60_000) * 60_000 + hourMs;
  const at = (ms: number) => new Date(ms).toISOString().slice(11, 16);
  return { window: `${at(opensAt)}-${at(opensAt + hourMs)} UTC`, opensAt };
}

describe('a campaign', () => {
  it('sends nothing in its undo window, nor outside its time window; cancelled in it, nothing at all', async () => {
    const { world } = await openWorld({
      redisUrl: inject('redisUrl'),
      accounts: Object.fromEntries(['late', 'undone', 'night'].map((name) => [name, { [video]: { cap } }])),
    });
    world.emulator.inventory({ DeleteVideo: { any: true } });
    const sent = (account: string) => callsOf(world, account).at;
    const { window, opensAt } = closedNow();
    await started(world, 'night', 'night', numbered('n', 50), '--window', window);
    await started(world, 'undone', 'undone', numbered('u', 50), '--undo-window', '5s');
    const asked = await emulatorNow(world);
    await started(world, 'late', 'late', numbered('l', 50), '--undo-window', '5s');
    const [undo] = (await statusOf(world, 'late')).waits;
    expect(undo?.for).toBe('undo');
    await quiet(1_000);
    await told(world, 'campaign', 'cancel', 'undone');
    const report = await told(world, 'campaign', 'report', 'undone', '-o', `${world.dir}/undone.csv`);
    expect(report).toMatchObject({ rows: 50, counts: { cancelled: 50 } });
    await until('the undo window ends', async () => (await statusOf(world, 'late')).state === 'completed');
    const firstMs = Math.round((sent('late')[0] ?? 0) - asked);
    console.info('undo window of 5 s: first call after', firstMs);
    expect(firstMs).toBeGreaterThanOrEqual(5_000);
    expect(firstMs).toBeLessThanOrEqual(7_000);

    await quiet(1_000);
    const { state, waits, done } = await statusOf(world, 'night');
    expect({ state, done }).toEqual({ state: 'running', done: 0 });
    expect(waits[0]).toMatchObject({ for: 'window', until: new Date(opensAt).toISOString() });
    expect([...sent('undone'), ...sent('night')]).toEqual([]);
    expect((await statusOf(world, 'undone')).state).toBe('cancelled');
    await expectAgreement(world);
  });

  it('with a share of a half takes that and no more; two of them take turns in their lane', async () => {
    const { world } = await openWorld({
      redisUrl: inject('redisUrl'),
      accounts: { half: { [video]: { cap } }, even: { [video]: { cap } } },
    });
    world.emulator.inventory({ DeleteVideo: { any: true } });
    await started(world, 'half', 'half', numbered('h', 6_000), '--no-canary', '--share', '0.5');
    await started(world, 'first', 'even', numbered('first-', 6_000), '--no-canary');
    await started(world, 'second', 'even', numbered('second-', 6_000), '--no-canary');
    const holding = (prefix: string) => (call: Call) => call.ids.some((id) => id.startsWith(prefix));
    await until('all are sent', () =>
      ['h', 'first-', 'second-'].every((prefix) => world.emulator.calls().some(holding(prefix))),
    );
    // What the first had in the queue before the second began goes first.
    await quiet(5_000);
    const from = await emulatorNow(world);
    await quiet(10_000);
    const to = await emulatorNow(world);
    const seconds = (to - from) / 1_000;
    const within = (prefix: string) => (call: Call) =>
      call.at >= from && call.at < to && holding(prefix)(call);
    const rateOf = (prefix: string) => world.emulator.calls().filter(within(prefix)).length / seconds;
    const { at } = callsOf(world, 'half');
    const rolling = at
      .filter((start) => start >= from && start < to - 5_000)
      .map((start) => at.filter((each) => each >= start && each < start + 5_000).length);
    const settled = at.filter((each) => each >= from);
    const half = {
      least: Math.min(...rolling),
      fullest: fullestSure(world.emulator, at, 5_000),
      fullestLater: fullestSure(world.emulator, settled, 5_000),
    };
    const [first, second] = [rateOf('first-'), rateOf('second-')];
    console.info('in 5 s at a share of a half', half, 'calls a second of two', { first, second });
    // Work is released four times a second and sent a little sooner or later: a window may catch a round too many.
    expect(half.fullest).toBeLessThanOrEqual((5 * cap) / 2 + Math.ceil((2 * cap) / 2 / 4));
    expect((at.length - 1) / (((at.at(-1) ?? 0) - (at[0] ?? 0)) / 1_000)).toBeLessThanOrEqual(
      1.02 * (cap / 2),
    );
    expect(half.least).toBeGreaterThanOrEqual(0.9 * ((5 * cap) / 2));
    expect(first / (first + second)).toBeGreaterThanOrEqual(0.4);
    expect(first / (first + second)).toBeLessThanOrEqual(0.6);
    expect(first + second).toBeGreaterThanOrEqual(0.9 * cap);
    for (const account of ['half', 'even'])
      expect(callsOf(world, account).fullestSure).toBeLessThanOrEqual(cap);
  });

  it('with a share of a half gets that half beside a large ordinary request', async () => {
    const { world } = await openWorld({
      redisUrl: inject('redisUrl'),
      accounts: { acc: { [video]: { cap } } },
    });
    world.emulator.inventory({ DeleteVideo: { any: true } });
    await started(world, 'half', 'acc', numbered('h', 6_000), '--no-canary', '--share', '0.5');
    await until('it is at speed', () => callsOf(world, 'acc').at.length >= cap);
    await world.enqueue('acc', video, numbered('bulk', 8_000));
    const bulk = () => callsOf(world, 'acc').calls.filter(({ ids }) => ids[0]?.startsWith('bulk')).length;
    // A large request fills the queue itself, with five seconds' work; what follows is fed by halves.
    await until('that is sent', () => bulk() > 6 * cap);
    const [from, before] = [callsOf(world, 'acc').calls.length, bulk()];
    await quiet(6_000);
    const bulkShare = (bulk() - before) / (callsOf(world, 'acc').calls.length - from);
    console.info('share of an ordinary request beside a campaign with a half', bulkShare);
    expect(bulkShare).toBeGreaterThanOrEqual(0.4);
    expect(bulkShare).toBeLessThanOrEqual(0.6);
  });
});
