/** What comes in over HTTP and the queue: a row of the dashboard System. */
import { series, stat } from './panels.ts';
import { grown, instance, lane, perSecond, quantile } from './queries.ts';

const failed = `${instance}, status=~"5.."`;

export const api = [
  series({
    title: 'Requests',
    shows: 'Requests to the HTTP API by route.',
    todo: 'many of the route "none": somebody asks for what is not there.',
    unit: 'suffix: requests/s',
    // every route is there from the start, and most are silent: they would fill the legend
    queries: [
      { expr: `${perSecond('route', 'expunge_http_requests_total', instance)} > 0`, legend: '{{route}}' },
    ],
    none: 'no requests',
    width: 8,
    stacked: true,
    min: 0,
  }),
  series({
    title: 'Errors',
    shows:
      'Answers of 400 and more, in the minute before. 4xx are mistakes of callers, 429 is a caller that asks too often, 5xx are ours.',
    todo: '401 and 403: which key? 503: the ledger is away. 500: a defect, its request id is in the log.',
    unit: 'suffix: a minute',
    queries: [
      {
        // one that is the first of its kind counts too, which no rate sees
        expr: grown('status', 'expunge_http_requests_total', `${instance}, status=~"[45].."`, '1m'),
        legend: '{{status}}',
      },
    ],
    width: 8,
    min: 0,
    overrides: [{ of: '/^5/', color: 'red' }],
    see: ['ExpungeApiErrors'],
  }),
  series({
    title: 'Answers take',
    shows: '95 of 100 answers of each route take no longer.',
    todo: 'slow accepting is a slow ledger; large campaigns take as long as their file.',
    unit: 's',
    queries: [
      {
        expr: quantile(0.95, 'route', 'expunge_http_request_duration_seconds', instance),
        legend: '{{route}}',
      },
    ],
    width: 8,
    min: 0,
  }),
  stat({
    title: 'Failed by us',
    shows: 'The share of 5xx answers in the time shown.',
    todo: 'find their request ids in the log; callers may send the same again with the same Idempotency-Key.',
    unit: 'percentunit',
    queries: [
      {
        expr: `(${grown('', 'expunge_http_requests_total', failed)} or vector(0)) / (${grown('', 'expunge_http_requests_total', instance)} > 0)`,
      },
    ],
    width: 4,
    height: 8,
    steps: [
      [null, 'green'],
      [0.001, 'orange'],
      [0.01, 'red'],
    ],
    none: 'no requests',
    see: ['ExpungeApiErrors'],
  }),
  series({
    title: 'Ids accepted',
    shows:
      'By way of the HTTP API (api), of foreign queue jobs (job) and of campaigns as they are released. What commands enqueue is not scraped.',
    todo: 'more than you expect: `expunge events` and `lookup` tell who asked.',
    unit: 'suffix: ids/s',
    queries: [
      {
        expr: perSecond('source', 'expunge_targets_accepted_total', `${lane}, ${instance}`),
        legend: '{{source}}',
      },
    ],
    width: 10,
    min: 0,
  }),
  series({
    title: 'Jobs refused',
    shows: 'Queue jobs that deleted nothing: unsigned, edited, copied, expired or forbidden.',
    todo: 'who writes into our Redis? Its password, its users and the signing key are to be looked at.',
    unit: 'suffix: jobs/s',
    queries: [{ expr: perSecond('reason', 'expunge_jobs_refused_total', instance), legend: '{{reason}}' }],
    width: 10,
    min: 0,
    see: ['ExpungeJobsRefused'],
  }),
];
