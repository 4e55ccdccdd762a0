import { describe, expect, it } from 'vitest';
import type { Campaign } from '../../../src/ledger/campaign/campaign.ts';
import { width } from '../../../src/producers/cli/columns.ts';
import type { Situation } from '../../../src/producers/campaign/progress.ts';
import { commandLine } from '../../../src/producers/campaign/door.ts';
import { fieldsOf, viewOf } from '../../../src/producers/campaign/view.ts';
import { line, screen } from '../../../src/producers/cli/campaign/view.ts';
import { campaign, lane, rules, situation, start } from './campaigns.ts';

const minute = 60_000;
const midway: Partial<Campaign> = {
  ...{ valid: 1_000_000, pace: 571.4, calls: 20_650, sent: 411_000, throttled: 3, inFlight: 4 },
  ...{ settled: { deleted: 408_233, absent: 1_767 }, known: { deleted: 2_000 }, now: start + 12 * minute },
};
const seen = (over: Partial<Campaign>, around: Partial<Situation> = {}) =>
  viewOf(campaign(over), situation(around));
const text = (over: Partial<Campaign>, columns = 80, around: Partial<Situation> = {}) =>
  `\n${screen(seen(over, around), columns - 1).join('\n')}\n`;

describe('screen', () => {
  it('shows a campaign that runs, in 80 columns', () => {
    expect(text(midway)).toMatchInlineSnapshot(`
      "
      Campaign spring  running  prod alibaba.vod.delete-video
      [###########..................]  41 %  412,000 of 1,000,000 ids
      deleted 408,233  absent 1,767  refused 0  settled before 2,000  open 588,000
      28.7 of 30 calls a second  19.9 of 20 ids a call  throttled 3 of 20,650 calls
        in flight 4
      About 17 min 9 s left, ends 2026-11-20 08:29:09 UTC.
      Running since 2026-11-20 08:00:00 UTC by ann.
      To pause it: expunge campaign pause spring
      To end it: expunge campaign cancel spring
      "
    `);
  });

  it('shows it in 200 columns', () => {
    expect(text(midway, 200)).toMatchInlineSnapshot(`
      "
      Campaign spring  running  prod alibaba.vod.delete-video
      [########################....................................]  41 %  412,000 of 1,000,000 ids
      deleted 408,233  absent 1,767  refused 0  settled before 2,000  open 588,000
      28.7 of 30 calls a second  19.9 of 20 ids a call  throttled 3 of 20,650 calls  in flight 4
      About 17 min 9 s left, ends 2026-11-20 08:29:09 UTC.
      Running since 2026-11-20 08:00:00 UTC by ann.
      To pause it: expunge campaign pause spring
      To end it: expunge campaign cancel spring
      "
    `);
  });

  it('says who paused it and why, and how much sending is left', () => {
    const brake = '131 of 520 settled ids are absent (25.2 %; 20 % allowed)';
    const paused = { ...midway, state: 'paused', by: 'expunge', reason: brake, inFlight: 0 } as const;
    expect(text(paused)).toMatchInlineSnapshot(`
      "
      Campaign spring  paused  prod alibaba.vod.delete-video
      [###########..................]  41 %  412,000 of 1,000,000 ids
      deleted 408,233  absent 1,767  refused 0  settled before 2,000  open 588,000
      0 of 30 calls a second  19.9 of 20 ids a call  throttled 3 of 20,650 calls
      No end in sight; about 17 min 9 s of sending is left.
      Paused since 2026-11-20 08:00:00 UTC by expunge: 131 of 520 settled ids are
        absent (25.2 %; 20 % allowed).
      To let it go on: expunge campaign resume spring
      To end it: expunge campaign cancel spring
      "
    `);
  });

  it('says how many calls are in flight while it is pausing', () => {
    expect(text({ ...midway, state: 'pausing' })).toMatchInlineSnapshot(`
      "
      Campaign spring  pausing  prod alibaba.vod.delete-video
      [###########..................]  41 %  412,000 of 1,000,000 ids
      deleted 408,233  absent 1,767  refused 0  settled before 2,000  open 588,000
      0 of 30 calls a second  19.9 of 20 ids a call  throttled 3 of 20,650 calls
        in flight 4
      No end in sight; about 17 min 9 s of sending is left.
      Pausing: 4 calls in flight, nothing more is sent.
      To let it go on: expunge campaign resume spring
      To end it: expunge campaign cancel spring
      "
    `);
  });

  it('shows the canary, and that the end is the best case', () => {
    expect(text({ stage: 0, valid: 1_000_000 })).toMatchInlineSnapshot(`
      "
      Campaign spring  running  prod alibaba.vod.delete-video
      [.............................]  0 %  0 of 1,000,000 ids
      deleted 0  absent 0  refused 0  open 1,000,000
      0 of 30 calls a second  0 of 20 ids a call  throttled 0 of 0 calls
      At best 27 min 47 s left, ends 2026-11-20 08:27:46 UTC.
      Canary, stage 1 of 3: only the first 10 ids until it is clear what comes back.
      To pause it: expunge campaign pause spring
      To end it: expunge campaign cancel spring
      "
    `);
  });

  it('says until when it waits: the undo window, then its time window', () => {
    const night = { ...rules, undoMs: 3_600_000, share: 0.5, window: '22:00-06:00 Asia/Shanghai' };
    expect(text({ rules: night, notBefore: start + 60 * minute })).toMatchInlineSnapshot(`
      "
      Campaign spring  running  prod alibaba.vod.delete-video
      [.............................]  0 %  0 of 10,000 ids
      deleted 0  absent 0  refused 0  open 10,000
      0 of 30 calls a second, 50 % of it at most  0 of 20 ids a call
        throttled 0 of 0 calls
      At best 6 h left, ends 2026-11-20 14:00:33 UTC.
      Waits for the undo window until 2026-11-20 09:00:00 UTC, 1 h from now.
      Waits for its time window, 22:00-06:00 Asia/Shanghai, until 2026-11-20 14:00:00
        UTC.
      To pause it: expunge campaign pause spring
      To end it: expunge campaign cancel spring
      "
    `);
  });

  it('says that its lane is stopped, and how to open it', () => {
    const halted = lane({ state: 'halted', by: 'worker', reason: 'InvalidAccessKeyId.NotFound' });
    expect(text(midway, 80, { lane: halted })).toMatchInlineSnapshot(`
      "
      Campaign spring  running  prod alibaba.vod.delete-video
      [###########..................]  41 %  412,000 of 1,000,000 ids
      deleted 408,233  absent 1,767  refused 0  settled before 2,000  open 588,000
      0 of 30 calls a second  19.9 of 20 ids a call  throttled 3 of 20,650 calls
        in flight 4
      No end in sight; about 17 min 9 s of sending is left.
      Waits: the lane is halted by worker: InvalidAccessKeyId.NotFound.
      To let its lane send: expunge unhalt prod alibaba.vod.delete-video
      To pause it: expunge campaign pause spring
      To end it: expunge campaign cancel spring
      "
    `);
  });

  it('asks for the approval of a second person before it can be run', () => {
    const planned = { state: 'planned', valid: 12_000, started: 0, notBefore: 0 } as const;
    expect(text(planned, 80, { needsApproval: true })).toMatchInlineSnapshot(`
      "
      Campaign spring  planned  prod alibaba.vod.delete-video
      [.............................]  0 %  0 of 12,000 ids
      deleted 0  absent 0  refused 0  open 12,000
      0 of 30 calls a second  0 of 20 ids a call  throttled 0 of 0 calls
      At best 20 s of sending, once it runs.
      Waits for the approval of a second person.
      To approve it, as a second person:
        expunge campaign approve spring --plan b1946ac92492d234
      To end it: expunge campaign cancel spring
      "
    `);
  });

  it('says how many a cancelled one never sent', () => {
    const over = { ...midway, state: 'cancelled', by: 'bob', reason: 'wrong list', inFlight: 0 } as const;
    expect(text(over)).toMatchInlineSnapshot(`
      "
      Campaign spring  cancelled  prod alibaba.vod.delete-video
      [###########..................]  41 %  412,000 of 1,000,000 ids
      deleted 408,233  absent 1,767  refused 0  settled before 2,000
        never sent 588,000
      19.9 of 20 ids a call  throttled 3 of 20,650 calls
      Cancelled 2026-11-20 08:00:00 UTC by bob: wrong list.
      To see what became of each id: expunge campaign report spring
      "
    `);
  });

  it('claims no calls while its lane stands still', () => {
    expect(text(midway, 80, { lane: lane({ owner: '' }) })).toContain('\n0 of 30 calls a second');
  });

  it('shows how it ended, and where to look', () => {
    const settled = { deleted: 9_900, absent: 90, refused: 10 };
    expect(text({ state: 'completed', by: 'expunge', settled, calls: 500, sent: 10_000 }))
      .toMatchInlineSnapshot(`
        "
        Campaign spring  completed  prod alibaba.vod.delete-video
        [#############################]  100 %  10,000 of 10,000 ids
        deleted 9,900  absent 90  refused 10
        20 of 20 ids a call  throttled 0 of 500 calls
        Completed 2026-11-20 08:00:00 UTC by expunge.
        To see what became of each id: expunge campaign report spring
        To list what was refused:
          expunge campaign report spring --only failed -o failed.csv
        "
      `);
  });

  const name = 'a'.repeat(63);
  const reason = '合同到期，删除这些视频'.repeat(20) + '\u001b[31m' + 'x'.repeat(300);
  it.each([40, 80, 120, 200])('keeps every line within %i columns, whatever is in it', (columns) => {
    const states = ['planned', 'running', 'pausing', 'paused', 'cancelling', 'cancelled', 'failed'] as const;
    for (const state of states) {
      const over = { ...midway, name, account: name, reason, state, hash: 'f'.repeat(64) };
      const lines = screen(seen(over, { lane: lane({ state: 'paused', reason }) }), columns - 1);
      for (const each of lines) expect(width(each)).toBeLessThan(columns);
      expect(lines.join('')).not.toContain('\u001b');
    }
  });
});

describe('line', () => {
  it('tells the same in one line for a file', () => {
    expect(line(seen(midway))).toMatchInlineSnapshot(
      `"2026-11-20 08:12:00 UTC  running  41 %  412,000 of 1,000,000 ids  deleted 408,233  absent 1,767  refused 0  settled before 2,000  open 588,000  28.7 of 30 calls a second  19.9 of 20 ids a call  throttled 3 of 20,650 calls  in flight 4  about 17 min 9 s left, ends 2026-11-20 08:29:09 UTC"`,
    );
    expect(line(seen({ ...midway, state: 'paused', reason: 'lunch' }))).toMatchInlineSnapshot(
      `"2026-11-20 08:12:00 UTC  paused  41 %  412,000 of 1,000,000 ids  deleted 408,233  absent 1,767  refused 0  settled before 2,000  open 588,000  0 of 30 calls a second  19.9 of 20 ids a call  throttled 3 of 20,650 calls  in flight 4  no end in sight; about 17 min 9 s of sending is left  paused since 2026-11-20 08:00:00 UTC by ann: lunch"`,
    );
  });
});

describe('fieldsOf', () => {
  it('tells programs the figures, and null where nobody can tell', () => {
    expect(fieldsOf(seen(midway), commandLine)).toMatchObject({
      ...{ campaign: 'spring', state: 'running', valid: 1_000_000, done: 412_000, remaining: 588_000 },
      ...{ settlements: { deleted: 408_233, absent: 1_767 }, answeredFromLedger: { deleted: 2_000 } },
      ...{ calls: 20_650, throttled: 3, fill: 19.9, callsPerSecond: 28.7, idsPerSecond: 571.4 },
      ...{ cap: { calls: 30, per: 'second' }, etaSeconds: 1_029, waits: [] },
    });
    expect(fieldsOf(seen({ ...midway, state: 'paused' }), commandLine)).toMatchObject({
      ...{ etaSeconds: null, sendingSeconds: 1_029, callsPerSecond: null, waits: [{ for: 'resume' }] },
      next: ['expunge campaign resume spring', 'expunge campaign cancel spring'],
    });
  });
});
