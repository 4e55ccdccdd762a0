/** A worker process under way on a backlog, and what has to hold whatever happens around it. */
import { expect, type TestContext } from 'vitest';
import type { Call } from '../../src/emulator/call-record.ts';
import { arrivalsOf, repeatedIds, type Arrivals } from './arrivals.ts';
import { emulatorNow, expectAgreement, quiet } from './judge.ts';
import { everyTarget, numbered } from './targets.ts';
import type { Proxy } from './proxy.ts';
import { WorkerProcess, type Line } from './worker-process.ts';
import { fullestWindow, World, type WorldOptions } from './world.ts';

const actions = {
  'alibaba.vod.delete-video': 'DeleteVideo',
  'alibaba.vod.delete-image': 'DeleteImage',
} as const;
type Operation = keyof typeof actions;

export interface BacklogOptions extends Omit<WorldOptions, 'accounts'> {
  /** Calls a second of each lane. */
  readonly caps: Readonly<Partial<Record<Operation, number>>>;
  /** How long the backlog takes at the caps. */
  readonly seconds: number;
  /** Stands before the provider; where it leads to is seen to. */
  readonly before?: Proxy;
}

interface BackloggedLane {
  readonly name: string;
  readonly operation: Operation;
  readonly action: string;
  readonly cap: number;
}

/** Looks often enough for figures in tenths of a second, and is no load for what it watches. */
async function watch(what: string, holds: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${withinMs} ms`);
    await quiet(50);
  }
}

export class Backlog {
  readonly world: World;
  readonly worker: WorkerProcess;
  readonly lanes: readonly BackloggedLane[];
  readonly #requests: string[] = [];

  private constructor(made: Pick<Backlog, 'world' | 'worker' | 'lanes'>) {
    this.world = made.world;
    this.worker = made.worker;
    this.lanes = made.lanes;
  }

  /** Resolves when each lane has sent 20 calls. */
  static async open({ onTestFinished }: TestContext, options: BacklogOptions): Promise<Backlog> {
    const { caps, seconds, before, ...rest } = options;
    const lanes = Object.entries(caps).map(([name, cap]): BackloggedLane => {
      const operation = name as Operation;
      return { name: `acc~${operation}`, operation, action: actions[operation], cap };
    });
    const world = await World.open({
      settings: { metrics: { port: 0 } },
      ...rest,
      ...(before && { endpoint: `http://127.0.0.1:${before.port}` }),
      accounts: { acc: Object.fromEntries(lanes.map(({ operation, cap }) => [operation, { cap }])) },
    });
    if (before) before.target = world.emulator.port;
    const worker = await WorkerProcess.start(world);
    onTestFinished(async () => {
      await worker.stop();
      await world.close();
    });
    const backlog = new Backlog({ world, worker, lanes });
    for (const { operation, action, cap } of lanes) {
      world.emulator.inventory({ [action]: { any: true } });
      const ids = numbered('id', seconds * cap * 20);
      backlog.include((await world.enqueue('acc', operation, ids)).request);
    }
    await backlog.underWay(20);
    return backlog;
  }

  /** A request that has to be settled in the end. */
  include(request: string): void {
    this.#requests.push(request);
  }

  /** Resolves when each lane has sent so many calls more. */
  async underWay(calls: number): Promise<void> {
    const before = this.#times.map((at) => at.length);
    const enough = () => this.#times.every((at, n) => at.length >= (before[n] ?? 0) + calls);
    await watch(`${calls} calls a lane`, enough, 30_000);
  }

  get calls(): readonly Call[] {
    return this.world.emulator.calls();
  }

  get arrivals(): readonly Arrivals[] {
    return this.lanes.map(({ action }) => arrivalsOf(this.world.emulator, 'acc', action));
  }

  now(): Promise<number> {
    return emulatorNow(this.world);
  }

  /** Error lines of the worker's log from the n-th line on. */
  errors(from = 0): readonly Line[] {
    return this.worker.lines.slice(from).filter(({ level }) => level === 'error');
  }

  /** Jobs at hand are sent without Redis: only when none is left can a call show that Redis is used again. */
  async exhausted(): Promise<void> {
    const silent = async () => {
      const now = await this.now();
      return this.#times.every((at) => now - (at.at(-1) ?? 0) > 700);
    };
    await watch('the last job at hand', silent, 30_000);
  }

  /** Milliseconds from `since` to each lane's next call. */
  async resumed(since: number): Promise<readonly number[]> {
    await watch('calls', () => this.#times.every((at) => (at.at(-1) ?? 0) >= since), 30_000);
    return this.#times.map((at) => Math.round((at.find((time) => time >= since) ?? Infinity) - since));
  }

  /** Calls that arrived from `since` on, as a share of the caps. */
  async shareSince(since: number): Promise<number> {
    const seconds = ((await this.now()) - since) / 1_000;
    const possible = this.lanes.reduce((sum, { cap }) => sum + cap * seconds, 0);
    return this.calls.filter(({ at }) => at >= since).length / possible;
  }

  /** Everything is settled, at the provider as in the ledger, and no cap was passed. Prints how it went. */
  async judge(name: string, figures: object): Promise<{ readonly repeats: number }> {
    for (const request of this.#requests) await this.world.settled(request, 90_000);
    await expectAgreement(this.world);
    const rows = await everyTarget(this.world);
    expect(rows.filter(({ settlement }) => settlement !== 'deleted' && settlement !== 'absent')).toEqual([]);
    const { arrivals } = this;
    const accepted = arrivals.map(({ calls }) => calls.filter(({ result }) => result === 'accepted'));
    const repeats = accepted.reduce((sum, calls) => sum + repeatedIds(calls).size, 0);
    const sent = this.lanes.map(({ action }) => this.worker.sent(action));
    const windows = (times: readonly number[]) => fullestWindow(times, 1_000);
    const fullest = this.lanes.map(
      ({ cap }, n) => `${windows(sent[n] ?? [])} (arrived ${arrivals[n]?.fullest}) of ${cap}`,
    );
    const stalls = this.world.emulator.stats().stalls.length;
    const told = `${rows.length} ids settled, ${repeats} repeated; fullest ${fullest.join(', ')}, emulator stalls ${stalls}`;
    console.info(`${name}: ${JSON.stringify(figures)}; ${told}`);
    // Where they left the worker: on their way, and in the emulator's haste, a busy machine bunches them.
    for (const [n, { cap }] of this.lanes.entries()) {
      expect(windows(sent[n] ?? [])).toBeLessThanOrEqual(cap);
      expect(arrivals[n]?.calls.length).toBeLessThanOrEqual(sent[n]?.length ?? 0);
    }
    return { repeats };
  }

  /** When each lane's calls arrived. */
  get #times(): readonly (readonly number[])[] {
    const calls = this.world.emulator.calls();
    return this.lanes.map((lane) => calls.filter(({ action }) => action === lane.action).map(({ at }) => at));
  }
}
