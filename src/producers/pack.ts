/** Packs targets into queue jobs: as many as may share a call, never more, so that one job is one call's worth. */
import type { Clock } from '../clock.ts';
import type { Target } from '../deletion.ts';
import { longestValidMs, type JobData } from '../job.ts';
import { entryOf, optionsOf } from '../providers/entry.ts';
import type { Operation } from '../providers/operation.ts';
import type { OfferedJob } from '../queue.ts';

export interface Packed {
  readonly job: OfferedJob;
  readonly keys: readonly string[];
}

/** Who asks, as far as the job's readers are concerned; the ledger knows exactly. */
export interface Asked {
  readonly request: string;
  readonly requester: string;
  readonly reason: string;
}

export function pack(
  operation: Operation,
  targets: readonly { readonly key: string; readonly target: Target; readonly urgent: boolean }[],
  asked: Asked,
  clock: Clock,
): readonly Packed[] {
  const groups = new Map<string, (typeof targets)[number][]>();
  for (const entry of targets) {
    const name = `${entry.urgent ? 'urgent' : 'bulk'} ${operation.batchKey(entry.target)}`;
    const group = groups.get(name);
    if (group) group.push(entry);
    else groups.set(name, [entry]);
  }
  const packed: Packed[] = [];
  for (const group of groups.values())
    for (let at = 0; at < group.length; at += operation.batchLimit) {
      const members = group.slice(at, at + operation.batchLimit);
      const job = jobOf(operation, members, asked, clock);
      packed.push({ job, keys: members.map(({ key }) => key) });
    }
  return packed;
}

function jobOf(
  operation: Operation,
  members: readonly { readonly target: Target; readonly urgent: boolean }[],
  { request, requester, reason }: Asked,
  clock: Clock,
): OfferedJob {
  const issuedAt = clock.now();
  // Targets that share a call have the same options.
  const options = members[0] && optionsOf(members[0].target);
  const data: JobData = {
    v: 1,
    request,
    targets: members.map(({ target }) => entryOf(operation, target)),
    ...(options && { options }),
    requester,
    reason,
    issuedAt,
    expiresAt: issuedAt + longestValidMs,
  };
  return { id: clock.id(), data, urgent: members[0]?.urgent ?? false };
}
