/** One campaign of so many ids: what the processes hold at most while it is planned and while it is worked off. */
import { execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { World } from '../../test/system/world.ts';
import { rounded } from '../bench.ts';
import { accountNamed, EmulatorProcess } from '../emulator-process.ts';
import { sizeMb } from './fleet.ts';
import { Measured } from '../process.ts';
import type { BenchRedis } from '../redis.ts';

/** Memory at its highest, in MB; NaN where the system does not tell it of another process. */
export interface CampaignFigures {
  readonly planSeconds: number;
  readonly planMb: number;
  readonly runSeconds: number;
  readonly idsPerSecond: number;
  readonly workerMb: number;
  readonly redisMb: number;
  readonly ledgerMb: number;
  readonly bytesPerId: number;
}

const operation = 'alibaba.vod.delete-video';
/** More than one process can: so that it is not the cap that is measured. */
const cap = 2_000;
const everyMs = 200;
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export async function campaignAtWork(redis: BenchRedis, ids: number): Promise<CampaignFigures> {
  await redis.flush();
  const emulator = await EmulatorProcess.start({
    accounts: [accountNamed('acc', { DeleteVideo: { calls: cap, per: 'second' } })],
    inventory: { DeleteVideo: { any: true } },
  });
  const world = await World.open({
    redisUrl: redis.url,
    endpoint: emulator.url,
    accounts: { acc: { [operation]: { cap } } },
    settings: { metrics: { port: 0 }, approval: { above: 'off' } },
  });
  const config = join(world.dir, 'expunge.json');
  let worker: Measured | undefined;
  try {
    const file = join(world.dir, 'ids.txt');
    await writeIds(file, ids);
    const planning = performance.now();
    const plan = await typed([
      'campaign',
      'plan',
      'all',
      '--account',
      'acc',
      '--operation',
      operation,
      '--file',
      file,
      '--config',
      config,
    ]);
    const planSeconds = (performance.now() - planning) / 1_000;
    const planned = JSON.parse(plan.said) as { hash: string; valid: number };

    const before = (await redis.state()).bytes;
    worker = await Measured.start(['../src/main.ts', 'serve', '--worker', '--json', '--config', config]);
    let redisBytes = 0;
    const running = performance.now();
    await typed([
      'campaign',
      'run',
      'all',
      '--plan',
      planned.hash,
      '--confirm',
      String(planned.valid),
      '--config',
      config,
    ]);
    while ((await world.ledger.campaign('all'))?.state !== 'completed') {
      redisBytes = Math.max(redisBytes, (await redis.state()).bytes - before);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
    const runSeconds = (performance.now() - running) / 1_000;
    const ledgerMb = await sizeMb(join(world.dir, 'ledger.db'));
    return {
      planSeconds: rounded(planSeconds, 1),
      planMb: plan.mostMb,
      runSeconds: rounded(runSeconds, 1),
      idsPerSecond: rounded(ids / runSeconds),
      workerMb: await mostMb(worker.pid),
      redisMb: rounded(redisBytes / 1e6, 1),
      ledgerMb: rounded(ledgerMb),
      bytesPerId: rounded((ledgerMb * 1e6) / ids),
    };
  } finally {
    await worker?.stop();
    await world.close();
    await emulator.stop();
  }
}

async function writeIds(file: string, count: number): Promise<void> {
  const stream = createWriteStream(file);
  for (let from = 0; from < count; from += 10_000) {
    const lines = Array.from({ length: Math.min(10_000, count - from) }, (_, n) => `video${from + n}\n`);
    if (!stream.write(lines.join(''))) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}

/** A command as people type it; what it said last, and the most memory that it had. */
async function typed(argv: readonly string[]): Promise<{ readonly said: string; readonly mostMb: number }> {
  let most = NaN;
  let child: ChildProcess | undefined;
  const watch = setInterval(() => {
    void mostMb(child?.pid ?? 0).then((mb) => (most = Number.isNaN(mb) ? most : mb));
  }, everyMs);
  try {
    const said = await new Promise<string>((resolve, reject) => {
      const args = ['--import', 'tsx', main, ...argv, '--json'];
      child = execFile(process.execPath, args, { maxBuffer: 1 << 28 }, (error, stdout, stderr) =>
        error ? reject(new Error(stderr, { cause: error })) : resolve(stdout),
      );
    });
    return { said: said.trim().split('\n').at(-1) ?? '', mostMb: most };
  } finally {
    clearInterval(watch);
  }
}

/** The most memory that a process has had (Linux). */
async function mostMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return rounded(Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) / 1_000);
}
