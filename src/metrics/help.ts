/** What each metric tells, in the words that Prometheus, Grafana and the documentation show. */
export const help = {
  targets_accepted_total:
    'Targets recorded in the ledger and thereby accepted, counted by the process that did it: API requests, jobs, and lines of a campaign as they are released. Commands are not scraped: what they enqueue shows in targets_open. Duplicates of open targets attach and are not counted again.',
  targets_settled_total:
    'Targets that reached their final state, counted once, by the process that wrote it down; what a command cancels is not scraped. deleted means that the provider accepted the deletion; refused and exhausted are dead letters.',
  target_settle_seconds:
    'Time from when a target might first be sent (accepted, and its notBefore over) to its settlement by a call. At most 900 s for 99.9 % of them is the objective.',
  targets_open:
    'Targets accepted and not yet settled, wherever they wait: ledger, queue or provider. Of a large backlog this is the count of the scrape before.',
  oldest_open_target_age_seconds:
    'How long the oldest open target might have been sent by now: since it was accepted, its notBefore over, its campaign sending. It grows steadily when a lane is stuck, whatever the throughput looks like; 0 where nothing waits.',
  provider_calls_total:
    'HTTP calls to the provider by what came of them; each one spends one of the cap, also the failed.',
  provider_call_duration_seconds:
    'Time of one call from its token to its last byte; connecting may take 3 s, head and body 10 s each.',
  call_targets:
    'Targets in one call. Under a backlog it should be the batch limit of the operation; less wastes cap.',
  provider_codes_total:
    'Codes that the provider answered with, or ours in lower case (timeout, reset); other is any beyond the first 64 of an operation.',
  unknown_codes_total:
    'Calls answered with a code that no table of ours names; they are tried again. The log has the code, and so has provider_codes_total.',
  strange_ids_total:
    'Ids in answers to calls that had not named them: counted and nothing else. Anything but zero deserves a look.',
  limiter_cap:
    'Calls that the lane may send in one period (a second, or a minute) by documentation, configuration or lane cap.',
  limiter_period_seconds:
    'Length of the window that limiter_cap speaks of, 1 or 60. unit names who shares the cap: a lane, or a quota group with its operation.',
  limiter_rate:
    'Calls per period that the lane sends at most now; below the cap after throttled answers, and recovering.',
  limiter_window_max:
    'Calls in the fullest rolling window since the last scrape; above limiter_cap it is a defect of ours.',
  limiter_wait_seconds:
    'Time that a full call waited for its token: high under a backlog, near zero when idle.',
  retries_total: 'Targets sent again, by the class of failure before; throttled ones spend no attempt.',
  lane_owned:
    '1 in the process that owns the lane. The sum over all processes is 1; 0 for long means no worker serves it. Of lanes that nobody owns the owner of the first owned one tells, so that no sum counts twice.',
  queue_jobs: 'BullMQ jobs of the lane; most targets wait in the ledger instead, see targets_open.',
  dead_letters: 'Targets settled refused or exhausted that no person has dealt with yet.',
  jobs_refused_total:
    'Jobs that deleted nothing: malformed, unsigned, signed by an unknown-key, with a bad-signature (edited, or copied from another queue), expired (or replayed later), or forbidden to the requester. Anything but zero deserves a look.',
  ledger_write_duration_seconds:
    'Time of one durable write to the ledger. No claim, no call: slow writes slow everything.',
  http_requests_total:
    'Requests to the HTTP API by route and status; 4xx are mistakes of callers, 5xx are ours.',
  http_request_duration_seconds: 'Time from the head of a request to the end of its answer.',
  redis_up: '1 if Redis answers within a second. At 0 requests are still accepted, and sent later.',
  redis_unfit:
    '1 for what makes Redis unfit to hold a queue: eviction (its policy is not noeviction), persistence (no append-only file, or it cannot be written).',
  ledger_up: '1 if the ledger answers within a second. At 0 nothing is accepted and nothing is sent.',
  ledger_writable:
    '1 if the ledger took a small write at the scrape, within a second. 0 while ledger_up is 1: its disk is full, or its rights are gone.',
  halted: '1 while a person has halted everything. Single lanes show in lane_state.',
  lane_state: 'The state of a lane: 1 for the state it is in, 0 for the others.',
  circuit_state:
    'Whether the provider answers: 1 for the worst state among the lanes owned here. open: a lane got no usable answer and sends probes only.',
  campaign_targets:
    'Targets of a campaign by how they ended, open for the rest; from its run to its end, told by the owner of its lane.',
  campaign_state:
    'The state of a campaign: 1 for the state it is in, 0 for the others; from its run to its end, told by the owner of its lane.',
  campaign_eta_seconds:
    'Seconds until a campaign ends, if it goes on so. No series while nobody can tell: paused, its lane stopped, everything halted.',
  build_info: 'Always 1; version and node tell what runs here.',
} as const;
