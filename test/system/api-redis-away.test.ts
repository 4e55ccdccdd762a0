/** The API accepts without Redis, promptly, and what it accepted is deleted when Redis is back. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { apiWorld, post, quantile, readiness, startServer, video, type Posted } from './api-process.ts';
import { expectAgreement } from './judge.ts';
import { Proxy } from './proxy.ts';
import { RedisProcess } from './redis-process.ts';
import { everyTarget, numbered } from './targets.ts';
import type { WorkerProcess } from './worker-process.ts';

/** A Redis of its own, behind a network of its own. */
async function setup() {
  const redis = await RedisProcess.start();
  const network = await Proxy.open(redis.port);
  // Fast enough that what was accepted meanwhile is soon deleted.
  const accounts = { acc: { [video]: { cap: 200 } } };
  const world = await apiWorld(`redis://127.0.0.1:${network.port}`, { accounts });
  onTestFinished(async () => {
    await world.close();
    await network.close();
    await redis.stop();
  });
  const server = async (...parts: Parameters<typeof startServer>[2] & object) => {
    const started = await startServer(world, undefined, parts);
    onTestFinished(() => started.stop());
    return started;
  };
  return { redis, network, world, server };
}

/** Four callers, one request of 20 ids after the other each. */
async function asking(server: WorkerProcess, name: string, ms: number): Promise<readonly Posted[]> {
  const until = performance.now() + ms;
  const caller = async (who: string) => {
    const answers: Posted[] = [];
    while (performance.now() < until)
      answers.push(await post(server, numbered(`${name}-${who}-${answers.length}-`, 20)));
    return answers;
  };
  return (await Promise.all(numbered('c', 4).map(caller))).flat();
}

const figures = (answers: readonly Posted[]) => {
  const ms = answers.map((answer) => answer.ms);
  return { posts: ms.length, p50: quantile(ms, 0.5), p99: quantile(ms, 0.99), longest: quantile(ms, 1) };
};

const statuses = (answers: readonly Posted[]) => [...new Set(answers.map(({ status }) => status))];

describe('POST /v1/deletions without Redis', () => {
  it.each(['killed', 'cut off silently'] as const)(
    'is answered 202 within 250 ms while Redis is %s; all is deleted when it is back',
    async (how) => {
      const { redis, network, world, server } = await setup();
      const away = () => (how === 'killed' ? redis.kill() : network.make({ kind: 'black-hole' }));
      const back = async () => {
        if (how === 'killed') return redis.restart();
        await network.heal();
        // What was swallowed is lost for both ends; Redis itself was never away.
        network.reset();
      };
      const api = await server('--api');
      const before = await asking(api, 'before', 1_500);
      await away();
      const during = await asking(api, 'during', 4_000);
      expect(await readiness(api)).toBe(200);
      console.info(
        `redis ${how}: before ${JSON.stringify(figures(before))}, away ${JSON.stringify(figures(during))}`,
      );
      expect(statuses([...before, ...during])).toEqual([202]);
      expect(figures(during).p99).toBeLessThan(250);
      expect(figures(during).longest).toBeLessThan(500);
      await back();
      const after = await asking(api, 'after', 500);
      expect(statuses(after)).toEqual([202]);
      const worker = await server('--worker');
      for (const { body } of [...before, ...during, ...after]) await world.settled(body.id, 120_000);
      const rows = await everyTarget(world);
      expect(rows).toHaveLength((before.length + during.length + after.length) * 20);
      expect(rows.filter(({ settlement }) => settlement !== 'deleted')).toEqual([]);
      await worker.stop();
      await expectAgreement(world);
    },
  );

  it('is answered by a server that was started without it; a worker deletes once there is one', async () => {
    const { redis, world, server } = await setup();
    await redis.kill();
    const api = await server('--api');
    const answers = await asking(api, 'during', 1_000);
    expect(statuses(answers)).toEqual([202]);
    expect(await readiness(api)).toBe(200);
    expect(figures(answers).longest).toBeLessThan(500);
    expect(api.lines.filter(({ msg }) => msg.startsWith('redis does not answer:'))).toHaveLength(1);
    await redis.restart();
    await server('--worker');
    for (const { body } of answers) expect(await world.settled(body.id)).toEqual({ deleted: 20 });
    const [late] = await asking(api, 'late', 1);
    expect(late && (await world.settled(late.body.id))).toEqual({ deleted: 20 });
  });
});
