/**
 * The provider of every benchmark: the emulator in a process of its own, so that what it costs is not what is measured,
 * with one distribution of latencies for all. It is asked over HTTP, after the fact: a record of 10^5 calls takes it
 * some seconds to tell.
 */
import type { EmulatorAccount } from '../src/emulator/account.ts';
import type { InventoryInput } from '../src/emulator/admin-input.ts';
import type { Call } from '../src/emulator/call-record.ts';
import type { EmulatorOptions } from '../src/emulator/emulator.ts';
import type { Fault } from '../src/emulator/faults.ts';
import type { Stats } from '../src/emulator/world.ts';
import { secretOf } from '../test/system/world.ts';
import { Measured, type Since } from './process.ts';

/** `latency` is 20–50 ms if left out, the range that the demo has too. */
export interface EmulatorSetup extends Pick<EmulatorOptions, 'accounts' | 'latency' | 'seed' | 'switches'> {
  readonly faults?: readonly Fault[];
  /** `{ DeleteVideo: { any: true } }`, or what there is to find missing. */
  readonly inventory?: InventoryInput;
}

/** An account as `World` configures it: with `World.open({ endpoint: emulator.url, … })` its workers call this one. */
export const accountNamed = (name: string, caps: EmulatorAccount['caps']): EmulatorAccount => ({
  name,
  provider: name.startsWith('huawei') ? 'huawei' : 'alibaba',
  accessKeyId: `key-of-${name}`,
  secret: secretOf(name),
  ...(name.startsWith('huawei') && { projectId: 'project' }),
  caps,
});

export class EmulatorProcess {
  readonly url: string;
  readonly #process: Measured;

  private constructor(process: Measured) {
    this.#process = process;
    this.url = process.url;
  }

  static async start(setup: EmulatorSetup): Promise<EmulatorProcess> {
    return new EmulatorProcess(await Measured.start(['emulator.ts', JSON.stringify(setup)]));
  }

  /** Every call since the start or the last reset, as it arrived. */
  async calls(): Promise<readonly Call[]> {
    const text = await (await this.#ask('calls')).text();
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Call]));
  }

  /** Its clock, by which it stamps calls; behind by the time of one answer. */
  async now(): Promise<number> {
    return ((await (await this.#ask('health')).json()) as { readonly at: number }).at;
  }

  async stats(): Promise<Stats> {
    return (await (await this.#ask('stats')).json()) as Stats;
  }

  /** Replaces all former ones. */
  async setFaults(faults: readonly Fault[]): Promise<void> {
    await this.#ask('faults', faults);
  }

  async inventory(definitions: InventoryInput): Promise<void> {
    await this.#ask('inventory', definitions);
  }

  /** Forgets record, faults, inventory and spent caps, for the next round. */
  async reset(): Promise<void> {
    await this.#ask('reset', {});
  }

  /** From now on `since` counts. */
  watch(): void {
    this.#process.watch();
  }

  async since(): Promise<Since> {
    return this.#process.since();
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }

  async #ask(what: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${this.url}/_emulator/${what}`, {
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the emulator answers ${response.status}: ${await response.text()}`);
    return response;
  }
}
