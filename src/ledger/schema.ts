/**
 * The ledger's tables as the query builder knows them. Times are milliseconds since 1970 by the database's
 * clock; flags are 0 or 1; an empty text is '' rather than NULL, so that keys and comparisons stay plain.
 */
import type { Generated } from 'kysely';
import type { Settlement } from '../deletion.ts';

export interface Schema {
  /** Account × operation, and whether it may send. */
  lanes: {
    id: Generated<number>;
    name: string;
    account: string;
    operation: string;
    unit: string;
    state: LaneState;
    reason: string;
    by: string;
    since: number;
  };
  /** What is owned by one process at a time: a lane, or the lanes of a quota group that share a cap. */
  units: {
    name: string;
    /** The owner's id, '' if nobody's. */
    owner: string;
    epoch: number;
    heartbeat: number;
    /** When the last owner gave it up of its own will; 0 if it died or still owns it. */
    released: number;
    /** Calls per window set by a person (`lane cap`); NULL: what the configurations say. */
    cap: number | null;
  };
  /** `units`: JSON list of those that it could own. */
  workers: { id: string; heartbeat: number; host: string; pid: number; units: string };
  requests: {
    seq: Generated<number>;
    id: string;
    lane: number;
    requester: string;
    reason: string;
    urgent: number;
    not_before: number;
    created: number;
  };
  request_targets: { request: number; target: number };
  targets: {
    seq: Generated<number>;
    key: string;
    lane: number;
    kind: string;
    id: string;
    parent: string;
    options: string;
    urgent: number;
    /** Not to be sent before. */
    due: number;
    /** Not to be offered to the queue before: the deadline of the last offer, or `due` if there was none. */
    offered_until: number;
    /** The queue job of the last offer. */
    job: string;
    /** When the latest request that opened it was accepted, and that request's seq. */
    accepted: number;
    opened_by: number;
    /** Attempts spent. */
    attempts: number;
    /** An earlier attempt may have deleted it without our seeing the answer. */
    ambiguous: number;
    /** How often a worker died while it had this target at hand. */
    crashes: number;
    /** The open call that holds it; after settling the call that settled it. */
    call: string;
    /** All its calls, oldest first, separated by spaces. */
    history: string;
    settlement: Settlement | null;
    code: string;
    message: string;
    /** The provider's RequestId of the last answer. */
    provider_request: string;
    settled: number;
  };
  /** How many of a request's targets ended so and stand in an archive now. */
  archived: { request: number; settlement: Settlement; n: number };
  calls: {
    id: string;
    lane: number;
    unit: string;
    epoch: number;
    claimed: number;
    ended: number | null;
    /** answered, a failure class, unsent, or lost (its owner died). */
    result: Generated<string>;
    code: Generated<string>;
    provider_request: Generated<string>;
    ms: Generated<number>;
    /** JSON list of the targets' seq. */
    targets: string;
  };
  events: {
    seq: Generated<number>;
    at: number;
    lane: string;
    actor: string;
    what: string;
    why: string;
  };
  /** One row named `halt` while everything is halted. */
  switches: { name: string; reason: string; by: string; since: number };
}

/** open: sends. paused: a person or the brake stopped it. halted: its account can't act, or a person's halt. */
export type LaneState = 'open' | 'paused' | 'halted';
