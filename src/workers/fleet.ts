/**
 * Fleet: which units this process owns. About every second it beats: says that it lives and what it is configured
 * with, hears who owns what and which workers there are, and follows the lanes' states and the caps in force.
 *
 * It takes what falls to it when all is shared out (see share), and gives a unit up only after the unit's last
 * call is answered. A successor waits before it sends: see `waitBefore`.
 */
import { pause } from '../clock.ts';
import { isOurs } from '../job.ts';
import type { UnitCaps } from '../ledger/caps.ts';
import type { Pulse, Takeover } from '../ledger/ownership.ts';
import { createLimiter, windowOf, type Cap, type Limiter } from '../limiter.ts';
import { Drain } from './drain.ts';
import type { Means, UnitSetup } from './means.ts';
import { shareOut } from './share.ts';

const beatMs = 1_000;
/** Units that are taken together: one by one, some hundreds would take many beats. Their claims share commits. */
const atOnce = 50;
/** A dead owner's last claim may still be good for 1 s, and its call under way for a moment: wait out both. */
const afterDeathMs = 3_000;
/** A window and the allowance for jitter: what the former owner sent has left every window then. */
const afterReleaseMs = 1_040;

export class Fleet {
  readonly #units: readonly UnitSetup[];
  readonly #means: Means;
  readonly #identity: { readonly id: string; readonly host: string; readonly pid: number };
  readonly #configured: UnitCaps;
  readonly #drains = new Map<string, Drain>();
  /** Units that this process has done with but for their last calls. */
  readonly #leaving = new Map<string, Promise<void>>();
  /** While a unit's former owner, taken for dead, may still send: until then, in monotonic ms. */
  readonly #silentUntil = new WeakMap<Drain, number>();
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
    this.#identity = { ...place, id: means.clock.id() };
    this.#configured = Object.fromEntries(units.map(({ name, cap }) => [name, cap]));
  }

  start(): void {
    this.#beating = this.#beatOn();
  }

  /** Lanes that this process drains now and that may send, with the cap in force: those it feeds. */
  openLanes(): ReadonlyMap<string, Cap> {
    const lanes = [...this.#drains.values()].flatMap(({ lanes: own, limiter }) =>
      own.filter((lane) => lane.open).map((lane) => [lane.setup.name, limiter.cap] as const),
    );
    return new Map(lanes);
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
    // Before it gives anything up: nothing may fall to it any more.
    await this.#leave();
    for (const drain of this.#drains.values()) this.#giveUp(drain);
    while (this.#leaving.size > 0) await Promise.race(this.#leaving.values());
    this.#ending.abort();
    await this.#beating;
    await this.#leave();
  }

  async #leave(): Promise<void> {
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
    const units = this.#stopping ? {} : this.#configured;
    const pulse = await this.#means.ledger.beat({ ...this.#identity, units });
    this.#beatAt = this.#means.clock.monotonic();
    for (const drain of this.#drains.values()) {
      if (pulse.owned.get(drain.setup.name) !== drain.tenure.epoch) this.#lose(drain);
      else {
        drain.confirmed(asked);
        follow(drain, pulse, asked);
      }
    }
    await this.#disown(pulse);
    if (!this.#stopping) await this.#balance(pulse, asked);
  }

  /** Units that are ours by the ledger and that nobody drains, since its answer to taking one never came. */
  async #disown({ owned }: Pulse): Promise<void> {
    const owner = this.#identity.id;
    for (const [unit, epoch] of owned)
      if (!this.#drains.has(unit) && !this.#leaving.has(unit))
        await this.#means.ledger.release({ unit, owner, epoch }, 'silent');
  }

  async #balance(pulse: Pulse, asked: number): Promise<void> {
    const { id } = this.#identity;
    const owners = new Map(pulse.owners);
    // What is on its way out counts as given up already, or more would follow it.
    for (const unit of this.#leaving.keys()) if (owners.get(unit) === id) owners.set(unit, '');
    const due = shareOut(owners, pulse.workers);
    for (const drain of this.#drains.values()) if (due.get(drain.setup.name) !== id) this.#giveUp(drain);
    const free = this.#units.filter(
      ({ name }) => due.get(name) === id && pulse.owners.get(name) === '' && !this.#leaving.has(name),
    );
    // They share a transaction: all processes lock their rows in one order.
    free.sort((one, other) => (one.name < other.name ? -1 : 1));
    for (let at = 0; at < free.length && !this.#stopping; at += atOnce) {
      const taking = free.slice(at, at + atOnce).map((unit) => this.#take(unit, pulse, asked));
      // The next beat gives back what is ours and nobody drains: none may still be under way then.
      await Promise.allSettled(taking);
      await Promise.all(taking);
    }
  }

  async #take(unit: UnitSetup, pulse: Pulse, asked: number): Promise<void> {
    const { ledger, clock, observer } = this.#means;
    const cap = pulse.caps.get(unit.name) ?? unit.cap;
    const windowMs = windowOf(cap);
    const asking = clock.monotonic();
    const taken = await ledger.take(unit.name, this.#identity.id, windowMs);
    if (!taken) return;
    const tenure = { unit: unit.name, owner: this.#identity.id, epoch: taken.epoch };
    if (this.#stopping) return ledger.release(tenure, 'silent');
    const limiter = createLimiter(cap, clock);
    limiter.restore(taken.callAges);
    const waitMs = waitBefore(taken, windowMs);
    limiter.holdFor(waitMs);
    const drain = new Drain(unit, tenure, limiter, this.#means);
    if (taken.left === 'silent') this.#silentUntil.set(drain, clock.monotonic() + waitMs);
    this.#drains.set(unit.name, drain);
    drain.confirmed(asking);
    follow(drain, pulse, asked);
    // Also of an owner that died before its first call.
    if (taken.left !== 'released') await this.#withdraw(unit);
    drain.start();
    observer.unit(unit, 'taken', limiter);
  }

  /**
   * What a dead owner held would stay locked in the queue for up to 30 s, and then run again whatever it is: it is
   * offered anew now as the ledger sees fit, and its jobs discarded. What is not ours stays: it may be in the queue
   * only, and somebody may wait for its end.
   */
  async #withdraw(unit: UnitSetup): Promise<void> {
    const { queues, ledger, observer } = this.#means;
    try {
      for (const { name } of unit.lanes) {
        const held = await queues.active(name);
        if (held.length === 0) continue;
        const known = await ledger.withdraw(name, held);
        await queues.discard(name, known.filter(isOurs));
      }
    } catch (error) {
      observer.trouble('what a dead worker held could not be offered anew', error);
    }
  }

  #giveUp(drain: Drain): void {
    if (!this.#drains.delete(drain.setup.name)) return;
    const { ledger, observer } = this.#means;
    const givenUp = drain
      .stop()
      .then(() => ledger.release(drain.tenure, this.#leftAs(drain)))
      .then(() => observer.unit(drain.setup, 'given up', undefined))
      // The next beat makes up for it; if there is none, it falls free like those of the dead.
      .catch((error: unknown) => observer.trouble('a unit could not be given up', error));
    this.#seeOut(drain, givenUp);
  }

  /** Given up before its wait is over, a unit is left as it was found, or the next owner would wait too little. */
  #leftAs(drain: Drain): 'released' | 'silent' {
    const until = this.#silentUntil.get(drain) ?? -Infinity;
    return this.#means.clock.monotonic() < until ? 'silent' : 'released';
  }

  #lose(drain: Drain): void {
    this.#drains.delete(drain.setup.name);
    this.#means.observer.unit(drain.setup, 'lost', undefined);
    this.#seeOut(drain, drain.stop(true));
  }

  #seeOut({ setup }: Drain, stopped: Promise<void>): void {
    this.#leaving.set(
      setup.name,
      stopped.finally(() => this.#leaving.delete(setup.name)),
    );
  }
}

/** Lanes stop and open as the ledger says, the cap is the one in force; consumers are tuned on the way. */
function follow(drain: Drain, { lanes, halt, caps }: Pulse, asked: number): void {
  const { setup, limiter } = drain;
  const cap = caps.get(setup.name) ?? setup.cap;
  if (cap.calls !== limiter.cap.calls || cap.per !== limiter.cap.per) limiter.setCap(cap);
  for (const lane of drain.lanes) {
    const row = lanes.get(lane.setup.name);
    if (halt !== undefined) lane.follow('halted', halt, asked);
    else if (row) lane.follow(row.state, row.reason, asked);
  }
  drain.tune();
}

/** How long a new owner sends nothing, in ms from the take-over. A long window is known from the ledger instead. */
export function waitBefore({ left }: Takeover, windowMs: number): number {
  if (left === 'unused') return 0;
  if (left === 'silent') return afterDeathMs;
  return windowMs > 1_000 ? 0 : afterReleaseMs;
}
