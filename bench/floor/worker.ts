/** Our worker process where nothing but the processor limits it, given work round by round. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/clock.ts';
import type { KeyedTarget } from '../../src/ledger/record.ts';
import { acceptAll } from '../../src/producers/accept.ts';
import { pack } from '../../src/producers/pack.ts';
import { reusedKinds } from '../../src/providers/operations.ts';
import type { OfferedJob } from '../../src/queue.ts';
import { World } from '../../test/system/world.ts';
import type { EmulatorProcess } from '../emulator-process.ts';
import { onFirstCore } from './cores.ts';

const video = 'alibaba.vod.delete-video';
const account = 'acc';
const lane = `${account}~${video}`;

export interface Round {
  readonly calls: number;
  readonly ids: number;
  /** Processor time of all its threads, from the lane's opening to the queue's end. */
  readonly cpuMs: number;
  /** From the first call's arrival until the last job has ended. */
  readonly perSecond: number;
}

/** Jobs of so many ids each, and the targets that they name. */
export function jobs(
  world: World,
  ids: readonly string[],
  each: number,
): { readonly jobs: readonly OfferedJob[]; readonly targets: readonly KeyedTarget[] } {
  const { operation } = world.lane(account, video);
  const accepted = acceptAll(account, operation, ids);
  if ('problems' in accepted) throw new Error(JSON.stringify(accepted.problems));
  const asked = { request: 'floor', requester: 'bench', reason: 'measured' };
  const packed = [];
  for (let at = 0; at < ids.length; at += each) {
    const some = accepted.targets.slice(at, at + each).map((entry) => ({ ...entry, urgent: false }));
    packed.push(...pack(operation, some, asked, systemClock));
  }
  const jobOf = new Map(packed.flatMap(({ job, keys }) => keys.map((key) => [key, job.id] as const)));
  return {
    jobs: packed.map(({ job }) => job),
    targets: accepted.targets.map((entry) => ({ ...entry, job: jobOf.get(entry.key) ?? '' })),
  };
}

export class FloorWorker {
  readonly #world: World;
  readonly #emulator: EmulatorProcess;
  readonly #process: ChildProcess;
  #rounds = 0;

  private constructor(world: World, emulator: EmulatorProcess, process: ChildProcess) {
    this.#world = world;
    this.#emulator = emulator;
    this.#process = process;
  }

  /** `program`: the path of its sources, or of a build. */
  static async start(
    program: string,
    redisUrl: string,
    emulator: EmulatorProcess,
    cap: number,
    nodeArgs: readonly string[] = [],
  ): Promise<FloorWorker> {
    const world = await World.open({
      redisUrl,
      accounts: { [account]: { [video]: { cap } } },
      endpoint: emulator.url,
      settings: { metrics: { port: 0 } },
    });
    await world.ledger.setLane(lane, 'paused', 'until there is work', 'bench');
    const args = ['serve', '--worker', '--json', '--config', `${world.dir}/expunge.json`];
    const child = await started(program, args, nodeArgs);
    onFirstCore(child.pid ?? 0);
    return new FloorWorker(world, emulator, child);
  }

  /** So many calls' work in jobs of so many ids, recorded and queued before the lane opens. */
  async round(calls: number, each: number): Promise<Round> {
    const { ledger, queues } = this.#world;
    const round = ++this.#rounds;
    const ids = Array.from({ length: calls * 20 }, (_, n) => `round${round}x${n}`);
    const work = jobs(this.#world, ids, each);
    const request = { requester: 'bench', reason: 'measured', urgent: false, notBefore: 0, again: false };
    const reused = reusedKinds(this.#world.lane(account, video).operation);
    for (let at = 0; at < work.targets.length; at += 5_000)
      await ledger.record(`r${round}`, lane, request, work.targets.slice(at, at + 5_000), reused, 45_000);
    for (let at = 0; at < work.jobs.length; at += 1_000)
      await queues.add(lane, work.jobs.slice(at, at + 1_000));
    await this.#emulator.reset();
    await this.#emulator.inventory({ DeleteVideo: { any: true } });
    const before = await this.#cpuMs();
    const [at, asked] = [await this.#emulator.now(), systemClock.monotonic()];
    await ledger.setLane(lane, 'open', 'there is work', 'bench');
    await this.#emptied();
    const ended = at + systemClock.monotonic() - asked;
    const cpuMs = (await this.#cpuMs()) - before;
    await ledger.setLane(lane, 'paused', 'until there is work', 'bench');
    const sent = await this.#emulator.calls();
    const perSecond = (sent.length * 1_000) / (ended - (sent[0]?.at ?? NaN));
    const tally = await ledger.tally(`r${round}`);
    if (tally['deleted'] !== ids.length) throw new Error(`not all deleted: ${JSON.stringify(tally)}`);
    return { calls: sent.length, ids: ids.length, cpuMs, perSecond };
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
    await this.#world.close();
  }

  async #cpuMs(): Promise<number> {
    const told = once(this.#process, 'message') as Promise<[{ readonly cpuMs: number }]>;
    this.#process.send('cpu');
    return (await told)[0].cpuMs;
  }

  async #emptied(): Promise<void> {
    for (;;) {
      const counts = await this.#world.queues.counts(lane);
      if (['waiting', 'prioritized', 'active', 'delayed'].every((state) => !counts[state])) return;
      await sleep(50);
    }
  }
}

async function started(
  program: string,
  args: readonly string[],
  nodeArgs: readonly string[],
): Promise<ChildProcess> {
  const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
  const loader = program.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const child = spawn(
    process.execPath,
    ['--import', path('cpu.js'), ...loader, ...nodeArgs, path(program), ...args],
    { cwd: path('../..'), stdio: ['ignore', 'pipe', 'ignore', 'ipc'] },
  );
  if (!child.stdout) throw new Error('its output is not piped');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  if (!line.includes('"started":true')) throw new Error(line);
  return child;
}
