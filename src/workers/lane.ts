/**
 * One lane at work: its queue consumer, the items at hand, and whether it may send. The ledger's row decides
 * that; what is decided here (an account that can't act, the brake) is in force at once and written down, and
 * the row is not believed again before it is.
 */
import type { Settlement } from '../deletion.ts';
import { pause } from '../clock.ts';
import { LedgerAway } from '../ledger/database.ts';
import type { LaneState } from '../ledger/schema.ts';
import type { Consumer } from '../queue.ts';
import { Brake } from './brake.ts';
import { Budget } from './budget.ts';
import { Bins, isRetried, type Fate, type Gathered, type Item } from './gather.ts';
import { coalesce, takeIn, type Intake } from './intake.ts';
import type { LaneSetup, Means } from './means.ts';
import { adoption } from './adopt.ts';
import { AtHand } from './at-hand.ts';

/** How long a job waits before it asks a ledger again that did not answer. */
const ledgerPauseMs = 1_000;
/** The longest that a retry makes way for first attempts at once. */
const yieldMs = 4_000;

export class Lane {
  readonly setup: LaneSetup;
  readonly bins: Bins;
  readonly budget = new Budget();
  /** Calls claimed or under way. */
  busy = 0;
  /** An answer has shown that the provider knows us; until then one call at a time. */
  proven = false;
  readonly #means: Means;
  readonly #atHand: AtHand;
  readonly #items = new Map<string, Item>();
  /** Keys to be sent by themselves: an unanswered call for several had them. */
  readonly #alone = new Set<string>();
  readonly #brake: Brake;
  readonly #work: () => void;
  #state: LaneState = 'open';
  /** Monotonic ms before which a reading of the ledger's row is out of date; Infinity while ours is unwritten. */
  #decided = -Infinity;
  #consumer: Consumer | undefined;
  #closing = false;

  /** `work` is told that something waits, or that the lane opened. */
  constructor(setup: LaneSetup, means: Means, work: () => void) {
    this.setup = setup;
    this.#means = means;
    this.#work = work;
    this.#brake = new Brake(means.brake);
    const { batchKey, batchLimit } = setup.operation;
    this.bins = new Bins(batchKey, batchLimit);
    this.#atHand = new AtHand(this.bins, batchLimit);
  }

  /** It may send, as far as this process knows; the claim knows for certain. */
  get open(): boolean {
    return this.#state === 'open' && !this.#closing;
  }

  /** A call may be claimed for it. */
  get ready(): boolean {
    return this.open && this.setup.circuit.ready && (this.proven || this.busy === 0);
  }

  /** The next call. Retries beyond the budget make way for what was never tried, and come back soon. */
  take(): Gathered | undefined {
    const { clock } = this.#means;
    // One for all, or a job whose targets came back one by one would be looked at as often.
    const ms = yieldMs * (0.25 + 0.75 * clock.random());
    for (;;) {
      const gathered = this.bins.take(clock.monotonic());
      this.#atHand.adjust();
      if (!gathered || !isRetried(gathered)) return gathered;
      if (!this.bins.hasFresh() || this.budget.spend()) return gathered;
      for (const item of gathered.items) this.fate(item, { is: 'later', ms });
    }
  }

  start(): void {
    const { queues, ledger, observer } = this.#means;
    const { setup } = this;
    const intake: Intake = {
      ...{ lane: setup.name, account: setup.account, operation: setup.operation },
      signingKeys: this.#means.signingKeys,
      now: () => this.#means.clock.now(),
      monotonic: () => this.#means.clock.monotonic(),
      look: coalesce(this.#means.clock, (keys) => ledger.look(keys)),
      adopt: adoption(setup, this.#means),
      items: this.#items,
      brought: (targets) => {
        this.#atHand.brought(targets);
        this.#work();
      },
      enter: (item) => this.#enter(item),
      hasten: (item) => this.bins.hasten(item, this.#means.clock.monotonic()),
      accepting: () => this.open,
      refused: (why, job) => observer.jobRefused(setup, why, job),
    };
    this.#consumer = queues.consume(setup.name, async (data, job) => {
      this.#atHand.jobBegan();
      try {
        return await takeIn(intake, data, job);
      } catch (error) {
        if (!(error instanceof LedgerAway)) throw error;
        observer.trouble('the ledger does not answer', error);
        return { laterMs: ledgerPauseMs };
      } finally {
        this.#atHand.jobEnded();
      }
    });
    this.#atHand.of(this.#consumer);
    if (!this.open) this.#consumer.pause();
  }

  /** A target's fate is known: everybody who waits hears it. */
  fate(item: Item, fate: Fate): void {
    this.#items.delete(item.key);
    if (fate.is === 'settled') this.#alone.delete(item.key);
    for (const tell of item.waiters) tell(fate);
  }

  sendAlone(item: Item): void {
    this.#alone.add(item.key);
  }

  /** Counts settlements; the brake may stop the lane. */
  settled(settlements: readonly Settlement[]): void {
    const reason = this.#brake.count(settlements);
    if (reason && this.open) this.decide('paused', reason);
  }

  /** This worker stops the lane: at once here, then in the ledger, however long that takes. */
  decide(state: LaneState, reason: string): void {
    this.#decided = Infinity;
    this.#shut(state, reason);
    void this.#write(state, reason);
  }

  /** The row as a heartbeat read it; `asked` is when that began. */
  follow(state: LaneState, reason: string, asked: number): void {
    if (asked < this.#decided || state === this.#state) return;
    if (state === 'open') this.#reopen();
    else this.#shut(state, reason);
  }

  /** Its consumer holds what so many calls a second need that are answered after so long. */
  tune(callsPerSecond: number, latencyMs: number): void {
    this.#atHand.tune(callsPerSecond, latencyMs);
  }

  /** Puts everything back that has not been sent and ends when the last job has. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#consumer?.pause();
    this.#putAllBack();
    await this.#consumer?.close();
  }

  /** To the front of the line, or back into the queue if the lane has stopped meanwhile. */
  giveBack(gathered: Gathered): void {
    if (this.open) return this.bins.putBack(gathered, this.#means.clock.monotonic());
    for (const item of gathered.items) this.fate(item, { is: 'back' });
  }

  #putAllBack(): void {
    for (const item of this.bins.empty()) this.fate(item, { is: 'back' });
  }

  #enter(item: Item): void {
    if (!this.open) return this.fate(item, { is: 'back' });
    if (this.#alone.has(item.key)) this.bins.putPack([item]);
    else this.bins.add(item, this.#means.clock.monotonic());
  }

  #shut(state: LaneState, reason: string): void {
    this.#state = state;
    this.#consumer?.pause();
    this.#putAllBack();
    this.#means.observer.lane(this.setup, state, reason);
  }

  #reopen(): void {
    this.#state = 'open';
    this.proven = false;
    this.#brake.reset();
    this.#atHand.reset();
    this.#consumer?.resume();
    this.#means.observer.lane(this.setup, 'open', '');
    this.#work();
  }

  async #write(state: LaneState, reason: string): Promise<void> {
    const { ledger, clock, observer } = this.#means;
    for (;;) {
      try {
        await ledger.setLane(this.setup.name, state, reason, 'worker');
        this.#decided = clock.monotonic();
        return;
      } catch (error) {
        if (!(error instanceof LedgerAway)) throw error;
        observer.trouble('the ledger does not answer', error);
        await pause(clock, ledgerPauseMs);
      }
    }
  }
}
