/**
 * `expunge demo`: the main job end to end on this machine. Real Redis, real ledger, real signed HTTP; only the
 * provider is a stand-in, and its own record has the last word on whether the demo succeeded.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { ledgerOf, queuesOf, redisOf, type RedisInUse } from '../../../app.ts';
import { loadConfig, type Config } from '../../../config.ts';
import { lanesOf } from '../../../lanes.ts';
import { operations } from '../../../providers/operations.ts';
import type { AddCommand, Context } from '../program.ts';
import { CommandError, exits } from '../terminal.ts';
import { startChild } from './child.ts';
import { configText } from './round.ts';
import { purge } from './purge.ts';

export const addDemo: AddCommand = (program, run) => {
  program
    .command('demo')
    .description(
      'purge some 24,000 made-up ids of all four operations from the emulator, and check each of them',
    )
    .option('--data <dir>', 'where ledger, Redis and the emulator keep their data', 'data')
    .action(run(demo));
};

async function demo(context: Context, { data }: { data: string }): Promise<void> {
  const { clock, terminal, env, cwd, stopped } = context;
  const dataDir = resolve(cwd, data);
  const file = join(dataDir, 'demo.yaml');
  await mkdir(dataDir, { recursive: true });
  const config = await configure(context, file, 'http://127.0.0.1:1');
  const { createLog } = await import('../../../log.ts');
  const log = createLog({ level: 'warn', clock });
  await refuseForeign(config, data);
  const ending: (() => Promise<void>)[] = [];
  try {
    terminal.say('Looking for a Redis, or starting a private one (the first time it may be unpacked) …');
    const redis = await redisOf(config, { clock, log, env });
    ending.push(() => endRedis(redis));
    const childEnv = {
      ...env,
      REDIS_URL: redis.url,
      EXPUNGE_CONFIG: file,
      LOG_LEVEL: env['LOG_LEVEL'] ?? 'warn',
    };
    const emulator = await startChild(
      ['emulator', '--port', '0', '--data', join(dataDir, 'emulator')],
      childEnv,
    );
    ending.push(() => emulator.stop());
    const url = String(emulator.started['url']);
    const live = await configure(context, file, url);
    const lanes = lanesOf(live);
    const [ledger, queues] = [await ledgerOf(live, lanes), await queuesOf(live, redis, clock, log)];
    ending.push(async () => {
      await queues.close();
      await ledger.close();
    });
    const server = await startChild(['serve'], childEnv);
    ending.push(() => server.stop());
    const api = `http://127.0.0.1:${String(server.started['api'])}`;
    terminal.say(
      `Redis ${redis.private ? 'private' : 'as configured'}, emulator ${url}, worker and API ${api} up; data in ${relative(cwd, dataDir) || '.'}.`,
    );
    await purge(context, { dataDir, url, api, ledger, queues, lanes, server, emulator });
  } finally {
    for (const end of ending.reverse()) await end();
  }
  if (stopped.aborted)
    throw new CommandError('Stopped; the next demo goes on where this one was.', exits.failed);
}

async function configure({ env, cwd }: Context, file: string, endpoint: string): Promise<Config> {
  await writeFile(file, `dataDir: .\n${configText(endpoint)}`);
  const loaded = loadConfig({ file, env, cwd, operations });
  if ('config' in loaded) return loaded.config;
  throw new Error(loaded.problems.map(({ path, problem }) => `${path} ${problem}`).join('; '));
}

/** A ledger with somebody's real accounts in it is no place for a demo. */
async function refuseForeign(config: Config, data: string): Promise<void> {
  const ledger = await ledgerOf(config, []);
  const lanes = await ledger.lanes();
  await ledger.close();
  const foreign = lanes.find(({ account }) => !account.startsWith('demo-'));
  if (foreign)
    throw new CommandError(
      `${data}/ holds the ledger of other accounts (${foreign.account}). Give the demo a folder of its own: expunge demo --data demo-data`,
      exits.refused,
    );
}

/** Also one that a killed demo left running: it was for this folder alone. */
async function endRedis(redis: RedisInUse): Promise<void> {
  await redis.stop();
  if (redis.private && !redis.startedHere && redis.pid !== undefined) process.kill(redis.pid, 'SIGTERM');
}
