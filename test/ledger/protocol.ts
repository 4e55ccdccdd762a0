/**
 * The ownership protocol as a model: processes that own, stop, die and give up one unit of two lanes; a ledger
 * whose commits and answers may be late or lost; a provider that notes when calls arrive. Events under a fake
 * clock, determined by the schedule. What is pure in the product is used as it is: the ring, the successor's wait,
 * the claim's validity, the silence after which a unit may be taken. The rest repeats src/workers in few words.
 *
 * True time is the simulation's. Each process has a monotonic clock with an offset of its own, which goes on
 * while the process is stopped, and the database one for itself.
 */
import type { Takeover } from '../../src/ledger/ownership.ts';
import { Drain, unit } from './protocol-drain.ts';
import { Events, type Schedule, type Step, type Verb } from './protocol-events.ts';
import { MemoryLedger, type Beat } from './protocol-ledger.ts';

/** What keeps the promises. The suite takes out one at a time, to see that the model notices. */
export const rules = [
  'fence',
  'ring',
  'successor’s ring',
  'successor’s wait',
  'claim’s validity',
  'a release during the wait says silent',
  'lost calls count from their claim',
  'disowning',
  'unclaiming',
] as const;
export type Rule = (typeof rules)[number];

interface Arrival {
  readonly at: number;
  /** Its process was stopped between the last check and the write. */
  readonly stray: boolean;
}

export interface Result {
  /** When a call arrived that made its window hold more than the cap, those that strayed set aside. */
  readonly overCapAt: number | undefined;
  /** Stops between the last check and the write; each let one call stray at most. */
  readonly strays: number;
  /** Somebody sent again in time when the faults were over. */
  readonly alive: boolean;
  /** Calls that stay open for ever, since their owner, who lives, was told that the ledger is away. */
  readonly forgotten: number;
  /** Calls that were claimed and let go, or undone. */
  readonly unsent: number;
  /** How the unit was left, at each take-over. */
  readonly taken: readonly Takeover['left'][];
}

const beatMs = 1_000;
/** After giving up it lets others have the unit for a while. */
const restMs = 1_500;
/** When the faults are over: 6 s of silence, a beat or two, 3 s of waiting, and what the window needs. */
const resumeMs = 13_000;
/** A call without faults has ended by then. */
const longestCallMs = 2_500;
const databaseOffset = 50_000_000;

class World {
  readonly schedule: Schedule;
  readonly without: readonly Rule[];
  readonly events: Events;
  readonly ledger: MemoryLedger;
  readonly arrivals: Arrival[] = [];
  readonly taken: Takeover['left'][] = [];

  constructor(schedule: Schedule, without: readonly Rule[]) {
    this.schedule = schedule;
    this.without = without;
    this.events = new Events(schedule);
    this.ledger = new MemoryLedger([unit], () => databaseOffset + this.events.now + this.events.stepped, {
      fence: !without.includes('fence'),
      lostCountsFromClaim: !without.includes('lost calls count from their claim'),
    });
  }
}

/** One start of a process: its clock, its stops, its way to the ledger, and what src/workers/fleet does. */
export class Process {
  readonly world: World;
  readonly id: string;
  readonly #slot: number;
  readonly #offset: number;
  #drain: Drain | undefined;
  #leaving = 0;
  #alive = true;
  #stoppedUntil = 0;
  #restsUntil = 0;

  constructor(world: World, slot: number) {
    this.world = world;
    this.id = `${slot}@${world.events.now}`;
    this.#slot = slot;
    this.#offset = 1_000_000 * (slot + 1);
    // The first place is taken first, so that schedules know whom they strike.
    this.after(slot === 0 ? 0 : world.events.between(20, beatMs), () => this.#beat());
  }

  get #here(): number {
    return Math.max(this.world.events.now, this.#stoppedUntil);
  }

  get monotonic(): number {
    return this.#here + this.#offset;
  }

  has(rule: Rule): boolean {
    return !this.world.without.includes(rule);
  }

  kill(): void {
    this.#alive = false;
  }

  after(ms: number, then: () => void): void {
    this.#later(this.#here + ms, then);
  }

  #later(time: number, then: () => void): void {
    this.world.events.at(time, () => {
      if (!this.#alive) return;
      if (this.world.events.now < this.#stoppedUntil) this.#later(this.#stoppedUntil, then);
      else then();
    });
  }

  /** Stops here if the schedule says so; what remains of the tick happens afterwards. */
  reach(step: Step): void {
    const ms = this.world.events.pauseAt(this.#slot, step);
    if (ms > 0) this.#stoppedUntil = this.#here + ms;
  }

  step(name: Step, then: () => void): void {
    this.reach(name);
    if (this.#stoppedUntil > this.world.events.now) this.#later(this.#stoppedUntil, then);
    else then();
  }

  /** Asks the ledger, and may be stopped before the question leaves. */
  ask<T>(verb: Verb, commit: () => T, answered: (answer: T | 'away') => void): void {
    const leave = () =>
      this.world.events.ask(this.#slot, verb, commit, (answer) => this.after(0, () => answered(answer)));
    if (verb === 'take') leave();
    else this.step(verb, leave);
  }

  /** A request is written now; nothing that happens to the process holds it any more. */
  sends(pathMs: number, stray: boolean): void {
    const at = this.#here + pathMs;
    this.world.events.at(at, () => this.world.arrivals.push({ at, stray }));
  }

  giveUp(): void {
    this.#restsUntil = this.#here + restMs;
    const drain = this.#drain;
    if (!drain) return;
    const { ledger } = this.world;
    this.#leave(drain, () => {
      const left =
        drain.waitsForTheDead && this.has('a release during the wait says silent') ? 'silent' : 'released';
      const tenure = { unit, owner: this.id, epoch: drain.epoch };
      this.ask(
        'release',
        () => ledger.release(tenure, left),
        () => this.#leaving--,
      );
    });
  }

  #leave(drain: Drain, ended: () => void): void {
    this.#drain = undefined;
    this.#leaving++;
    drain.stop(ended);
  }

  #beatAgain(): void {
    this.after(beatMs, () => this.#beat());
  }

  #beat(): void {
    this.ask(
      'beat',
      () => this.world.ledger.beat(this.id, [unit]),
      (pulse) => this.step('pulse', () => (pulse === 'away' ? this.#beatAgain() : this.#follow(pulse))),
    );
  }

  #follow({ owned, owners }: Beat): void {
    const { ledger } = this.world;
    const epoch = owned.get(unit);
    if (this.#drain && epoch !== this.#drain.epoch) this.#leave(this.#drain, () => this.#leaving--);
    if (epoch !== undefined && !this.#drain && this.#leaving === 0 && this.has('disowning')) {
      const tenure = { unit, owner: this.id, epoch };
      return this.ask(
        'release',
        () => ledger.release(tenure, 'silent'),
        () => this.#beatAgain(),
      );
    }
    const busy = this.#drain !== undefined || this.#leaving > 0 || this.#here < this.#restsUntil;
    if (busy || owners.get(unit) !== '') return this.#beatAgain();
    this.ask(
      'take',
      () => ledger.take(unit, this.id, this.world.schedule.windowMs),
      (taken) =>
        this.step('taken', () => {
          if (taken !== 'away' && taken) this.#begin(taken);
          this.#beatAgain();
        }),
    );
  }

  #begin(taken: Takeover): void {
    this.world.taken.push(taken.left);
    this.#drain = new Drain(taken, this);
    if (this.world.events.regretsAt(this.#slot)) this.giveUp();
  }
}

export function run(schedule: Schedule, without: readonly Rule[] = []): Result {
  const world = new World(schedule, without);
  const { events, arrivals, ledger, taken } = world;
  const processes = Array.from({ length: schedule.owners }, (_, slot) => new Process(world, slot));
  for (const fault of schedule.faults) {
    if (fault.is === 'yield') events.at(fault.at, () => processes[fault.of]?.giveUp());
    if (fault.is !== 'kill' || fault.of >= schedule.owners) continue;
    events.at(fault.at, () => processes[fault.of]?.kill());
    events.at(fault.at + fault.back, () => (processes[fault.of] = new Process(world, fault.of)));
  }
  let resumed: number | undefined;
  const last = () => (resumed ?? events.faultsEnd + resumeMs) + schedule.windowMs + longestCallMs;
  while (events.now < last() && events.next()) {
    const at = arrivals.at(-1)?.at ?? 0;
    resumed = at > events.faultsEnd ? (resumed ?? at) : undefined;
  }
  return {
    overCapAt: overCapAt(arrivals, schedule),
    strays: arrivals.filter(({ stray }) => stray).length,
    alive: resumed !== undefined && resumed <= events.faultsEnd + resumeMs + schedule.windowMs,
    forgotten: ledger.openCalls(unit, longestCallMs).length,
    unsent: ledger.unsentCalls(unit).length,
    taken,
  };
}

/** Arrivals come in the order of time: a window is too full when the cap-th before is younger than the window. */
function overCapAt(arrivals: readonly Arrival[], { cap, windowMs }: Schedule): number | undefined {
  const times = arrivals.filter(({ stray }) => !stray).map(({ at }) => at);
  return times.find((at, index) => at - (times[index - cap] ?? -Infinity) < windowMs);
}
