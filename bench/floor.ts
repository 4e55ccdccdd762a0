/**
 * What a call costs where nothing but the processor limits it: a cap of 1,500 calls a second, no egress limit; what is
 * measured on a processor core of its own, the emulator, Redis and this program on the others. Beside it the least
 * that it could cost: the same signed calls by undici alone, and the same jobs through a BullMQ worker that does
 * nothing with them. Takes about 100 s, and half a minute more by its own
 * name, where what runs from its sources stands beside what is built.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../src/clock.ts';
import { queueName } from '../src/job.ts';
import { openQueues } from '../src/queue.ts';
import { findOrStartRedis } from '../src/redis-server/find.ts';
import { World, secretOf } from '../test/system/world.ts';
import { median, rounded, type Bench } from './bench.ts';
import { EmulatorProcess, accountNamed } from './emulator-process.ts';
import { build } from './floor/build.ts';
import type { Jobs } from './floor/bullmq.ts';
import { offFirstCore, onAnyCore } from './floor/cores.ts';
import type { Calls, Spent } from './floor/undici.ts';
import { FloorWorker, jobs } from './floor/worker.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const cap = 1_500;
/** Calls, and jobs, at a time: about what ours has under way. */
const concurrency = 64;
/** Of one round each. */
const count = { full: 3_000, single: 300, bare: 2_000, jobs: 3_000 };

export const floor: Bench = {
  name: 'floor',
  title: 'What a call of 20 ids costs, where the processor is the limit',
  async run(tell, { long }) {
    const dir = await mkdtemp(join(tmpdir(), 'expunge-floor-'));
    const tools = { clock: systemClock, log: { info: () => undefined }, env: process.env };
    const pinned = offFirstCore();
    const redis = await findOrStartRedis({ dataDir: dir, cacheDir: '.cache', ...tools });
    if ('problem' in redis) throw new Error(redis.problem);
    const account = accountNamed('acc', { DeleteVideo: { calls: 1_000_000, per: 'second' } });
    const emulator = await EmulatorProcess.start({
      accounts: [account],
      latency: { min: 5, max: 10 },
      inventory: { DeleteVideo: { any: true } },
    });
    const program = build(dir);
    const built = await FloorWorker.start(program, redis.url, emulator, cap);
    const sources = long ? await FloorWorker.start('../../src/main.ts', redis.url, emulator, cap) : undefined;
    const peers = peersOn(redis.url, emulator.url);
    // In turn, so that what else the machine does falls upon all alike.
    const contestants: readonly (readonly [string, () => Promise<Told>])[] = [
      ['undici and a signature, nothing else', () => peers.undici()],
      ['BullMQ, empty processor: a job of 20 ids', () => peers.bullmq(20)],
      ['BullMQ, empty processor: 20 jobs of one id', () => peers.bullmq(1)],
      ['`serve --worker`, jobs of 20 ids', () => ours(built, count.full, 20)],
      ['`serve --worker`, jobs of one id', () => ours(built, count.single, 1)],
      ...(sources
        ? ([['jobs of 20 ids, from its sources (tsx)', () => ours(sources, count.full, 20)]] as const)
        : []),
    ];
    const found = contestants.map((): Told[] => []);
    for (let round = 0; round <= rounds; round++)
      for (const [n, [name, run]] of contestants.entries()) {
        const told = await run();
        // The first round only warms up.
        if (round > 0) found[n]?.push(told);
        tell(`${round}/${rounds} ${name}: ${JSON.stringify(told)}`);
      }
    await peers.close();
    await sources?.stop();
    await built.stop();
    await emulator.stop();
    await redis.stop();
    onAnyCore();
    await rm(dir, { recursive: true });
    return figures(
      contestants.map(([name]) => name),
      found,
      pinned,
    );
  },
};

/** Of one call's worth. */
interface Told {
  readonly cpuMs: number;
  readonly perSecond: number;
  /** Ids a call. */
  readonly fill: number;
}

async function ours(worker: FloorWorker, calls: number, each: number): Promise<Told> {
  const { cpuMs, perSecond, ids, calls: made } = await worker.round(calls, each);
  // A call that is not full is not one call's worth.
  const worth = ids / 20;
  return { cpuMs: cpuMs / worth, perSecond: (perSecond * worth) / made, fill: ids / made };
}

function peersOn(redisUrl: string, url: string) {
  const queues = openQueues({
    ...{ url: redisUrl, ca: undefined, prefix: 'bare', clock: systemClock },
    onError: () => undefined,
  });
  const opened = World.open({
    redisUrl,
    accounts: { acc: { 'alibaba.vod.delete-video': { cap } } },
    endpoint: url,
  });
  let runs = 0;
  return {
    async undici(): Promise<Told> {
      const secret = secretOf('acc');
      const asked: Calls = {
        ...{ url, accessKeyId: 'key-of-acc', accessKeySecret: secret, calls: count.bare, concurrency },
      };
      const { cpuMs, ms } = program('floor/undici.ts', asked);
      return { cpuMs: cpuMs / count.bare, perSecond: (count.bare * 1_000) / ms, fill: 20 };
    },
    /** Jobs of so many ids: as many as make up a call of 20. */
    async bullmq(ids: number): Promise<Told> {
      const lane = `bare${++runs}`;
      const named = Array.from({ length: 2 * count.jobs * ids }, (_, n) => `${lane}x${n}`);
      const work = jobs(await opened, named, ids);
      for (let at = 0; at < work.jobs.length; at += 1_000)
        await queues.add(lane, work.jobs.slice(at, at + 1_000));
      const asked: Jobs = {
        ...{ redisUrl, prefix: 'bare', queue: queueName(lane), jobs: count.jobs, concurrency },
      };
      const { cpuMs, ms } = program('floor/bullmq.ts', asked);
      const each = 20 / ids;
      return { cpuMs: (cpuMs / count.jobs) * each, perSecond: (count.jobs * 1_000) / ms / each, fill: 20 };
    },
    async close(): Promise<void> {
      await queues.close();
      await (await opened).close();
    },
  };
}

function program(file: string, asked: Calls | Jobs): Spent {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const args = ['--import', 'tsx', path, JSON.stringify(asked)];
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  return JSON.parse(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' })) as Spent;
}

function figures(names: readonly string[], found: readonly (readonly Told[])[], pinned: boolean) {
  const cpu = (n: number) => median((found[n] ?? []).map(({ cpuMs }) => cpuMs));
  const rows = names.map((name, n) => {
    const told = found[n] ?? [];
    const all = told.map(({ cpuMs }) => cpuMs);
    const perSecond = median(told.map((each) => each.perSecond));
    const spread = `${rounded(Math.min(...all), 3)}–${rounded(Math.max(...all), 3)}`;
    return [
      ...[name, rounded(cpu(n), 3), spread, rounded(1_000 / cpu(n))],
      ...[rounded(perSecond), rounded(perSecond * 20), rounded(median(told.map(({ fill }) => fill)), 2)],
    ];
  });
  const ratio = (n: number, jobs: number) => rounded(cpu(n) / (cpu(0) + cpu(jobs)), 2);
  return {
    columns: [
      ...['', 'CPU ms per 20 ids', 'spread', 'calls per CPU second'],
      ...['calls/s', 'ids/s', 'ids a call'],
    ],
    rows,
    notes: [
      `jobs of 20 ids: ${ratio(3, 1)} times undici, signature and an empty BullMQ job together`,
      `jobs of one id: ${ratio(4, 2)} times undici, signature and twenty empty BullMQ jobs together`,
      `medians of ${rounds} rounds taken in turn; ledger libSQL on disk; ` +
        (pinned
          ? 'the measured process on one core, all else on the others'
          : 'no process had a core of its own'),
    ],
  };
}
