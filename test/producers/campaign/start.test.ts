import { describe, expect, it } from 'vitest';
import { commandLine } from '../../../src/producers/campaign/door.ts';
import { objection, stricter, type StartRequest } from '../../../src/producers/campaign/start.ts';
import type { Campaign } from '../../../src/ledger/campaign/campaign.ts';
import { campaign, rules } from './campaigns.ts';

const plan = { state: 'planned', hash: 'abc', valid: 500, source: '/ids.txt', sourceHash: 's1' } as const;
const planned = campaign({ ...plan, requester: 'ann' });
const right = { hash: 'abc', count: 500, by: 'bob', sourceHash: 's1', approvalAbove: 10_000, max: undefined };

const said = (to: Campaign, asked: StartRequest) => objection(to, asked, commandLine)?.message;

describe('objection', () => {
  it('has nothing against a plan that is run as it was shown', () => {
    expect(said(planned, right)).toBeUndefined();
    expect(said(planned, { ...right, sourceHash: undefined })).toBeUndefined();
  });

  it.each([
    ['another hash', { hash: 'abd' }, 'is not the hash'],
    ['a hash that only begins right', { hash: 'ab' }, 'is not the hash'],
    ['another count', { count: 499 }, 'the plan has 500'],
    ['a lower maximum', { max: 499 }, 'more than --max 499'],
    ['an input that changed', { sourceHash: 's2' }, 'has changed'],
    ['no approval', { approvalAbove: 499 }, 'second person'],
    ['no approval where all need one', { approvalAbove: 0 }, 'second person'],
  ])('speaks against %s', (_, over, words) => {
    expect(said(planned, { ...right, ...over })).toContain(words);
  });

  it('keeps the plan’s own maximum', () => {
    expect(said({ ...planned, rules: { ...rules, max: 499 } }, right)).toContain('--max 499');
  });

  it('needs two persons where a second one has to approve, and none where nobody has', () => {
    const approved = { ...planned, state: 'approved', approvedBy: 'eve' } as const;
    const strict = { ...right, approvalAbove: 10 };
    expect(said(approved, strict)).toBeUndefined();
    expect(said(approved, { ...strict, by: 'eve' })).toContain('two persons');
    expect(said({ ...approved, approvedBy: 'ann' }, strict)).toContain('two persons');
    expect(said(planned, { ...right, approvalAbove: undefined })).toBeUndefined();
  });

  it.each(['running', 'paused', 'completed', 'cancelled', 'failed'] as const)(
    'lets none run twice: %s',
    (state) => {
      expect(said({ ...planned, state }, right)).toContain(`is ${state}`);
    },
  );
});

describe('stricter', () => {
  it('never widens what the plan allows', () => {
    const tight = { ...rules, share: 0.5, undoMs: 1_000, notBefore: 50, max: 100 };
    expect(stricter(tight, { share: 0.9, undoMs: 1, notBefore: 1, max: 200 })).toMatchObject({
      ...{ share: 0.5, undoMs: 1_000, notBefore: 50, max: 100 },
    });
    expect(stricter(tight, { share: 0.1, undoMs: 2_000, notBefore: 60, max: 9 })).toMatchObject({
      ...{ share: 0.1, undoMs: 2_000, notBefore: 60, max: 9 },
    });
    expect(stricter(tight, {})).toEqual(tight);
  });
});
