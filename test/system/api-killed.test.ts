/** A server that dies after its ledger committed a request and before it answered: the retry has the first result. */
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { apiWorld, post, startServer, type Accepted } from './api-process.ts';
import { everyTarget, numbered } from './targets.ts';
import type { WorkerProcess } from './worker-process.ts';
import type { World } from './world.ts';

async function setup(): Promise<World> {
  const world = await apiWorld(inject('redisUrl'));
  onTestFinished(() => world.close());
  return world;
}

async function server(...given: Parameters<typeof startServer>): Promise<WorkerProcess> {
  const started = await startServer(...given);
  onTestFinished(() => started.stop());
  return started;
}

const requestsOf = async ({ ledger }: World, ids: readonly string[]): Promise<ReadonlySet<string>> => {
  const found = await Promise.all(ids.map((id) => ledger.lookup(id)));
  return new Set(found.flat().flatMap(({ requests }) => requests.map(({ id }) => id)));
};

describe('POST /v1/deletions of a server that is killed', () => {
  it('between commit and answer is answered by the next one with the first result, and was done once', async () => {
    const world = await setup();
    // One id stands twice in the request, and one is open already.
    const before = await world.enqueue('acc', 'alibaba.vod.delete-video', ['a0']);
    const ids = [...numbered('a', 20), 'a19'];
    const dying = await server(world, { dieAnswering: 'POST 202' });
    await expect(post(dying, ids, 'once')).rejects.toThrow();
    expect((await dying.ended).signal).toBe('SIGKILL');
    expect(await everyTarget(world)).toHaveLength(20);

    const next = await server(world);
    const first = await post(next, ids, 'once');
    const again = await post(next, ids, 'once');
    expect(first).toMatchObject({ status: 202, body: { accepted: 19, duplicates: 2, alreadySettled: 0 } });
    expect(again.body).toEqual(first.body);
    expect(await requestsOf(world, ['a1', 'a19'])).toEqual(new Set([first.body.id]));
    expect(await requestsOf(world, ['a0'])).toEqual(new Set([before.request, first.body.id]));
    const other = await post(next, ['b'], 'once');
    expect(other.status).toBe(422);
  });

  it('at any moment, each second or so, loses and doubles nothing that its callers retry', async () => {
    const world = await setup();
    let current = await startServer(world);
    onTestFinished(() => current.stop());
    let over = false;
    const answered = new Map<string, Accepted>();
    let retries = 0;
    let asked = 0;
    const caller = async (name: string) => {
      for (let n = 0; !over; n++) {
        const key = `${name}-${n}`;
        asked += 1;
        for (let tries = 0; !answered.has(key); tries++) {
          const told = await post(current, numbered(`${key}-`, 5), key).catch(() => undefined);
          if (told?.status === 202) answered.set(key, told.body);
          else if (told) throw new Error(`answered ${told.status}`);
          else {
            retries += 1;
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        }
      }
    };
    const callers = Promise.all(numbered('c', 8).map(caller));
    for (let kill = 0; kill < 5; kill++) {
      const progress = answered.size;
      while (answered.size < progress + 40) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
      current.signal('SIGKILL');
      await current.ended;
      current = await startServer(world);
    }
    over = true;
    await callers;
    expect(answered.size).toBe(asked);
    // Whoever was answered by the dead has the same answer from the living.
    for (const [key, body] of answered)
      expect((await post(current, numbered(`${key}-`, 5), key)).body).toEqual(body);
    const targets = await everyTarget(world);
    console.info(`killed 5 times: ${asked} requests of 5 ids, ${retries} retries, ${targets.length} targets`);
    expect(targets).toHaveLength(asked * 5);
    for (const { accepted, duplicates } of answered.values()) expect([accepted, duplicates]).toEqual([5, 0]);
    const known = await requestsOf(
      world,
      numbered('c0-', 10).flatMap((key) => numbered(`${key}-`, 5)),
    );
    expect(known.size).toBe(Math.min(10, [...answered.keys()].filter((key) => key.startsWith('c0-')).length));
  });
});
