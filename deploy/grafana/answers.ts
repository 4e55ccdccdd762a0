/** What the provider says to the calls of a lane: a row of the dashboard Lanes. */
import { operations } from '../../src/providers/operations.ts';
import { bars, series, type Override } from './panels.ts';
import {
  eachLane,
  grown,
  lane,
  operation as ofOperation,
  perSecond,
  shareOf,
  throttledCalls,
} from './queries.ts';
import { table } from './table.ts';

const resultColors: readonly Override[] = [
  { of: 'answered', color: 'green' },
  { of: 'missing', color: 'yellow' },
  { of: 'throttled', color: 'blue' },
  { of: 'transient', color: 'orange' },
  { of: 'rejected', color: 'purple' },
  { of: 'unauthorized', color: 'red' },
];
const batchLimits: readonly Override[] = operations.map(({ name, batchLimit }) => ({
  of: name,
  max: batchLimit,
  steps: [
    [null, 'orange'],
    [batchLimit * 0.8, 'green'],
  ],
}));
const limits = operations.map(({ name, batchLimit }) => `${batchLimit} for ${name}`).join(', ');

export const answered = [
  series({
    title: 'Calls by result',
    shows: 'What came of each call. Only answered and missing settle ids; throttled ones cost no attempt.',
    todo: 'unauthorized halts the lane: repair key or rights, then unhalt. Much transient: the provider is ill, the circuit opens by itself.',
    unit: 'suffix: calls/s',
    queries: [{ expr: perSecond('result', 'expunge_provider_calls_total', lane), legend: '{{result}}' }],
    width: 12,
    stacked: true,
    min: 0,
    overrides: resultColors,
  }),
  series({
    title: 'Calls throttled',
    shows: 'The share of calls that the provider answered with "slower". Below 1 % is right.',
    todo: 'above: others spend the cap of this cloud account, or it is lower than configured. `expunge lane cap` lowers it.',
    unit: 'percentunit',
    queries: [throttledCalls],
    width: 12,
    min: 0,
    steps: [
      [null, 'green'],
      [0.01, 'orange'],
    ],
    see: ['ExpungeThrottled'],
  }),
  series({
    title: 'Ids refused or absent',
    shows: 'The share of settled ids that were not deleted. The brake pauses a lane at half of its last 200.',
    todo: 'absent: wrong region, or a list that was done before. Refused: `expunge dead list` tells the codes.',
    unit: 'percentunit',
    queries: [
      {
        expr: shareOf(
          'account, operation',
          'expunge_targets_settled_total',
          `${lane}, settlement=~"refused|exhausted"`,
          lane,
        ),
        legend: `${eachLane}: refused`,
      },
      {
        expr: shareOf(
          'account, operation',
          'expunge_targets_settled_total',
          `${lane}, settlement="absent"`,
          lane,
        ),
        legend: `${eachLane}: absent`,
      },
    ],
    width: 12,
    min: 0,
    max: 1,
    steps: [
      [null, 'green'],
      [0.5, 'red'],
    ],
    see: ['ExpungeRefusedShare', 'ExpungeAbsentShare'],
  }),
  series({
    title: 'Ids sent again',
    shows:
      'Ids that go another round, by why. Unauthorized and throttled ones wait for the lane and lose nothing.',
    todo: 'transient for long: after eight attempts ids end exhausted; pause the lane until the provider is well.',
    unit: 'suffix: ids/s',
    queries: [
      {
        expr: perSecond('class', 'expunge_retries_total', ofOperation),
        legend: '{{class}}',
      },
    ],
    width: 12,
    stacked: true,
    min: 0,
    overrides: resultColors,
  }),
  table({
    title: 'Codes',
    shows: "The provider's codes in the time shown, the most frequent first; those in lower case are ours.",
    todo: "look the code up in the provider's error centre; the documentation says what we do about each class.",
    unit: 'short',
    queries: [
      {
        expr: `topk(20, round(${grown('operation, code', 'expunge_provider_codes_total', ofOperation)}) > 0)`,
        legend: 'times',
      },
    ],
    columns: { operation: 'operation', code: 'code' },
    width: 12,
    see: ['ExpungeUnknownCodes'],
  }),
  bars({
    title: 'Fill of calls',
    shows: `Ids in a call, the mean of the last minutes. Under backlog it should be the batch limit: ${limits}.`,
    todo: "under backlog and orange: many options or assets are mixed, which can't share a call, or batches are being split (see the codes).",
    unit: 'suffix: ids/call',
    queries: [
      {
        expr: `${perSecond('operation', 'expunge_call_targets_sum', ofOperation)} / (${perSecond('operation', 'expunge_call_targets_count', ofOperation)} > 0)`,
        legend: '{{operation}}',
      },
    ],
    width: 12,
    height: 8,
    min: 0,
    none: 'no calls',
    overrides: batchLimits,
  }),
];
