import { describe, expect, it } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { createLog } from '../src/log.ts';
import { createMetrics } from '../src/metrics.ts';
import { observing } from '../src/observe.ts';
import { operationNamed } from '../src/providers/operations.ts';
import type { CallReport, LaneSetup } from '../src/workers/means.ts';

const operation = 'alibaba.vod.delete-video';
const lane = { account: 'a', operation: operationNamed(operation) } as LaneSetup;
const report: CallReport = {
  ...{ lane, call: 'C', result: 'answered', code: '', message: '', known: true, requestId: 'R', targets: 3 },
  ...{ ms: 40, waitMs: 5, settled: { deleted: 2, absent: 1 }, took: [800, 900_000, 900_001], retried: 0 },
  ...{ strangers: 0, dead: {}, named: [] },
};

async function scrapeAfter(...reports: readonly CallReport[]) {
  const log = createLog({ level: 'silent', clock: systemClock, destination: { write: () => undefined } });
  const metrics = createMetrics({ build: { version: '1', node: 'v' } });
  const observer = observing(log, metrics);
  for (const each of reports) observer.call(each);
  return (await metrics.render()).split('\n');
}

describe('observing', () => {
  it('counts each settled target by how long it took, to the edge of the objective', async () => {
    const lines = await scrapeAfter(report);
    const bucket = (le: string) =>
      lines.find((line) => line.startsWith(`expunge_target_settle_seconds_bucket{le="${le}"`))?.split(' ')[1];
    expect([bucket('1'), bucket('300'), bucket('900'), bucket('3600')]).toEqual(['1', '1', '2', '3']);
  });

  it('counts calls with a code that no table names, and no others', async () => {
    const named = { ...report, result: 'throttled', code: 'Throttling.User' } as const;
    const unnamed = { ...report, result: 'transient', code: 'Brand.New', known: false } as const;
    const lines = await scrapeAfter(named, unnamed, report);
    expect(lines).toContain(`expunge_unknown_codes_total{operation="${operation}"} 1`);
    expect(lines).toContain(`expunge_provider_codes_total{operation="${operation}",code="Brand.New"} 1`);
  });
});
