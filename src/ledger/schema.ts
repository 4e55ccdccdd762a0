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
    /** What its first caller was told: targets that it opened, found open, found deleted or absent. */
    accepted: Generated<number>;
    duplicates: Generated<number>;
    already_settled: Generated<number>;
    /** When its last part came: large ones come in several. */
    recorded: Generated<number>;
    /** Since when it wants nothing any more; 0 while it does. */
    cancelled: Generated<number>;
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
    /** The campaign without which nobody would want it deleted; 0 where an ordinary request does, -1: nobody. */
    campaign: Generated<number>;
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
  /** A bulk request: its plan, how far it is, and what it may do. */
  campaigns: {
    seq: Generated<number>;
    name: string;
    lane: number;
    /** Its row in `requests`: who asked, and why. */
    request: number;
    state: CampaignState;
    /** Why it is in this state, who brought it there, and when. */
    reason: string;
    by: string;
    since: number;
    created: number;
    /** Over exactly what would be deleted, and by which rules; '' while it is planned. */
    hash: string;
    /** What was read: a file's path and its SHA-256; both '' where it was no file. */
    source: string;
    source_hash: string;
    valid: number;
    invalid: number;
    duplicates: number;
    already_settled: number;
    /** JSON of CampaignRules. */
    rules: string;
    approved_by: string;
    started: number;
    ended: number;
    /** Not to be sent before. */
    not_before: number;
    /** Its targets may be claimed before this moment: it runs, and its time window closes then, if ever. 0: not now. */
    sending: number;
    /** Its plan's lines up to this one are targets, so many of them. */
    released: number;
    released_count: number;
    released_at: number;
    /** How far the canary is: 0 the first ids, 1 one in a hundred, 2 all. */
    stage: number;
    /** Calls that ended with targets of it, how many of them were throttled, and how many targets they named. */
    calls: number;
    throttled: number;
    sent: number;
    /** Targets settled in a thousand seconds, at the pace of late. */
    pace: number;
    /** JSON of the figures at which a person let it go on: the brakes count from there. */
    judged_from: string;
  };
  /** A campaign's plan, and what became of each of its targets. */
  campaign_targets: {
    campaign: number;
    /** The line that it stood on. */
    n: number;
    key: string;
    kind: string;
    id: string;
    parent: string;
    options: string;
    /** Its row in `targets` once it was released. */
    target: number | null;
    settlement: Settlement | null;
    /** 1: answered from the ledger, without a call. */
    known: number;
    code: string;
    message: string;
    provider_request: string;
    attempts: number;
    ambiguous: number;
    settled: number;
  };
  /**
   * How many of a campaign's targets ended so; `known` as above, or 2: absent after an unanswered attempt, which is
   * most likely our own doing.
   */
  campaign_tallies: { campaign: number; settlement: Settlement; known: number; n: number };
  /** Who may use the HTTP API; a key is stored by its hash alone. */
  api_keys: {
    /** The first 12 digits of `sha256`. */
    id: string;
    name: string;
    sha256: string;
    /** JSON list. */
    scopes: string;
    created: number;
    created_by: string;
    /** Both 0 for never. */
    expires: number;
    revoked: number;
  };
  /** What was answered to each idempotency key of each person: a request, or a status and a body. */
  once: {
    owner: string;
    key: string;
    /** Of what was asked. */
    hash: string;
    request: Generated<string>;
    status: Generated<number>;
    body: Generated<string>;
    created: number;
  };
  /** One row named `halt` while everything is halted. */
  switches: { name: string; reason: string; by: string; since: number };
}

/** open: sends. paused: a person or the brake stopped it. halted: its account can't act, or a person's halt. */
export type LaneState = 'open' | 'paused' | 'halted';

/** What a campaign can be; `producers/campaign/states.ts` says what leads from one to the other. */
export type CampaignState =
  | 'planning'
  | 'planned'
  | 'approved'
  | 'running'
  | 'pausing'
  | 'paused'
  | 'cancelling'
  | 'cancelled'
  | 'completed'
  | 'failed'
  /** Replaced by another plan of the same name, to be swept away. */
  | 'dropped';
