/**
 * Examine: what can be said of a job without the ledger, in the order of what it costs. Whoever can write to Redis
 * can write jobs: what is not signed as it must be, or not by us or a producer whom we trust, goes no further.
 */
import type { Target } from '../deletion.ts';
import { outOfTime, parseJob, queueName, type JobData, type Refused } from '../job.ts';
import { unverified, type SigningKey } from '../job-signature.ts';
import type { Operation } from '../providers/operation.ts';

export interface Examiner {
  /** The lane's name: jobs are signed for its queue. */
  readonly lane: string;
  readonly operation: Operation;
  /** None: jobs need no signature, and one that they have says nothing. */
  readonly signingKeys: readonly SigningKey[];
}

export interface Examined {
  readonly data: JobData;
  readonly targets: readonly Target[];
  /** Its time is over, or has not come: only what the ledger holds as open may still be done. */
  readonly late: Refused | undefined;
}

/** `now`: the wall clock, in ms since 1970. */
export function examine(
  { lane, operation, signingKeys }: Examiner,
  input: unknown,
  now: number,
): Examined | Refused {
  const data = parseJob(input);
  if ('problem' in data) return { reason: 'malformed', detail: data.problem };
  const late = outOfTime(data, now);
  const forged = signingKeys.length > 0 ? unverified(queueName(lane), data, signingKeys) : undefined;
  if (forged) return late ?? forged;
  const targets: Target[] = [];
  for (const [at, entry] of data.targets.entries()) {
    const accepted = operation.accept(entry, data.options);
    if ('problems' in accepted) {
      const [first] = accepted.problems;
      const detail = `targets/${at}${first?.pointer ?? ''} ${first?.problem ?? ''}`;
      return { reason: 'malformed', detail };
    }
    targets.push(accepted);
  }
  return { data, targets, late };
}
