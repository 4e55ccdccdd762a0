/**
 * Jobs that no producer of ours recorded. They are recorded before anything of them is sent, if a key signed them, or
 * if the configuration has no key and allows such jobs; by default write access to Redis deletes nothing.
 *
 * Each is judged by itself and is a request of its own. Those that come while others are being recorded go into the
 * ledger together: one after the other they would take longer than the provider takes for their targets.
 */
import { outOfTime, type JobData, type Refused } from '../job.ts';
import type { Known } from '../ledger/claim.ts';
import { LedgerAway } from '../ledger/database.ts';
import type { KeyedTarget } from '../ledger/record.ts';
import type { FreshRequest } from '../ledger/record-fresh.ts';
import { reusedKinds } from '../providers/operations.ts';
import type { LaneSetup, Means } from './means.ts';
import { oneForAll, together } from './together.ts';

/** Offered for as long as the job at hand surely lives. */
const offeredForMs = 45_000;
/** Recorded in one transaction, for which claims of the same ledger wait: some 25 ms. */
const mostTargets = 1_000;

/**
 * Records these targets of a job whose signature was verified, or says why not. Answers those that nobody has named
 * before, as they stand in the ledger now.
 */
export type Adopt = (
  job: JobData,
  targets: readonly KeyedTarget[],
) => Promise<Refused | ReadonlyMap<string, Known>>;

export function adoption(setup: LaneSetup, means: Means): Adopt {
  const { ledger, clock, foreignJobs, signingKeys, mayAsk, observer } = means;
  const reused = reusedKinds(setup.operation);
  // By the ledger's clock, which also says what may have left the ledger: else an old job could pass for a new one.
  const ledgerTime = oneForAll(clock, () => ledger.now());

  /** Records what was not recorded with its neighbours, since somebody named it before; answers the keys of the others. */
  async function attach(
    { id, targets, ...asked }: FreshRequest,
    openers: ReadonlyMap<string, string>,
  ): Promise<readonly string[]> {
    const fresh = targets.flatMap(({ key }) => (openers.get(key) === id ? [key] : []));
    const rest = targets.filter(({ key }) => openers.get(key) !== id);
    let accepted = fresh.length;
    if (rest.length > 0) {
      const request = { ...asked, urgent: false, again: false };
      accepted += (await ledger.record(id, setup.name, request, rest, reused, offeredForMs)).accepted;
    }
    observer.adopted(setup, accepted);
    return fresh;
  }

  const record = together(clock, async (requests: readonly FreshRequest[]) => {
    const recorded: Promise<readonly string[]>[] = [];
    for (const part of parts(requests)) {
      const openers = await ledger.recordFresh(setup.name, part, offeredForMs).catch((error: unknown) => {
        if (error instanceof LedgerAway) throw error;
        // One that the ledger can't hold does not take its neighbours with it.
        return new Map<string, string>();
      });
      const each = part.map((request) => attach(request, openers));
      await Promise.allSettled(each);
      recorded.push(...each);
    }
    return recorded;
  });

  return async (job, targets) => {
    const { requester, reason, notBefore = 0 } = job;
    if (signingKeys.length === 0 && foreignJobs === 'refuse')
      return { reason: 'unsigned', detail: 'no signing key is configured to trust the job by' };
    const named = targets.map(({ target }) => target);
    const [now, missing] = await Promise.all([ledgerTime(), mayAsk(requester, setup, named)]);
    const late = outOfTime(job, now);
    if (late) return late;
    if (missing !== undefined) return { reason: 'forbidden', detail: missing };
    const fresh = await record({ id: clock.id(), requester, reason, notBefore, targets });
    const wait = Math.max(0, notBefore - now);
    return new Map(fresh.map((key) => [key, { ...untouched, key, wait }]));
  };
}

const untouched: Omit<Known, 'key' | 'wait'> = {
  ...{ urgent: false, waited: 0, attempts: 0, ambiguous: false, held: false, withheld: false },
  ...{ settlement: null, code: '', providerRequest: '' },
};

/** As many requests as have no more targets together than may be recorded at once; a larger one by itself. */
function* parts(requests: readonly FreshRequest[]): Generator<readonly FreshRequest[]> {
  let part: FreshRequest[] = [];
  let count = 0;
  for (const request of requests) {
    if (part.length > 0 && count + request.targets.length > mostTargets) {
      yield part;
      [part, count] = [[], 0];
    }
    part.push(request);
    count += request.targets.length;
  }
  if (part.length > 0) yield part;
}
