/** Campaigns as people type them: each with a key of their own, or with none. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { arrivalsOf } from './arrivals.ts';
import { typed, type Typed } from './operate.ts';
import { WorkerProcess } from './worker-process.ts';
import { World, type WorldOptions } from './world.ts';

export const video = 'alibaba.vod.delete-video';

const scopes = {
  ann: ['campaign', 'approve', 'enqueue', 'operate'],
  ben: ['campaign', 'approve'],
  rob: ['read'],
} as const;
/** `nobody` has no key; `stranger` has one that nobody knows. */
export type Who = keyof typeof scopes | 'nobody' | 'stranger';

const keyOf = (who: Who): string => `the-key-of-${who}`;

/** For the section api of a configuration. */
const keys = Object.entries(scopes).map(([name, may]) => {
  return {
    name,
    sha256: createHash('sha256')
      .update(keyOf(name as Who))
      .digest('hex'),
    scopes: may,
  };
});

export function type(world: World, who: Who, ...argv: string[]): Promise<Typed> {
  return typed(world, argv, who === 'nobody' ? {} : { EXPUNGE_API_KEY: keyOf(who) });
}

/** Types it for Ann and rejects unless it exits with 0; answers what programs are told. */
export async function told<Answer extends object = object>(world: World, ...argv: string[]): Promise<Answer> {
  const { exit, said, answered } = await type(world, 'ann', ...argv, '--json');
  if (exit !== 0) throw new Error(`expunge ${argv.join(' ')}: exit ${exit}: ${said}`);
  return JSON.parse(answered) as Answer;
}

/** A world with these people in it; nobody has to approve unless the settings say so. */
export async function openWorld(
  { settings, ...options }: Omit<WorldOptions, 'redisUrl'> & { readonly redisUrl: string },
  workers = 1,
): Promise<{ readonly world: World; readonly workers: WorkerProcess[] }> {
  const world = await World.open({
    ...options,
    settings: { metrics: { port: 0 }, approval: { above: 'off' }, api: { keys }, ...settings },
  });
  const processes: WorkerProcess[] = [];
  onTestFinished(async () => {
    await Promise.all(processes.map((worker) => worker.stop()));
    await world.close();
  });
  for (let n = 0; n < workers; n++) processes.push(await WorkerProcess.start(world));
  return { world, workers: processes };
}

/** A list of ids in a file of the world's; answers its path. */
export function list(world: World, name: string, ids: readonly string[]): string {
  const path = join(world.dir, name);
  writeFileSync(path, ids.map((id) => `${id}\n`).join(''));
  return path;
}

export interface Plan {
  readonly hash: string;
  readonly valid: number;
  readonly invalid: number;
  readonly duplicates: number;
  readonly rejects?: string;
}

/** Answers the plan of these ids, or of this file. */
export function planned(
  world: World,
  name: string,
  account: string,
  ids: readonly string[] | string,
  ...flags: readonly string[]
): Promise<Plan> {
  const file = typeof ids === 'string' ? ids : list(world, `${name}.txt`, ids);
  const what = ['--account', account, '--operation', video, '--file', file];
  return told<Plan>(world, 'campaign', 'plan', name, ...what, ...flags);
}

/** Plans these ids and runs the plan. */
export async function started(
  world: World,
  name: string,
  account: string,
  ids: readonly string[],
  ...flags: readonly string[]
): Promise<void> {
  const { hash, valid } = await planned(world, name, account, ids, ...flags);
  await told(world, 'campaign', 'run', name, '--plan', hash, '--confirm', String(valid));
}

export interface Status {
  readonly state: string;
  readonly reason: string;
  readonly by: string;
  readonly valid: number;
  readonly done: number;
  readonly remaining: number;
  readonly settlements: Readonly<Record<string, number>>;
  readonly calls: number;
  readonly throttled: number;
  readonly inFlight: number;
  readonly canaryStage: number | null;
  readonly waits: readonly { readonly for: string; readonly text: string; readonly until?: string }[];
}

export const statusOf = (world: World, name: string): Promise<Status> =>
  told<Status>(world, 'campaign', 'status', name);

/** Video deletions of an account, by the emulator's record. */
export const callsOf = (world: World, account: string) => arrivalsOf(world.emulator, account, 'DeleteVideo');
