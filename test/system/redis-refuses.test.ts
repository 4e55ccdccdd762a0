/** A Redis that takes nothing: it is away, it turned read-only, or its memory is full. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, type TestContext } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { commands } from '../../src/producers/cli/commands.ts';
import { runProgram } from '../../src/producers/cli/program.ts';
import { Backlog } from './backlog.ts';
import { quiet } from './judge.ts';
import { everyTarget } from './targets.ts';
import { RedisProcess } from './redis-process.ts';

const video = 'alibaba.vod.delete-video';

async function setup(context: TestContext) {
  const redis = await RedisProcess.start();
  context.onTestFinished(() => redis.stop());
  const backlog = await Backlog.open(context, { redisUrl: redis.url, caps: { [video]: 20 }, seconds: 8 });
  return { redis, backlog };
}

/** Share of a core that a process used while `ms` passed. */
async function cpuShare(pid: number, ms: number): Promise<number> {
  const ticks = () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  const [began, before] = [performance.now(), ticks()];
  await quiet(ms);
  return ((ticks() - before) * 10) / (performance.now() - began);
}

/** As a person types it; answers what it said, its exit code, and how long it took. */
async function typed(backlog: Backlog, ...ids: readonly string[]) {
  let out = '';
  let err = '';
  const began = performance.now();
  const exit = await runProgram({
    argv: [
      'enqueue',
      'acc',
      video,
      '--urgent',
      ...ids,
      '--json',
      '--yes',
      '--config',
      `${backlog.world.dir}/expunge.json`,
    ],
    ...{ clock: systemClock, env: {}, cwd: backlog.world.dir, version: 'test', commands },
    stopped: new AbortController().signal,
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  const told = JSON.parse(out) as { request: string; accepted: number };
  return { exit, err, ms: Math.round(performance.now() - began), ...told };
}

/** What must hold while Redis takes nothing, and after `relieve`. */
async function judge(name: string, backlog: Backlog, relieve: () => Promise<void>): Promise<void> {
  const { worker, world } = backlog;
  await backlog.exhausted();
  const from = worker.lines.length;
  const share = await cpuShare(worker.pid, 10_000);
  const errors = backlog.errors(from).length / 10;
  const command = await typed(backlog, 'late-1', 'late-2');
  const inLedger = (await everyTarget(world)).filter(({ id }) => id.startsWith('late-'));
  await relieve();
  const resumedMs = await backlog.resumed(await backlog.now());
  backlog.include(command.request);
  await backlog.judge(name, { cpu: share.toFixed(3), errorLines: errors, commandMs: command.ms, resumedMs });

  expect(errors).toBeLessThanOrEqual(10);
  expect(share).toBeLessThan(0.2);
  expect(command).toMatchObject({ exit: 0, accepted: 2 });
  expect(command.err).toContain('In the ledger only');
  expect(command.ms).toBeLessThan(5_000);
  expect(inLedger).toHaveLength(2);
  for (const ms of resumedMs) expect(ms).toBeLessThan(2_000);
}

describe.concurrent('a Redis', () => {
  it('that turned read-only costs little, and is used again within 2 s after it is a master', async (context) => {
    const { redis, backlog } = await setup(context);
    await redis.tell('REPLICAOF', '127.0.0.1', '1');
    await judge('read-only', backlog, () => redis.tell('REPLICAOF', 'NO', 'ONE'));
  });

  it('that is away costs little, and is used again within 2 s after it is back', async (context) => {
    const { redis, backlog } = await setup(context);
    await redis.kill();
    await judge('away', backlog, () => redis.restart());
  });

  it('whose memory is full costs little, and is used again within 2 s after it has room', async (context) => {
    const { redis, backlog } = await setup(context);
    await redis.tell('CONFIG', 'SET', 'maxmemory', '1');
    await judge('out of memory', backlog, () => redis.tell('CONFIG', 'SET', 'maxmemory', '0'));
  });
});
