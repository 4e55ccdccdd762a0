/** Workers that are killed and a Redis that is emptied during a campaign: its status stays true, nothing is lost. */
import { describe, expect, it } from 'vitest';
import { repeatedIds } from './arrivals.ts';
import { callsOf, openWorld, started, statusOf, told, video } from './campaigns.ts';
import { expectAgreement, until } from './judge.ts';
import { ownRedis } from './own-redis.ts';
import { everyTarget, numbered } from './targets.ts';
import { WorkerProcess } from './worker-process.ts';
import type { World } from './world.ts';

const cap = 30;
const count = 8_000;

/** The ledger's own count while nobody writes; what the provider has deleted, which may be more. */
async function truth(world: World) {
  const settled = (await everyTarget(world)).filter(({ settlement }) => settlement !== null).length;
  const deleted = world.emulator.calls().reduce((sum, call) => sum + call.deleted.length, 0);
  return { settled, deleted };
}

describe('a campaign', () => {
  it('outlives five kills of its worker and an emptied Redis; its status is true throughout, and no id is lost', async () => {
    const redis = await ownRedis();
    const { world, workers } = await openWorld(
      {
        redisUrl: redis.url,
        accounts: { acc: { [video]: { cap } } },
        emulator: { latency: { min: 150, max: 250 } },
      },
      2,
    );
    world.emulator.inventory({ DeleteVideo: { any: true } });
    // What a dead worker's call had deleted is absent when it is asked for again, and counts as that.
    await started(world, 'long', 'acc', numbered('id', count));
    const began = performance.now();
    const sent = () => callsOf(world, 'acc').at.length;
    const owner = () => workers.find((worker) => worker.owned().size > 0);
    const seen: object[] = [];
    for (let kill = 1; kill <= 5; kill++) {
      // The first in the middle of the canary.
      const calls = kill === 1 ? 1 : sent() + 20 + Math.floor(30 * Math.random());
      await until(`${calls} calls`, () => sent() >= calls, 40_000);
      if (kill === 3) await redis.empty();
      const victim = owner();
      if (!victim) throw new Error('nobody owns the lane');
      victim.signal('SIGKILL');
      await victim.ended;
      workers.splice(workers.indexOf(victim), 1);
      const before = await truth(world);
      const { done, remaining, state, inFlight, waits } = await statusOf(world, 'long');
      const after = await truth(world);
      seen.push({ kill, ...before, done, inFlight, waits: waits.map((wait) => wait.for) });
      expect(state).toBe('running');
      expect(done + remaining).toBe(count);
      expect(done).toBeGreaterThanOrEqual(before.settled);
      expect(done).toBeLessThanOrEqual(after.settled);
      expect(done).toBeLessThanOrEqual(after.deleted);
      workers.push(await WorkerProcess.start(world));
    }
    const completed = async () => (await statusOf(world, 'long')).state === 'completed';
    await until('it is completed', completed, 120_000);
    const seconds = Math.round((performance.now() - began) / 1_000);

    const { calls } = callsOf(world, 'acc');
    const repeated = repeatedIds(calls.filter(({ result }) => result === 'accepted'));
    const records = await Promise.all([...repeated].map((id) => world.ledger.lookup(id)));
    const reasons = records.map(([record]) => record?.calls.map(({ result }) => result) ?? []);
    console.info('kills', seen, { seconds, calls: calls.length, repeated: repeated.size });
    // Whatever was sent twice was held by a call that died unanswered, and says so.
    for (const [record] of records) {
      expect(record?.attempts).toBeGreaterThanOrEqual(2);
      expect(record?.ambiguous).toBe(true);
    }
    for (const results of reasons) expect(results).toContain('lost');
    const deleted = calls.flatMap((call) => call.deleted);
    expect(new Set(deleted)).toEqual(new Set(numbered('id', count)));
    expect(deleted.length).toBe(count);
    const { done, settlements } = await statusOf(world, 'long');
    expect(done).toBe(count);
    expect((settlements['deleted'] ?? 0) + (settlements['absent'] ?? 0)).toBe(count);
    expect(settlements['absent'] ?? 0).toBeLessThanOrEqual(repeated.size);
    const report = await told(world, 'campaign', 'report', 'long', '-o', `${world.dir}/long.csv`);
    expect(report).toMatchObject({ final: true, rows: count, counts: settlements });
    await expectAgreement(world);
  });
});
