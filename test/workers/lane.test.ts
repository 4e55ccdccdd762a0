/** What a lane has at hand; time is the test's. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock as clock } from '../../src/clock.ts';
import type { Known } from '../../src/ledger/claim.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { operationNamed } from '../../src/providers/operations.ts';
import { Lane } from '../../src/workers/lane.ts';
import type { LaneSetup, Means } from '../../src/workers/means.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());

describe('Lane', () => {
  /** A lane at a cap of 50, and jobs that its consumer gives it; none of them ends, since nothing is claimed. */
  async function lane(kind: 'id' | 'videoId') {
    const images = operationNamed('alibaba.vod.delete-image');
    const consumer = { concurrency: 100, pause: () => undefined };
    let work: (data: unknown, job: string) => Promise<unknown> = () => Promise.resolve();
    const look: Ledger['look'] = async (keys) =>
      new Map(keys.map((key) => [key, { ...untouched, key } satisfies Known]));
    const means = {
      ...{
        ledger: { look },
        clock,
        signingKeys: [],
        foreignJobs: 'refuse',
        brake: { share: 1, least: Infinity },
      },
      queues: { consume: (_: string, given: typeof work) => ((work = given), consumer) },
      observer: { trouble: () => undefined },
    } as unknown as Means;
    const setup = { name: 'lane', account: 'acc', operation: images } as unknown as LaneSetup;
    const made = new Lane(setup, means, () => undefined);
    made.start();
    made.tune(50, 100);
    let jobs = 0;
    const bring = async (count: number, each: number) => {
      const options = kind === 'videoId' ? { imageType: 'All' } : undefined;
      const issuedAt = clock.now();
      for (let n = 0; n < count; n++) {
        const targets = Array.from({ length: each }, (_, at) =>
          kind === 'id' ? `v${jobs}x${at}` : { by: 'videoId', id: `v${jobs}x${at}` },
        );
        const asked = {
          v: 1,
          request: 'r',
          requester: 'ann',
          reason: 'tidy',
          issuedAt,
          expiresAt: issuedAt + 1e6,
        };
        void work({ ...asked, targets, ...(options && { options }) }, `job${jobs++}`);
      }
      await vi.advanceTimersByTimeAsync(100);
      return consumer.concurrency;
    };
    /** Ends the job that came first, as a call for all of it would. */
    const end = async () => {
      const gathered = made.bins.take(clock.monotonic());
      for (const item of gathered?.items ?? [])
        made.fate(item, { is: 'settled', settlement: 'deleted', code: '', requestId: '' });
      await vi.advanceTimersByTimeAsync(0);
      return consumer.concurrency;
    };
    return { consumer, bring, end, tune: (rate: number, ms: number) => made.tune(rate, ms) };
  }

  it('begins with jobs for half a second if they bring one target each', async () => {
    const { consumer } = await lane('id');
    expect(consumer.concurrency).toBe(500);
  });

  it('has the calls of the next half second at hand, whatever jobs bring, or 64 jobs', async () => {
    const { bring } = await lane('id');
    expect(await bring(1, 20)).toBe(64);
    expect(await bring(40, 1)).toBe(580);
    expect(await bring(20, 20)).toBe(64);
  });

  it('has every other job that ends followed by another while there are too many: it may be urgent', async () => {
    const { bring, end } = await lane('id');
    expect(await bring(80, 20)).toBe(64);
    expect([await end(), await end(), await end(), await end()]).toEqual([64, 79, 64, 77]);
  });

  it('has no more at hand of what goes one by one', async () => {
    const { bring } = await lane('videoId');
    expect(await bring(19, 1)).toBe(580);
    expect(await bring(1, 1)).toBe(64);
    expect(await bring(30, 20)).toBe(8);
  });

  it('has some seconds of calls at hand for a Redis that is far away, up to a number of jobs', async () => {
    const at = async (cap: number) => {
      const { bring, tune } = await lane('id');
      tune(cap, 100);
      return bring(1, 20);
    };
    expect([await at(50), await at(20), await at(10), await at(2)]).toEqual([64, 60, 30, 8]);
  });
});

const untouched: Omit<Known, 'key'> = {
  ...{ urgent: false, wait: 0, waited: 0, attempts: 0, ambiguous: false, held: false, withheld: false },
  ...{ settlement: null, code: '', providerRequest: '' },
};
