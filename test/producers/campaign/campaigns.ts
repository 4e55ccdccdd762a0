/** Campaigns and what is around them, as values: a test says what matters to it. */
import type { Campaign, CampaignRules } from '../../../src/ledger/campaign/campaign.ts';
import type { LaneStatus } from '../../../src/ledger/controls.ts';
import type { Situation } from '../../../src/producers/campaign/progress.ts';

export const start = Date.parse('2026-11-20T08:00:00Z');
const operation = 'alibaba.vod.delete-video';

export const rules: CampaignRules = {
  ...{ canary: true, brakes: { refused: 0.01, absent: 0.2, throttled: 0.1 }, share: 1 },
  ...{ undoMs: 0, notBefore: 0, again: false },
};

export const campaign = (over: Partial<Campaign> = {}): Campaign => ({
  ...{ seq: 1, name: 'spring', lane: `prod~${operation}`, account: 'prod', operation },
  ...{ state: 'running', reason: '', by: 'ann', since: start, created: start - 60_000 },
  ...{ requester: 'ann', why: 'contract ended', hash: 'b1946ac92492d234', source: 'ids.txt', sourceHash: '' },
  ...{ valid: 10_000, invalid: 0, duplicates: 0, alreadySettled: 0, rules, approvedBy: '' },
  ...{
    started: start,
    ended: 0,
    notBefore: start,
    sending: true,
    released: 0,
    releasedCount: 0,
    releasedAt: 0,
  },
  ...{
    stage: 2,
    calls: 0,
    throttled: 0,
    sent: 0,
    pace: 0,
    settled: {},
    known: {},
    doubtful: 0,
    inFlight: 0,
    now: start,
  },
  judgedFrom: {},
  ...over,
});

export const lane = (over: Partial<LaneStatus> = {}): LaneStatus => ({
  ...{ lane: `prod~${operation}`, account: 'prod', operation, unit: `prod~${operation}` },
  ...{ state: 'open', reason: '', by: '', since: 0, owner: 'w1', open: 0, dead: 0, oldestMs: undefined },
  ...{ configured: { calls: 30, per: 'second' }, capSet: undefined },
  ...over,
});

export const situation = (over: Partial<Situation> = {}): Situation => ({
  ...{ halt: undefined, lane: lane(), cap: { calls: 30, per: 'second' }, batchLimit: 20 },
  ...{ sharing: 1, needsApproval: false },
  ...over,
});
