/**
 * Decide: the whole retry policy, and nothing else knows any of it. Operations name outcomes and failure
 * classes; what follows is this table:
 *
 * | failure class           | one target                             | several              | attempt spent | lane           |
 * | ----------------------- | -------------------------------------- | -------------------- | ------------- | -------------- |
 * | (answered per id)       | settle                                 | settle each          | yes           |                |
 * | missing                 | absent                                 | all absent, or split | when settled  | brake          |
 * | rejected                | refused                                | split                | when settled  | brake          |
 * | transient               | retry with full jitter, then exhausted | the same for each    | yes           | circuit counts |
 * | transient, circuit open | retry after the next probe             | the same for each    | no            | probes only    |
 * | throttled               | back to the front                      | the same             | no            | slower         |
 * | unauthorized            | back to the queue                      | the same             | no            | halt           |
 */
import type { Failure, Outcome, Settlement } from '../deletion.ts';

export type Verdict =
  | {
      readonly then: 'settle';
      readonly settlement: Settlement;
      /** This attempt may have deleted it unseen, although it was the last. */
      readonly ambiguous?: true;
      readonly code: string;
      readonly message: string;
    }
  | {
      readonly then: 'retry';
      readonly delayMs: number;
      /** An attempt is spent: the failure may be the target's own. */
      readonly spent: boolean;
      /** This attempt may have deleted it unseen. */
      readonly ambiguous: boolean;
      /** Send it by itself next time: an answer for several would not say what became of this one. */
      readonly alone: boolean;
      readonly code: string;
      readonly message: string;
    }
  | { readonly then: 'defer' }
  /** `ambiguous`: some of them may be deleted although the call says that one is missing. */
  | { readonly then: 'split'; readonly ambiguous: boolean }
  | { readonly then: 'halt'; readonly reason: string };

export interface RetryPolicy {
  /** Attempts a target has before it is exhausted. */
  readonly attempts: number;
  /** The longest wait between two of them, in ms. */
  readonly ceilingMs: number;
}

/** What the policy needs to know of the call. */
export interface Circumstances {
  /** Targets in the call. */
  readonly size: number;
  /** Attempts spent before this one. */
  readonly attempts: number;
  /** Uniform in [0, 1): the jitter. One for the whole call, so that its targets come back together. */
  readonly jitter: number;
  readonly policy: RetryPolicy;
  readonly missingMeans: 'all' | 'split';
  readonly answersPerId: boolean;
  /** In an outage that is not to be held against targets: milliseconds until the lane's next probe. */
  readonly outageMs: number | undefined;
}

const baseMs = 500;

/** Full jitter (Brooker, "Exponential Backoff And Jitter"): uniform up to a ceiling that doubles. */
export const backoff = (attempts: number, { ceilingMs }: RetryPolicy, jitter: number): number =>
  jitter * Math.min(ceilingMs, baseMs * 2 ** attempts);

function again(code: string, message: string, ambiguous: boolean, call: Circumstances): Verdict {
  const { attempts, policy, jitter, answersPerId, outageMs } = call;
  // Most unanswered calls did nothing, and once more together is one call where singly is twenty.
  const alone = ambiguous && !answersPerId && (attempts > 0 || outageMs !== undefined);
  if (outageMs !== undefined) {
    // Back just after the probe, so that whoever waits already makes it: ids that the provider chokes on must
    // not be each probe themselves.
    const delayMs = outageMs + jitter * baseMs;
    return { then: 'retry', delayMs, spent: false, ambiguous, alone, code, message };
  }
  const last = { then: 'settle', settlement: 'exhausted', code, message } as const;
  if (attempts + 1 >= policy.attempts) return ambiguous ? { ...last, ambiguous } : last;
  const delayMs = backoff(attempts, policy, jitter);
  return { then: 'retry', delayMs, spent: true, ambiguous, alone, code, message };
}

/** What follows from one target's outcome; `gone`: it was in doubt, and a read did not find the target. */
export function decideOutcome(outcome: Outcome, call: Circumstances, gone = false): Verdict {
  switch (outcome.is) {
    case 'deleted':
      return { then: 'settle', settlement: 'deleted', code: '', message: '' };
    case 'absent':
      return { then: 'settle', settlement: 'absent', code: outcome.code, message: '' };
    case 'refused':
      return { then: 'settle', settlement: 'refused', code: outcome.code, message: outcome.message };
    case 'unresolved':
      // Gone by this very call, or before it: nobody can tell.
      if (gone)
        return { then: 'settle', settlement: 'absent', ambiguous: true, code: outcome.code, message: '' };
      return again(outcome.code, outcome.message, true, call);
  }
}

/** What follows, for each target of the call, from a call that failed as a whole. */
export function decideFailure(failure: Failure, call: Circumstances): Verdict {
  const { code, message } = failure;
  switch (failure.class) {
    case 'missing':
      return call.size === 1 || call.missingMeans === 'all'
        ? { then: 'settle', settlement: 'absent', code, message }
        : { then: 'split', ambiguous: true };
    case 'rejected':
      return call.size === 1
        ? { then: 'settle', settlement: 'refused', code, message }
        : { then: 'split', ambiguous: false };
    case 'transient':
      return again(code, message, failure.ambiguous, call);
    case 'throttled':
      return { then: 'defer' };
    case 'unauthorized':
      return { then: 'halt', reason: `${code}: ${message}` };
  }
}
