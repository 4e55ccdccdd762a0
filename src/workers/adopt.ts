/**
 * A job that no producer of ours recorded. Where the configuration allows such jobs, it is recorded before
 * anything of it is sent; by default it is refused, so that write access to Redis deletes nothing.
 */
import { reusedKinds } from '../providers/operations.ts';
import type { Intake } from './intake.ts';
import type { LaneSetup, Means } from './means.ts';

/** Offered for as long as the job at hand surely lives. */
const offeredForMs = 45_000;

export function adoption(setup: LaneSetup, { ledger, clock, foreignJobs, observer }: Means): Intake['adopt'] {
  const reused = reusedKinds(setup.operation);
  return async ({ requester, reason, notBefore = 0 }, targets) => {
    if (foreignJobs === 'refuse') return false;
    const request = { requester, reason, urgent: false, notBefore, again: false };
    const id = clock.id();
    const { accepted } = await ledger.record(id, setup.name, request, targets, reused, offeredForMs);
    observer.adopted(setup, accepted);
    return true;
  };
}
