import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Failure, FailureClass } from '../../src/deletion.ts';
import type { Item } from '../../src/workers/gather.ts';
import { consequences } from '../../src/workers/settle.ts';
import { backoff, decideFailure, decideOutcome, type Circumstances } from '../../src/workers/verdict.ts';
import { targetOf } from '../target.ts';

const policy = { attempts: 8, ceilingMs: 30_000 };

function circumstances(over: Partial<Circumstances> = {}): Circumstances {
  return {
    ...{ size: 20, attempts: 0, jitter: 0.5, policy, missingMeans: 'split', answersPerId: true },
    outageMs: undefined,
    ...over,
  };
}

function failure(of: FailureClass, over: Partial<Failure> = {}): Failure {
  return { class: of, code: 'Code', message: 'why', requestId: 'r', ambiguous: false, known: true, ...over };
}

function itemOf(id: string): Item {
  const target = targetOf('alibaba.vod.delete-video', id);
  return { key: id, target, urgent: false, attempts: 0, ambiguous: false, since: 0, waiters: [] };
}

describe('decideFailure', () => {
  it.each([
    ['missing', 1, 'split', { then: 'settle', settlement: 'absent' }],
    ['missing', 20, 'split', { then: 'split' }],
    ['missing', 20, 'all', { then: 'settle', settlement: 'absent' }],
    ['rejected', 1, 'split', { then: 'settle', settlement: 'refused', code: 'Code', message: 'why' }],
    ['rejected', 20, 'all', { then: 'split' }],
    ['transient', 1, 'split', { then: 'retry', ambiguous: false, alone: false }],
    ['transient', 20, 'split', { then: 'retry', ambiguous: false, alone: false }],
    ['throttled', 1, 'split', { then: 'defer' }],
    ['throttled', 20, 'split', { then: 'defer' }],
    ['unauthorized', 1, 'split', { then: 'halt', reason: 'Code: why' }],
    ['unauthorized', 20, 'split', { then: 'halt', reason: 'Code: why' }],
  ] as const)('%s for %i targets, where missing means %s', (of, size, missingMeans, expected) => {
    expect(decideFailure(failure(of), circumstances({ size, missingMeans }))).toMatchObject(expected);
  });

  it('sends targets singly after the second unanswered call whose answer names no ids', () => {
    const unanswered = failure('transient', { ambiguous: true });
    const alone = (attempts: number, answersPerId: boolean) =>
      decideFailure(unanswered, circumstances({ attempts, answersPerId }));
    expect(alone(0, false)).toMatchObject({ then: 'retry', alone: false });
    expect(alone(1, false)).toMatchObject({ then: 'retry', alone: true });
    expect(alone(1, true)).toMatchObject({ then: 'retry', alone: false });
  });

  it('exhausts a target with its last attempt, not before', () => {
    const last = decideFailure(failure('transient'), circumstances({ attempts: 7 }));
    expect(last).toEqual({ then: 'settle', settlement: 'exhausted', code: 'Code', message: 'why' });
    expect(decideFailure(failure('transient'), circumstances({ attempts: 6 })).then).toBe('retry');
  });
});

describe('an outage', () => {
  const outage = circumstances({ attempts: 7, outageMs: 4_000, jitter: 0.5 });

  it('spends no attempt, not even the last, and brings targets back just after the next probe', () => {
    expect(decideFailure(failure('transient'), outage)).toEqual({
      ...{ then: 'retry', spent: false, delayMs: 4_250, ambiguous: false, alone: false },
      ...{ code: 'Code', message: 'why' },
    });
    const unresolved = { is: 'unresolved', code: 'timeout', message: '', doubt: true } as const;
    expect(decideOutcome(unresolved, outage)).toMatchObject({ then: 'retry', spent: false, ambiguous: true });
  });

  it('keeps in mind that an unanswered attempt may have deleted its targets', () => {
    const unanswered = failure('transient', { ambiguous: true });
    const verdict = decideFailure(unanswered, { ...outage, answersPerId: false });
    expect(verdict).toMatchObject({ spent: false, ambiguous: true, alone: true });
    const written = consequences(new Map([[itemOf('v1'), verdict]]));
    expect(written).toEqual([{ then: 'release', ambiguous: true, keys: ['v1'] }]);
  });

  it('changes nothing for a provider that answers', () => {
    for (const of of ['missing', 'rejected', 'throttled', 'unauthorized'] as const)
      expect(decideFailure(failure(of), outage)).toEqual(
        decideFailure(failure(of), { ...outage, outageMs: undefined }),
      );
  });
});

describe('decideOutcome', () => {
  it('settles what was answered and retries what was not', () => {
    const call = circumstances();
    expect(decideOutcome({ is: 'deleted' }, call)).toMatchObject({ settlement: 'deleted' });
    expect(decideOutcome({ is: 'absent', code: 'NotFound' }, call)).toMatchObject({
      settlement: 'absent',
      code: 'NotFound',
    });
    expect(decideOutcome({ is: 'refused', code: 'Forbidden', message: 'm' }, call)).toMatchObject({
      settlement: 'refused',
      message: 'm',
    });
    const unresolved = { is: 'unresolved', code: 'UNKNOW', message: '', doubt: false } as const;
    expect(decideOutcome(unresolved, call)).toMatchObject({ then: 'retry', ambiguous: true });
  });

  it('never says deleted of anything but a deleted outcome', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('absent', 'refused', 'unresolved'),
        fc.integer({ min: 0, max: 20 }),
        fc.boolean(),
        (is, attempts, doubt) => {
          const verdict = decideOutcome({ is, code: 'c', message: 'm', doubt }, circumstances({ attempts }));
          expect(verdict).not.toMatchObject({ settlement: 'deleted' });
        },
      ),
    );
  });
});

describe('backoff', () => {
  it('is uniform between nothing and a ceiling that doubles up to the policy’s', () => {
    expect(backoff(0, policy, 0)).toBe(0);
    expect(backoff(0, policy, 0.5)).toBe(250);
    expect(backoff(3, policy, 0.5)).toBe(2_000);
    expect(backoff(20, policy, 0.999)).toBeLessThan(30_000);
    expect(backoff(20, policy, 0.5)).toBe(15_000);
  });
});
