/** What happens to Redis, and on the way to it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { one, seconds, type Fault } from './fault.ts';
import type { Stage } from './stage.ts';

async function redisBack(stage: Stage, random: () => number, spoil?: () => Promise<void>): Promise<void> {
  await stage.redis.kill();
  await spoil?.();
  await sleep(seconds(random, 0.2, 3));
  await stage.redis.restart();
}

export const redisFaults: readonly Fault[] = [
  {
    name: 'Redis killed, its data kept',
    row: 'F2',
    place: 'redis',
    weight: 4,
    strike: (stage, random) => redisBack(stage, random),
  },
  {
    name: 'Redis loses the last 64 KiB of its log',
    row: 'F3',
    place: 'redis',
    weight: 1,
    strike: (stage, random) => redisBack(stage, random, () => stage.redis.loseTail(65_536)),
  },
  {
    name: 'FLUSHALL',
    row: 'F3',
    place: 'redis',
    weight: 1,
    strike: (stage) => stage.redis.tell('FLUSHALL'),
  },
  {
    name: 'Redis out of memory',
    row: 'F4',
    place: 'redis',
    weight: 1,
    async strike(stage, random) {
      await stage.redis.tell('CONFIG', 'SET', 'maxmemory', '1mb');
      await sleep(seconds(random, 1, 4));
      await stage.redis.tell('CONFIG', 'SET', 'maxmemory', '0');
    },
  },
  {
    name: 'Redis read-only',
    row: 'F4',
    place: 'redis',
    weight: 1,
    async strike(stage, random) {
      await stage.redis.tell('REPLICAOF', '127.0.0.1', '1');
      await sleep(seconds(random, 1, 4));
      await stage.redis.tell('REPLICAOF', 'NO', 'ONE');
    },
  },
  {
    name: 'network to Redis: swallowed, slow or reset',
    row: 'F5',
    place: 'redis',
    weight: 2,
    async strike({ toRedis }, random) {
      const which = random();
      if (which < 0.3) return toRedis.reset();
      await toRedis.make(which < 0.6 ? { kind: 'black-hole' } : { kind: 'latency', ms: 200 });
      await sleep(seconds(random, 2, 6));
      await toRedis.heal();
    },
  },
  {
    name: 'a job that nobody signed',
    row: 'F21',
    place: 'queue',
    weight: 1,
    async strike(stage, random) {
      const lane = one(random, stage.lanes);
      if (!lane) return;
      const said = { requester: 'x', reason: 'x', issuedAt: Date.now(), expiresAt: Date.now() + 600_000 };
      const data = { v: 1 as const, request: 'forged', targets: ['never-asked-for'], ...said };
      // Where Redis is away just now, nobody can forge anything either.
      await stage.world.queues
        .add(lane.name, [{ data, urgent: false, id: `forged-${random()}` }])
        .catch(() => undefined);
    },
  },
];
