/** The network to the provider in trouble, and answers that take their time: the cap holds, no id is left behind. */
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { describe, expect, it, type TestContext } from 'vitest';
import { queueName } from '../../src/job.ts';
import { Backlog } from './backlog.ts';
import { quiet } from './judge.ts';
import { Proxy } from './proxy.ts';
import { RedisProcess } from './redis-process.ts';
import { suffer, type Trouble } from './suffer.ts';

const video = 'alibaba.vod.delete-video';
const cap = 30;
/** How long a call may wait for its answer's head. */
const headersTimeoutMs = 10_000;

const providerTroubles: readonly Trouble[] = [
  { name: 'black hole', ms: 5_000, fault: { kind: 'black-hole' } },
  { name: 'no answers', ms: headersTimeoutMs + 2_000, fault: { kind: 'half-open', stopped: 'answers' } },
  { name: 'resets', ms: 4_000, resetEveryMs: 200 },
  { name: 'latency', ms: 4_000, fault: { kind: 'latency', ms: 200 } },
];

describe.concurrent('a network to the provider', () => {
  async function behindProxy(context: TestContext, seconds: number) {
    const redis = await RedisProcess.start();
    const network = await Proxy.open(0);
    context.onTestFinished(async () => {
      await network.close();
      await redis.stop();
    });
    const backlog = await Backlog.open(context, {
      redisUrl: redis.url,
      caps: { [video]: cap },
      seconds,
      before: network,
    });
    return { network, backlog };
  }

  it('in any trouble sees no more calls than the cap, and is used again when that is over', async (context) => {
    const { network, backlog } = await behindProxy(context, 16);
    const resumedMs: Record<string, number> = {};
    for (const trouble of providerTroubles) {
      await suffer(network, trouble);
      const [resumed = Infinity] = await backlog.resumed(await backlog.now());
      resumedMs[trouble.name] = resumed;
      await backlog.underWay(30);
    }
    const { repeats } = await backlog.judge('provider', { resumedMs });
    // Answers were lost: what they told has to be asked again.
    expect(repeats).toBeGreaterThan(0);
    for (const each of Object.values(resumedMs)) expect(each).toBeLessThan(headersTimeoutMs + 2_000);
  });

  it('that brings answers after 1 to 30 s has a bounded number of calls in it, and costs no job its lock', async (context) => {
    const { network, backlog } = await behindProxy(context, 20);
    const slow = [1_000, 3_000, 8_000].map((each) => ({ kind: 'slow', ms: each, share: 0.3 }) as const);
    backlog.world.emulator.setFaults([{ kind: 'slow', ms: 30_000, share: 0.02 }, ...slow]);
    const began = await backlog.now();
    let most = 0;
    const judged = new AbortController();
    const counting = (async () => {
      while (!judged.signal.aborted) await quiet(50).then(() => (most = Math.max(most, network.connections)));
    })();
    await quiet(12_000);
    const share = await backlog.shareSince(began);
    await backlog.judge('slow answers', { share: share.toFixed(2) }).finally(() => judged.abort());
    await counting;
    const stalled = await stalledJobs(backlog);
    const lost = backlog.errors().filter(({ err }) => /lock/i.test(JSON.stringify(err)));
    // Twice what the latency needs, and half a second more.
    const tookMs = backlog.worker.lines.flatMap(({ msg, ms }) => (msg.startsWith('call ') && ms ? [ms] : []));
    const meanMs = tookMs.reduce((sum, each) => sum + each, 0) / tookMs.length;
    const ceiling = cap * ((2 * meanMs) / 1_000 + 0.5);
    console.info(
      `slow answers: at most ${most} connections of ${Math.round(ceiling)}, ${stalled.length} jobs stalled, ${lost.length} lost locks`,
    );
    expect(most).toBeGreaterThan(cap);
    expect(most).toBeLessThanOrEqual(ceiling);
    expect(stalled).toEqual([]);
    expect(lost).toEqual([]);
  });
});

/** Jobs, of those that Redis keeps, that were taken from a consumer whose lock had run out. */
async function stalledJobs({ world }: Backlog): Promise<readonly string[]> {
  const { url = '', prefix } = world.config.redis;
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new Queue(queueName(`acc~${video}`), { connection: redis, prefix });
  const jobs = await queue.getJobs(['completed', 'active', 'failed', 'prioritized', 'delayed']);
  await queue.close();
  redis.disconnect();
  expect(jobs.length).toBeGreaterThan(100);
  return jobs.filter(({ stalledCounter }) => stalledCounter > 0).map(({ id }) => String(id));
}
