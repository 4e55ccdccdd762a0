/** What happens to Redis: the ledger refills a queue that lost its jobs, and sending goes on when Redis is back. */
import { describe, expect, it, type TestContext } from 'vitest';
import { offerMs } from '../../src/producers/feed.ts';
import { ask } from '../../src/redis-server/ask.ts';
import { Backlog } from './backlog.ts';
import { until } from './judge.ts';
import { Proxy } from './proxy.ts';
import { RedisProcess } from './redis-process.ts';

const video = 'alibaba.vod.delete-video';

/** A backlog, with a Redis of its own behind a network of its own. */
async function setup(context: TestContext, seconds: number) {
  const redis = await RedisProcess.start();
  const network = await Proxy.open(redis.port);
  context.onTestFinished(async () => {
    await network.close();
    await redis.stop();
  });
  const redisUrl = `redis://127.0.0.1:${network.port}`;
  return {
    redis,
    network,
    backlog: await Backlog.open(context, { redisUrl, caps: { [video]: 20 }, seconds }),
  };
}

interface Loss {
  /** When, by the emulator's clock. */
  readonly at: number;
  /** Keys that Redis held before it and after it. */
  readonly before: number;
  readonly after: number;
}

/** All is refilled and done within 60 s, and nothing was sent twice. */
async function judgeLoss(name: string, backlog: Backlog, { at, before, after }: Loss): Promise<void> {
  const finishedMs = () => Math.round((backlog.arrivals[0]?.at.at(-1) ?? 0) - at);
  const { repeats } = await backlog.judge(name, { keys: [before, after] });
  console.info(`${name}: the last call ${finishedMs()} ms after the loss`);
  expect(repeats).toBe(0);
  // Sooner, no offer had to run out: nothing was lost that was still wanted.
  expect(finishedMs()).toBeGreaterThan(offerMs / 2);
  expect(finishedMs()).toBeLessThan(60_000);
}

// Side by side: those that lose jobs mostly wait for offers to run out.
describe.concurrent('a Redis', () => {
  it('that is killed six times is used again within 5 s each time, and nothing is sent twice', async (context) => {
    const { redis, backlog } = await setup(context, 30);
    const resumedMs: (readonly number[])[] = [];
    for (let kill = 1; kill <= 6; kill++) {
      await redis.kill();
      // Each second time it is back before the jobs at hand are used up.
      if (kill % 2 === 0) await backlog.exhausted();
      await redis.restart();
      resumedMs.push(await backlog.resumed(await backlog.now()));
      await backlog.underWay(30);
    }
    const { repeats } = await backlog.judge('killed', { resumedMs });
    expect(repeats).toBe(0);
    for (const ms of resumedMs.flat()) expect(ms).toBeLessThan(5_000);
  });

  it('that is flushed in mid-run is refilled from the ledger within 60 s', async (context) => {
    const { redis, backlog } = await setup(context, 8);
    const [at, before] = [await backlog.now(), await redis.keys()];
    await redis.tell('FLUSHALL');
    await judgeLoss('FLUSHALL', backlog, { at, before, after: 0 });
  });

  it('that comes back empty is refilled from the ledger within 60 s', async (context) => {
    const { redis, backlog } = await setup(context, 8);
    const before = await redis.keys();
    await redis.kill();
    await redis.loseAll();
    const at = await backlog.now();
    await redis.restart();
    await judgeLoss('empty restart', backlog, { at, before, after: 0 });
  });

  it('that lost the last 192 KiB of what it wrote is made up for within 60 s', async (context) => {
    const { redis, network, backlog } = await setup(context, 8);
    await network.make({ kind: 'refuse' });
    network.reset();
    const before = await redis.keys();
    await redis.kill();
    // Some seconds' worth: a full lane is fed once in a second.
    await redis.loseTail(196_608);
    const at = await backlog.now();
    await redis.restart();
    const after = await redis.keys();
    await network.heal();
    await judgeLoss('lost tail', backlog, { at, before, after });
  });

  it('whose stale replica takes its place is made up for within 60 s', async (context) => {
    const { redis, network, backlog } = await setup(context, 16);
    const replica = await RedisProcess.start();
    context.onTestFinished(() => replica.stop());
    await redis.tell('CONFIG', 'SET', 'repl-diskless-sync-delay', '0');
    await replica.tell('REPLICAOF', '127.0.0.1', String(redis.port));
    await until('the replica', async () => (await ask(redis.port, ['WAIT', '1', '100']))[0] === ':1');
    await replica.tell('REPLICAOF', 'NO', 'ONE');
    await backlog.underWay(60);
    const before = await redis.keys();
    await redis.kill();
    const [at, after] = [await backlog.now(), await replica.keys()];
    network.target = replica.port;
    await judgeLoss('stale replica', backlog, { at, before, after });
  });
});
