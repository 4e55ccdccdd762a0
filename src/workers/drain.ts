/**
 * Drain: one owned unit at work. Gathered targets are claimed a little ahead of their slots, admitted when the
 * slot comes, sent in that very tick. Everything is driven by events (a target waits, a claim is back, a call
 * ended, a slot is near); `pump` looks at the state and does whatever may be done now.
 *
 * It guarantees that no call is sent without a claim of this tenure, that the first call after a start or an
 * unhalt goes alone, and that nothing is claimed which will not be sent soon. Fullness and order are the bins',
 * the window the limiter's, and whether the provider answers at all the circuit's.
 */
import type { Tenure } from '../ledger/claim.ts';
import { silenceMs } from '../ledger/ownership.ts';
import type { Limiter } from '../limiter.ts';
import type { CallResult } from '../providers/call.ts';
import { attempt, isGood, unsend, type Surroundings } from './attempt.ts';
import { claim, type Claim } from './claim.ts';
import { confirming, type Confirming } from './confirm.ts';
import { Lane } from './lane.ts';
import type { Means, UnitSetup } from './means.ts';
import { turnOfBoth, type Turn } from './turn.ts';

/** Claims are taken for slots due within this time, so that they don't grow old waiting. */
const aheadMs = 250;
/** A part-filled call is claimed only when its slot is this near: until then more may come. */
const nearMs = 25;
const slowestCallMs = 10_000;

export class Drain {
  readonly setup: UnitSetup;
  readonly limiter: Limiter;
  readonly tenure: Tenure;
  readonly lanes: readonly Lane[];
  readonly #means: Means;
  readonly #around: Surroundings;
  readonly #confirming: Confirming;
  readonly #ready: Claim[] = [];
  #claiming = 0;
  #flying = 0;
  /** Attempts whose outcome is not yet on record. */
  readonly #unsettled = new Set<Promise<void>>();
  /** Turns asked for and not yet taken. */
  #asked = 0;
  #stopped = false;
  #sureUntil = -Infinity;
  #latencyMs = 100;
  #turn = 0;
  #cancelWake = () => {};
  #unwatch: readonly (() => void)[] = [];

  constructor(setup: UnitSetup, tenure: Tenure, limiter: Limiter, means: Means) {
    this.setup = setup;
    this.tenure = tenure;
    this.limiter = limiter;
    this.#means = means;
    this.lanes = setup.lanes.map((lane) => new Lane(lane, means, () => this.#pump()));
    const sure = () => means.clock.monotonic() < this.#sureUntil;
    this.#confirming = confirming(means.clock, sure, () => this.#admit());
    this.#around = {
      means,
      limiter,
      confirm: this.#confirming.confirm,
      answered: (lane, result) => this.#answered(lane, result),
    };
  }

  start(): void {
    if (this.#stopped) return;
    this.#unwatch = this.lanes.map(({ setup }) => setup.circuit.watch(() => this.#pump()));
    for (const lane of this.lanes) lane.start();
    this.tune();
  }

  /** The ledger was asked at this monotonic time, and said that the unit is ours: nobody can have taken it before. */
  confirmed(asked: number): void {
    this.#sureUntil = asked + silenceMs;
  }

  /** To be called about every second: consumers hold as many jobs as the present latency needs. */
  tune(): void {
    for (const lane of this.lanes) lane.tune(this.limiter.rate, this.#latencyMs);
    this.#pump();
  }

  /** Ends when nothing is claimed, in flight or unwritten: the unit may be given up then. `lost`: it is another's. */
  async stop(lost = false): Promise<void> {
    this.#stopped = true;
    if (lost) this.#sureUntil = -Infinity;
    this.#cancelWake();
    for (const end of this.#unwatch) end();
    const closing = Promise.all(this.lanes.map((lane) => lane.close()));
    for (const claim of this.#ready.splice(0)) this.#unsend(claim);
    while (this.#unsettled.size > 0) await Promise.race(this.#unsettled);
    await closing;
    this.limiter.stop();
  }

  /** Most calls in flight: twice what the latency of late needs, so that a hung provider is not flooded. */
  get #ceiling(): number {
    return Math.min(400, Math.max(8, Math.ceil(this.limiter.rate * ((2 * this.#latencyMs) / 1_000 + 0.5))));
  }

  /**
   * A claim has been there for longer than its slot was away: it is not the slots that are waited for, and more claims
   * would only grow too old to be sent.
   */
  get #isBehind(): boolean {
    const [first] = this.#ready;
    return first !== undefined && this.#means.clock.monotonic() - first.made > 2 * aheadMs;
  }

  #pump(): void {
    this.#cancelWake();
    while (!this.#stopped) {
      const ahead = this.#ready.length + this.#claiming;
      if (ahead + this.#flying >= this.#ceiling || this.#isBehind) return;
      const lane = this.#nextLane(ahead > 0);
      if (!lane) return this.#wakeForProbe();
      const due = Math.max(this.limiter.dueIn(ahead), lane.setup.egress?.dueIn(ahead) ?? 0);
      const early = due - (this.#takesAhead(lane) ? aheadMs : nearMs);
      if (early > 0) return this.#wake(early);
      this.#claim(lane);
    }
  }

  /**
   * A call of this lane may be taken ahead of its slot: a full one; or whichever is next, where small groups
   * make up more calls than there are slots ahead, so that one claim at a time would not keep up.
   */
  #takesAhead({ bins }: Lane): boolean {
    return bins.hasFull() || bins.hasCalls(1 + Math.ceil((this.limiter.rate * aheadMs) / 1_000));
  }

  /** Round-robin over the lanes that share this cap; not every call is taken ahead of the next slot. */
  #nextLane(ahead: boolean): Lane | undefined {
    for (let step = 1; step <= this.lanes.length; step++) {
      const at = (this.#turn + step) % this.lanes.length;
      const lane = this.lanes[at];
      if (lane?.ready && (ahead ? this.#takesAhead(lane) : lane.bins.waiting > 0)) return lane;
    }
    return undefined;
  }

  #wake(ms: number): void {
    this.#cancelWake = this.#means.clock.after(ms, () => this.#pump());
  }

  /** Lanes whose circuit is open may have work that no event will call for. */
  #wakeForProbe(): void {
    const soonest = Math.min(...this.lanes.map(({ setup }) => setup.circuit.probeInMs));
    if (soonest > 0 && soonest < Infinity) this.#wake(soonest);
  }

  #claim(lane: Lane): void {
    const gathered = lane.take();
    if (!gathered) return;
    const { circuit } = lane.setup;
    const pass = circuit.enter();
    this.#turn = this.lanes.indexOf(lane);
    this.#claiming++;
    lane.busy++;
    const claiming = claim(lane, gathered, pass, this.tenure, this.#means).then((claimed) => {
      this.#claiming--;
      if (claimed === 'lost') this.#stopped = true;
      if (!claimed || claimed === 'lost') {
        lane.busy--;
        circuit.unused(pass);
      } else if (this.#stopped) this.#unsend(claimed);
      else this.#ready.push(claimed);
      this.#pump();
      this.#admit();
    });
    this.#track(claiming);
  }

  /**
   * Asks for as many turns as there are calls to send: the lane's first, then the egress's, in whose tick the call
   * starts. Where egress counts, no more are asked for than one tick of the lane admits (10 ms), or they would be held
   * long before they are used.
   */
  #admit(): void {
    const egress = this.#ready[0]?.lane.setup.egress;
    const most = egress ? Math.ceil(this.limiter.rate / 100) : Infinity;
    while (this.#asked < Math.min(most, this.#ready.length + this.#confirming.waiting)) {
      this.#asked++;
      void this.#turnTaken(egress).then((taken) => {
        this.#asked--;
        if (taken) this.#admit();
      });
    }
  }

  async #turnTaken(egress: Limiter | undefined): Promise<boolean> {
    if (!egress) return this.limiter.admit(() => this.#launch(this.limiter));
    if (!(await this.limiter.admit(() => undefined))) return false;
    const taken = await egress.admit(() => this.#launch(turnOfBoth(this.limiter, egress)));
    if (!taken) this.limiter.unwritten();
    return taken;
  }

  #launch(turn: Turn): void {
    if (this.#confirming.launch(turn)) return;
    const now = this.#means.clock.monotonic();
    for (let claim = this.#ready.shift(); claim; claim = this.#ready.shift()) {
      if (isGood(claim, now)) {
        this.#flying++;
        return this.#track(attempt(claim, turn, this.#around).finally(() => this.#pump()));
      }
      this.#unsend(claim);
    }
    turn.unwritten();
  }

  #unsend(claim: Claim): void {
    claim.lane.busy--;
    this.#track(unsend(claim, this.#means).finally(() => this.#pump()));
  }

  #answered(lane: Lane, result: CallResult): void {
    this.#flying--;
    lane.busy--;
    if (isParsed(result)) lane.proven = true;
    if (!('vetoed' in result)) this.#latencyMs += (Math.min(result.ms, slowestCallMs) - this.#latencyMs) / 10;
    this.#pump();
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#unsettled.delete(tracked));
    this.#unsettled.add(tracked);
  }
}

/** The provider answered, and not that it doesn't know us. Codes of our own begin with a lower-case letter. */
function isParsed(result: CallResult): boolean {
  if ('vetoed' in result) return false;
  const { interpretation } = result;
  if (!('failure' in interpretation)) return true;
  const { failure } = interpretation;
  return failure.class !== 'unauthorized' && !/^[a-z]/.test(failure.code);
}
