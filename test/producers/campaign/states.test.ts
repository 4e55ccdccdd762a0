import { describe, expect, it } from 'vitest';
import type { CampaignState } from '../../../src/ledger/schema.ts';
import { after, hasEnded, leadingTo, stepsFrom, type Step } from '../../../src/producers/campaign/states.ts';

const states: readonly CampaignState[] = [
  ...(['planned', 'approved', 'running', 'pausing', 'paused', 'cancelling'] as const),
  ...(['cancelled', 'completed', 'failed'] as const),
];
const steps: readonly Step[] = ['approve', 'run', 'pause', 'resume', 'cancel', 'quiet', 'settled', 'spoilt'];

describe('the states of a campaign', () => {
  it('can all be left but those that are ends, and all be reached', () => {
    const leads = (state: CampaignState) => steps.flatMap((step) => after(state, step) ?? []);
    for (const state of states) expect(leads(state).length > 0).toBe(!hasEnded({ state }));
    const reached = new Set<CampaignState>(['planned']);
    for (let size = 0; size < reached.size;) {
      size = reached.size;
      for (const state of [...reached]) for (const next of leads(state)) reached.add(next);
    }
    expect([...reached].toSorted()).toEqual([...states].toSorted());
  });

  it('can all be cancelled until they end, and those that wait be let go on', () => {
    for (const state of states)
      if (!hasEnded({ state }) && state !== 'cancelling') expect(after(state, 'cancel')).toMatch(/^cancell/);
    expect(['pausing', 'paused'].map((state) => after(state as CampaignState, 'resume'))).toEqual([
      ...['running', 'running'],
    ]);
  });

  it('tell asked from done', () => {
    expect(after('running', 'pause')).toBe('pausing');
    expect(after('pausing', 'quiet')).toBe('paused');
    expect(after('running', 'cancel')).toBe('cancelling');
    expect(after('cancelling', 'quiet')).toBe('cancelled');
    expect(after('running', 'quiet')).toBeUndefined();
  });

  it('lead back to where they came from', () => {
    for (const state of states)
      for (const step of steps) {
        const next = after(state, step);
        if (next) expect(leadingTo(next, step)).toContain(state);
      }
    expect(leadingTo('running', 'run')).toEqual(['planned', 'approved']);
  });

  it('offer people what people may do', () => {
    expect(stepsFrom('running')).toEqual(['pause', 'cancel']);
    expect(stepsFrom('completed')).toEqual([]);
  });
});
