/**
 * One tenure at work in the model of the protocol: what src/workers/drain, claim, attempt and settle do about
 * the cap, around the real ring. Every lane has a backlog without end, so that the cap is always pressed.
 */
import type { Takeover } from '../../src/ledger/ownership.ts';
import { Ring } from '../../src/ring.ts';
import { claimValidMs } from '../../src/workers/claim.ts';
import { waitBefore } from '../../src/workers/fleet.ts';
import type { Process } from './protocol.ts';

export const unit = 'unit';
const lanes = ['one', 'two'] as const;
const aheadMs = 250;
const againMs = 500;
const headroomMs = 40;
/** A call reaches the provider after 20 ms, and up to the headroom later. */
const leastPathMs = 20;

interface Claim {
  readonly call: string;
  readonly began: number;
}

export class Drain {
  readonly epoch: number;
  readonly #process: Process;
  readonly #ring: Ring;
  readonly #heldUntil: number;
  readonly #left: Takeover['left'];
  readonly #ready: Claim[] = [];
  readonly #gap: number;
  #nextTurn = -Infinity;
  #calls = 0;
  #claiming = 0;
  #unstamped = 0;
  #flying = 0;
  #unsettled = 0;
  /** It claims nothing more: it was told that the unit is another's, or to stop. */
  #stopped = false;
  /** Its lanes are closed: what was claimed is not sent any more either. */
  #closed = false;
  #ended: (() => void) | undefined;
  #wakeAt = Infinity;

  constructor(taken: Takeover, process: Process) {
    const { cap, windowMs, even } = process.world.schedule;
    this.#process = process;
    this.#gap = even ? Math.floor((0.8 * windowMs) / cap) : 0;
    this.epoch = taken.epoch;
    this.#left = taken.left;
    this.#ring = new Ring(cap, windowMs, headroomMs);
    const now = process.monotonic;
    if (process.has('successor’s ring')) for (const age of taken.callAges) this.#ring.add(now - age);
    this.#heldUntil = now + (process.has('successor’s wait') ? waitBefore(taken, windowMs) : 0);
    this.#work();
  }

  /** It waits, since the owner before it, taken for dead, may still send. */
  get waitsForTheDead(): boolean {
    return this.#left === 'silent' && this.#process.monotonic < this.#heldUntil;
  }

  /** Sends nothing more; `ended` when the last outcome is on record. */
  stop(ended: () => void): void {
    this.#stopped = true;
    this.#closed = true;
    this.#ended = ended;
    for (const claim of this.#ready.splice(0)) this.#unsend(claim);
    this.#settled();
  }

  #work(): void {
    while (this.#ready.length > 0 && this.#dueIn(0) <= 0) this.#launch();
    const most = 2 * this.#process.world.schedule.cap + 2;
    const ahead = () => this.#ready.length + this.#claiming;
    while (!this.#stopped && ahead() + this.#flying < most && this.#dueIn(ahead()) <= aheadMs) this.#claim();
    if (this.#ready.length > 0) this.#wake(this.#dueIn(0));
    else if (!this.#stopped) this.#wake(this.#dueIn(ahead()) - aheadMs);
  }

  /** As the limiter has it: slots lie apart from now on, however long none was taken, so none is claimed too early. */
  #dueIn(ahead: number): number {
    const now = this.#process.monotonic;
    const first = Math.max(now, this.#nextTurn, this.#heldUntil);
    const free = this.#process.has('ring') ? this.#ring.due(this.#unstamped + ahead) : -Infinity;
    return Math.max(first + ahead * this.#gap, free) - now;
  }

  #wake(ms: number): void {
    const at = this.#process.monotonic + ms;
    if (ms <= 0 || at >= this.#wakeAt) return;
    this.#wakeAt = at;
    this.#process.after(ms, () => {
      if (this.#wakeAt === at) this.#wakeAt = Infinity;
      this.#work();
    });
  }

  #claim(): void {
    const process = this.#process;
    const { ledger } = process.world;
    const claim = { call: `${process.id}.${this.epoch}.${++this.#calls}`, began: process.monotonic };
    const lane = lanes[this.#calls % 2]!;
    const tenure = { unit, owner: process.id, epoch: this.epoch };
    ledger.record(lane, [claim.call]);
    this.#claiming++;
    process.ask(
      'claim',
      () => ledger.claim(claim.call, lane, tenure, [claim.call]),
      (answer) =>
        process.step('claimed', () => {
          if (answer === 'away') {
            const undo = () => ledger.unclaim(claim.call, tenure, [claim.call]);
            const done = () => this.#claimed();
            return process.after(againMs, () =>
              process.has('unclaiming') ? this.#persist('unclaim', undo, done) : done(),
            );
          }
          if (answer.lost) this.#stopped = true;
          else if (this.#stopped) this.#unsend(claim);
          else this.#ready.push(claim);
          this.#claimed();
        }),
    );
  }

  #claimed(): void {
    this.#claiming--;
    this.#settled();
    this.#work();
  }

  /** The turn is taken, by the first claim that is still good; the others are let go at once. */
  #launch(): void {
    this.#nextTurn = this.#process.monotonic + this.#gap;
    for (let claim = this.#ready.shift(); claim; claim = this.#ready.shift()) {
      if (this.#isGood(claim)) return this.#connect(claim);
      this.#unsend(claim);
    }
  }

  #isGood({ began }: Claim): boolean {
    const valid = this.#process.monotonic - began < claimValidMs || !this.#process.has('claim’s validity');
    return valid && !this.#closed;
  }

  /** Sometimes the connection must be made before the request can be written. */
  #connect(claim: Claim): void {
    const process = this.#process;
    this.#unstamped++;
    this.#flying++;
    const connectMs = process.world.events.chance() < 0.2 ? process.world.events.between(1, 120) : 0;
    process.step('turn', () => process.after(connectMs, () => this.#write(claim)));
  }

  /** Check, stamp and write are one tick: a process that is stopped inside it goes on where it was. */
  #write(claim: Claim): void {
    const process = this.#process;
    const { events } = process.world;
    const checked = process.monotonic;
    this.#unstamped--;
    if (this.#isGood(claim)) {
      process.reach('checked');
      const stampable = process.monotonic >= this.#heldUntil;
      if (stampable && (this.#ring.stamp(process.monotonic) || !process.has('ring'))) {
        process.reach('stamped');
        const pathMs = events.between(leastPathMs, leastPathMs + headroomMs);
        process.sends(pathMs, process.monotonic > checked);
        process.after(pathMs + events.between(5, 400), () =>
          process.step('answered', () => this.#answered(claim)),
        );
        return this.#work();
      }
    }
    this.#flying--;
    this.#unsend(claim);
    this.#work();
  }

  #answered({ call }: Claim): void {
    this.#flying--;
    const deleted = { then: 'settle', settlement: 'deleted', keys: [call], code: '', message: '' } as const;
    this.#settle(() => this.#process.world.ledger.settle({ call, result: 'answered' }, [deleted]));
    this.#work();
  }

  #unsend({ call }: Claim): void {
    const release = { then: 'release', keys: [call] } as const;
    this.#settle(() => this.#process.world.ledger.settle({ call, result: 'unsent' }, [release]));
  }

  #settle(commit: () => void): void {
    this.#unsettled++;
    this.#persist('settle', commit, () => {
      this.#unsettled--;
      this.#settled();
      this.#work();
    });
  }

  /** Until the ledger has it. */
  #persist(verb: 'settle' | 'unclaim', commit: () => void, done: () => void): void {
    const again = () => this.#process.after(againMs, () => this.#persist(verb, commit, done));
    this.#process.ask(verb, commit, (answer) => (answer === 'away' ? again() : done()));
  }

  #settled(): void {
    if (this.#claiming + this.#flying + this.#unsettled > 0) return;
    const ended = this.#ended;
    this.#ended = undefined;
    ended?.();
  }
}
