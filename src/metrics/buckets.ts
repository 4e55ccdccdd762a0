/** Where the histograms are cut, in the metric's own unit: fine where their questions are decided. */
export const buckets = {
  /** 900 s is the settlement objective of deploy/prometheus/rules: the two change together. */
  target_settle_seconds: [1, 2.5, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400],
  provider_call_duration_seconds: [0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 10, 13],
  /** The batch limits of the operations and what is just below them. */
  call_targets: [1, 2, 3, 5, 8, 9, 10, 12, 15, 18, 19, 20, 50, 100],
  limiter_wait_seconds: [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
  ledger_write_duration_seconds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
  http_request_duration_seconds: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
} as const;
