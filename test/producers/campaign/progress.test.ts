import { describe, expect, it } from 'vitest';
import { progressOf } from '../../../src/producers/campaign/progress.ts';
import { campaign, lane, rules, situation, start } from './campaigns.ts';

const minute = 60_000;
const hour = 60 * minute;

describe('progressOf', () => {
  it('counts what calls settled and what the ledger knew as done', () => {
    const half = campaign({ settled: { deleted: 4_000, refused: 10 }, known: { absent: 990 } });
    expect(progressOf(half, situation())).toMatchObject({ total: 10_000, done: 5_000, remaining: 5_000 });
  });

  it('foretells by its pace', () => {
    const paced = campaign({ settled: { deleted: 4_000 }, pace: 100 });
    expect(progressOf(paced, situation())).toMatchObject({ pace: 100, etaMs: minute, waits: [] });
  });

  it('foretells the best case at its part of the cap while it has no pace', () => {
    const fresh = progressOf(campaign({ valid: 60_000 }), situation());
    expect(fresh).toMatchObject({ pace: undefined, etaMs: 100_000 });
    const shared = campaign({ valid: 60_000, rules: { ...rules, share: 0.5 } });
    expect(progressOf(shared, situation({ sharing: 2 })).etaMs).toBe(400_000);
    const slow = situation({ cap: { calls: 100, per: 'minute' } });
    expect(progressOf(campaign({ valid: 60_000 }), slow).etaMs).toBe(30 * minute);
  });

  it('does not take the pace of the canary for that of all', () => {
    const canary = progressOf(campaign({ valid: 60_000, stage: 1, pace: 1 }), situation());
    expect(canary).toMatchObject({ pace: undefined, etaMs: 100_000, waits: [{ for: 'canary' }] });
  });

  it('follows a cap that was lowered before the pace does', () => {
    const lowered = campaign({ valid: 60_000, pace: 600 });
    expect(progressOf(lowered, situation({ cap: { calls: 3, per: 'second' } })).etaMs).toBe(1_000_000);
  });

  it('spends no time on targets that the ledger will answer for, unless they are deleted again', () => {
    const before = campaign({ pace: 100, alreadySettled: 4_000, known: { deleted: 1_000 } });
    expect(progressOf(before, situation())).toMatchObject({ remaining: 9_000, etaMs: minute });
    const again = { ...before, rules: { ...rules, again: true } };
    expect(progressOf(again, situation()).etaMs).toBe(90_000);
  });

  it('adds what is left of the undo window', () => {
    const undo = campaign({ pace: 100, valid: 6_000, notBefore: start + hour });
    expect(progressOf(undo, situation())).toMatchObject({
      etaMs: hour + minute,
      waits: [{ for: 'undo', until: start + hour }],
    });
  });

  // It is 16:00 in Shanghai.
  const night = { ...rules, window: '22:00-06:00 Asia/Shanghai' };
  it.each([
    ['an hour of sending', 1, 7],
    ['as long as it is open', 8, 14],
    ['into the second night', 9, 31],
    ['three nights and an hour', 25, 79],
  ])('adds the hours in which its window is closed: %s', (_what, sending, ends) => {
    const closed = campaign({ rules: night, pace: 1, valid: sending * 3_600, sending: false });
    const { etaMs, waits } = progressOf(closed, situation());
    expect(etaMs).toBe(ends * hour);
    expect(waits).toEqual([{ for: 'window', until: start + 6 * hour }]);
  });

  it('goes on in an open window and then in the next', () => {
    const now = start + 13 * hour;
    const open = (sending: number) =>
      progressOf(campaign({ rules: night, pace: 1, valid: sending * 3_600, now }), situation());
    expect(open(1)).toMatchObject({ etaMs: hour, waits: [] });
    expect(open(2)).toMatchObject({ etaMs: 18 * hour });
  });

  it('looks at the window when the undo window ends, not now', () => {
    const both = campaign({ rules: night, pace: 1, valid: 3_600, notBefore: start + 7 * hour });
    expect(progressOf(both, situation())).toMatchObject({
      etaMs: 8 * hour,
      waits: [{ for: 'undo', until: start + 7 * hour }],
    });
  });

  const halt = { reason: 'audit', by: 'eve' };
  it.each([
    ['everything is halted', {}, { halt, lane: lane({ state: 'paused' }) }, 'halt'],
    ['its lane is paused', {}, { lane: lane({ state: 'paused' }) }, 'lane'],
    ['no worker owns its lane', {}, { lane: lane({ owner: '' }) }, 'worker'],
    ['it is paused', { state: 'paused' }, {}, 'resume'],
    ['it is planned', { state: 'planned' }, {}, 'run'],
    ['a second person has to approve it', { state: 'planned' }, { needsApproval: true }, 'approval'],
    ['it is approved', { state: 'approved' }, { needsApproval: true }, 'run'],
    ['it is pausing', { state: 'pausing', inFlight: 3 }, {}, 'calls'],
    ['it is being cancelled', { state: 'cancelling', inFlight: 3 }, {}, 'calls'],
  ] as const)('foretells no end, but the sending that is left, while %s', (_when, over, around, waits) => {
    const told = progressOf(campaign({ valid: 6_000, pace: 100, ...over }), situation(around));
    expect(told).toMatchObject({ etaMs: undefined, sendingMs: minute });
    expect(told.waits.map((wait) => wait.for)).toEqual([waits]);
  });

  it('foretells nothing where neither pace nor cap is known, and nothing of the past', () => {
    expect(progressOf(campaign(), situation({ cap: undefined }))).toMatchObject({
      ...{ sendingMs: undefined, etaMs: undefined },
    });
    expect(progressOf(campaign({ state: 'completed' }), situation())).toMatchObject({
      ...{ etaMs: undefined, waits: [] },
    });
  });
});
