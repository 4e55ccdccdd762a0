/**
 * A job that no producer of ours recorded. It is recorded before anything of it is sent, if a key signed it, or if
 * the configuration has no key and allows such jobs; by default write access to Redis deletes nothing.
 */
import { outOfTime, type JobData, type Refused } from '../job.ts';
import type { KeyedTarget } from '../ledger/record.ts';
import { reusedKinds } from '../providers/operations.ts';
import type { LaneSetup, Means } from './means.ts';

/** Offered for as long as the job at hand surely lives. */
const offeredForMs = 45_000;

/** Records these targets of a job whose signature was verified; or says why not. */
export type Adopt = (job: JobData, targets: readonly KeyedTarget[]) => Promise<Refused | undefined>;

export function adoption(setup: LaneSetup, means: Means): Adopt {
  const { ledger, clock, foreignJobs, signingKeys, mayAsk, observer } = means;
  const reused = reusedKinds(setup.operation);
  return async (job, targets) => {
    const { requester, reason, notBefore = 0 } = job;
    if (signingKeys.length === 0 && foreignJobs === 'refuse')
      return { reason: 'unsigned', detail: 'no signing key is configured to trust the job by' };
    // By the ledger's clock, which also says what may have left the ledger: else an old job could pass for a new one.
    const late = outOfTime(job, await ledger.now());
    if (late) return late;
    const missing = await mayAsk(
      requester,
      setup,
      targets.map(({ target }) => target),
    );
    if (missing !== undefined) return { reason: 'forbidden', detail: missing };
    const request = { requester, reason, urgent: false, notBefore, again: false };
    const { accepted } = await ledger.record(clock.id(), setup.name, request, targets, reused, offeredForMs);
    observer.adopted(setup, accepted);
    return undefined;
  };
}
