/**
 * Fleet: which units this process owns. About every second it beats: says that it lives, hears which units are
 * still its own, which are free and how many workers there are to share them, and follows the lanes' states.
 *
 * It takes no more than its share while others could have the rest, and gives a unit up only after the unit's
 * last call is answered. A successor waits before it sends: see `waitBefore`.
 */
import { pause } from '../clock.ts';
import type { Pulse, Takeover, WorkerIdentity } from '../ledger/ownership.ts';
import { createLimiter, type Limiter } from '../limiter.ts';
import { Drain } from './drain.ts';
import type { Means, UnitSetup } from './means.ts';

const beatMs = 1_000;
/** A dead owner's last claim may still be good for 1 s, and its call under way for a moment: wait out both. */
const afterDeathMs = 3_000;
/** A window and the allowance for jitter: what the former owner sent has left every window then. */
const afterReleaseMs = 1_040;

export class Fleet {
  readonly #units: readonly UnitSetup[];
  readonly #means: Means;
  readonly #identity: WorkerIdentity;
  readonly #drains = new Map<string, Drain>();
  readonly #leaving = new Set<Promise<void>>();
  readonly #ending = new AbortController();
  #beating: Promise<void> = Promise.resolve();
  #stopping = false;
  #beatAt = -Infinity;

  constructor(
    units: readonly UnitSetup[],
    means: Means,
    place: { readonly host: string; readonly pid: number },
  ) {
    this.#units = units;
    this.#means = means;
    this.#identity = { ...place, id: means.clock.id(), units: units.map(({ name }) => name) };
  }

  start(): void {
    this.#beating = this.#beatOn();
  }

  /** Lanes that this process drains now and that may send: those it feeds. */
  openLanes(): readonly string[] {
    const lanes = [...this.#drains.values()].flatMap((drain) => drain.lanes);
    return lanes.filter((lane) => lane.open).map((lane) => lane.setup.name);
  }

  /** Units owned now, each with its limiter. */
  owned(): readonly { readonly unit: UnitSetup; readonly limiter: Limiter }[] {
    return [...this.#drains.values()].map(({ setup, limiter }) => ({ unit: setup, limiter }));
  }

  /** The ledger answered a beat lately, and this process is not on its way out. */
  get ready(): boolean {
    return !this.#stopping && this.#means.clock.monotonic() - this.#beatAt < 3 * beatMs;
  }

  /** Gives everything up, each unit after its last answer; goes on beating until then. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const drain of this.#drains.values()) this.#giveUp(drain);
    while (this.#leaving.size > 0) await Promise.race(this.#leaving);
    this.#ending.abort();
    await this.#beating;
    await this.#means.ledger.leave(this.#identity.id).catch(() => undefined);
  }

  async #beatOn(): Promise<void> {
    const { clock, observer } = this.#means;
    while (!this.#ending.signal.aborted) {
      await this.#beat().catch((error: unknown) => observer.trouble('a heartbeat failed', error));
      await pause(clock, beatMs, this.#ending.signal);
    }
  }

  async #beat(): Promise<void> {
    const asked = this.#means.clock.monotonic();
    const pulse = await this.#means.ledger.beat(this.#identity);
    this.#beatAt = this.#means.clock.monotonic();
    for (const drain of this.#drains.values()) {
      if (pulse.owned.get(drain.setup.name) !== drain.tenure.epoch) this.#lose(drain);
      else follow(drain, pulse, asked);
    }
    if (!this.#stopping) await this.#balance(pulse, asked);
  }

  async #balance(pulse: Pulse, asked: number): Promise<void> {
    const share = fairShare(this.#identity.units, pulse.workers);
    for (const drain of [...this.#drains.values()].slice(share)) this.#giveUp(drain);
    for (const unit of this.#units) {
      if (this.#drains.size >= share || this.#stopping) return;
      if (pulse.free.includes(unit.name) && !this.#drains.has(unit.name))
        await this.#take(unit, pulse, asked);
    }
  }

  async #take(unit: UnitSetup, pulse: Pulse, asked: number): Promise<void> {
    const { ledger, clock, observer } = this.#means;
    const windowMs = unit.cap.per === 'second' ? 1_000 : 60_000;
    const taken = await ledger.take(unit.name, this.#identity.id, windowMs);
    if (!taken) return;
    const limiter = createLimiter(unit.cap, clock);
    limiter.restore(taken.callAges);
    limiter.holdFor(waitBefore(taken, windowMs));
    const tenure = { unit: unit.name, owner: this.#identity.id, epoch: taken.epoch };
    const drain = new Drain(unit, tenure, limiter, this.#means);
    this.#drains.set(unit.name, drain);
    follow(drain, pulse, asked);
    if (taken.left === 'silent') await this.#withdraw(unit);
    drain.start();
    observer.unit(unit, 'taken', limiter);
  }

  /** What a dead owner held stays locked in the queue for up to 30 s: it is offered anew meanwhile. */
  async #withdraw(unit: UnitSetup): Promise<void> {
    const { queues, ledger, observer } = this.#means;
    try {
      for (const { name } of unit.lanes) await ledger.withdraw(name, await queues.active(name));
    } catch (error) {
      observer.trouble('what a dead worker held could not be offered anew', error);
    }
  }

  #giveUp(drain: Drain): void {
    if (!this.#drains.delete(drain.setup.name)) return;
    const { ledger, observer } = this.#means;
    const leaving = drain
      .stop()
      .then(() => ledger.release(drain.tenure))
      .then(() => observer.unit(drain.setup, 'given up', undefined))
      // Unreleased it falls free when this process has been silent for long enough.
      .catch((error: unknown) => observer.trouble('a unit could not be given up', error))
      .finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  #lose(drain: Drain): void {
    this.#drains.delete(drain.setup.name);
    this.#means.observer.unit(drain.setup, 'lost', undefined);
    const leaving = drain.stop().finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }
}

/** Lanes stop and open as the ledger says; consumers are tuned on the way. */
function follow(drain: Drain, { lanes, halt }: Pulse, asked: number): void {
  for (const lane of drain.lanes) {
    const row = lanes.get(lane.setup.name);
    if (halt !== undefined) lane.follow('halted', halt, asked);
    else if (row) lane.follow(row.state, row.reason, asked);
  }
  drain.tune();
}

/** Each unit is shared evenly by the workers that could own it. */
export function fairShare(mine: readonly string[], workers: readonly (readonly string[])[]): number {
  const able = (unit: string) => Math.max(1, workers.filter((units) => units.includes(unit)).length);
  const share = mine.reduce((sum, unit) => sum + 1 / able(unit), 0);
  return Math.ceil(share - 1e-9);
}

/** How long a new owner sends nothing, in ms from the take-over. A long window is known from the ledger instead. */
export function waitBefore({ left }: Takeover, windowMs: number): number {
  if (left === 'unused') return 0;
  if (left === 'silent') return afterDeathMs;
  return windowMs > 1_000 ? 0 : afterReleaseMs;
}
