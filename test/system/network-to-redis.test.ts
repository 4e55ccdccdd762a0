/** The network to Redis in trouble: when it is over sending goes on, and nothing is sent twice. */
import { describe, expect, it, type TestContext } from 'vitest';
import { Backlog } from './backlog.ts';
import { Proxy } from './proxy.ts';
import { RedisProcess } from './redis-process.ts';
import { suffer, type Trouble } from './suffer.ts';

const caps = { 'alibaba.vod.delete-video': 20 };
/** How long a connection to Redis may be silent while something is asked. */
const socketTimeoutMs = 15_000;
// Longer than the jobs at hand last, which are sent without Redis.
const ms = 6_000;

describe.concurrent('a network to Redis', () => {
  async function suffered(context: TestContext, trouble: Trouble) {
    const redis = await RedisProcess.start();
    const network = await Proxy.open(redis.port);
    context.onTestFinished(async () => {
      await network.close();
      await redis.stop();
    });
    const redisUrl = `redis://127.0.0.1:${network.port}`;
    const backlog = await Backlog.open(context, { redisUrl, caps, seconds: 14 });
    const began = await backlog.now();
    await suffer(network, trouble);
    const share = await backlog.shareSince(began);
    const [resumedMs = Infinity] = await backlog.resumed(await backlog.now());
    const figures = { shareMeanwhile: share.toFixed(2), resumedMs };
    const { repeats } = await backlog.judge(`Redis: ${trouble.name}`, figures);
    expect(repeats).toBe(0);
    return { share, resumedMs };
  }

  it('that swallows everything is found whole again within the socket timeout and 2 s', async (context) => {
    const trouble = { name: 'black hole', ms, fault: { kind: 'black-hole' } } as const;
    expect((await suffered(context, trouble)).resumedMs).toBeLessThan(socketTimeoutMs + 2_000);
  });

  it('that brings no answers is found whole again within the socket timeout and 2 s', async (context) => {
    const trouble = { name: 'half-open', ms, fault: { kind: 'half-open', stopped: 'answers' } } as const;
    expect((await suffered(context, trouble)).resumedMs).toBeLessThan(socketTimeoutMs + 2_000);
  });

  it('that resets connections all the time is used again within 2 s', async (context) => {
    const trouble = { name: 'resets', ms, resetEveryMs: 150 };
    expect((await suffered(context, trouble)).resumedMs).toBeLessThan(2_000);
  });

  it('that takes 200 ms more each way leaves the cap in use', async (context) => {
    const trouble = { name: 'latency', ms, fault: { kind: 'latency', ms: 200 } } as const;
    expect((await suffered(context, trouble)).share).toBeGreaterThan(0.8);
  });
});
