/**
 * Where ours and its peers drain the same work: one emulator and one Redis for all, an account for each run, so that none
 * spends another's cap. Each drains both lanes at the same time, in processes of its own that stand ready before
 * the first call.
 */
import type { Call } from '../src/emulator/call-record.ts';
import type { Fault } from '../src/emulator/faults.ts';
import type { Stall } from '../src/emulator/stalls.ts';
import { secretOf } from '../test/system/world.ts';
import { accountNamed, EmulatorProcess } from './emulator-process.ts';
import { each, lanes, type Action } from './lanes.ts';
import type { Said } from './peers/peer.ts';
import { BenchRedis } from './redis.ts';

/** What one contestant did with its work. */
export interface Drained {
  readonly account: string;
  /** By its own word. */
  readonly said: Readonly<Record<Action, Said>>;
  /** When the last job of each lane had ended, by the emulator's clock; Infinity where it was stopped before. */
  readonly ended: Readonly<Record<Action, number>>;
  /** Processor time of all its processes, for both lanes; Redis and its client's children not counted. */
  readonly cpuMs: number;
}

export interface Work {
  /** What its ids begin with, unlike any other's. */
  readonly from: string;
  /** Ids of each lane. */
  readonly count: number;
  /** Stopped then; Infinity: when all is done. */
  readonly seconds: number;
}

export class Contest {
  readonly redis: BenchRedis;
  readonly emulator: EmulatorProcess;
  readonly #emulatorBegan: number;

  private constructor(redis: BenchRedis, emulator: EmulatorProcess, emulatorBegan: number) {
    this.redis = redis;
    this.emulator = emulator;
    this.#emulatorBegan = emulatorBegan;
  }

  static async open(
    accounts: readonly string[],
    seed: string,
    faults: readonly Fault[] = [],
  ): Promise<Contest> {
    const caps = Object.fromEntries(
      lanes.map(({ action, cap }) => [action, { calls: cap, per: 'second' as const }]),
    );
    const emulator = await EmulatorProcess.start({
      accounts: accounts.map((name) => accountNamed(name, caps)),
      inventory: { DeleteVideo: { any: true }, DeleteImage: { any: true } },
      ...{ seed, faults },
    });
    const began = performance.now() - (await emulator.now());
    return new Contest(await BenchRedis.start(), emulator, began);
  }

  /** The emulator's clock; behind it by the time of one answer. */
  now(): number {
    return performance.now() - this.#emulatorBegan;
  }

  /** What the provider has on record of this account, in the order of arrival. */
  async callsOf(account: string): Promise<Readonly<Record<Action, readonly Call[]>>> {
    const calls = await this.emulator.calls();
    const { accessKeyId } = keyOf(account);
    return each((action) => calls.filter((call) => call.account === accessKeyId && call.action === action));
  }

  async stalls(): Promise<readonly Stall[]> {
    return (await this.emulator.stats()).stalls;
  }

  async close(): Promise<void> {
    await this.emulator.stop();
    await this.redis.stop();
  }
}

/** What the emulator knows this account's caller by. */
export const keyOf = (account: string) => ({
  accessKeyId: `key-of-${account}`,
  accessKeySecret: secretOf(account),
});
