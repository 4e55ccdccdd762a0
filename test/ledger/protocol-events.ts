/**
 * Time and trouble for the model of the protocol: a queue of events, and the faults of a schedule, each found by
 * the process and the step or verb that it strikes.
 */

/** Where a process may be stopped: before a step, or inside the tick that checks, stamps and writes a call. */
export const steps = [
  ...(['beat', 'pulse', 'taken', 'claim', 'claimed', 'turn', 'checked', 'stamped', 'answered'] as const),
  ...(['settle', 'unclaim', 'release'] as const),
] as const;
export type Step = (typeof steps)[number];

export const verbs = ['beat', 'take', 'claim', 'settle', 'unclaim', 'release'] as const;
export type Verb = (typeof verbs)[number];

/** `of`: the process's place. `nth`: at the n-th time that it gets there. Times in ms. */
export type Fault =
  | {
      readonly is: 'pause';
      readonly of: number;
      readonly step: Step;
      readonly nth: number;
      readonly ms: number;
    }
  /**
   * Commits so late, or never (null), and is answered so much later, or never. After `patience` the asker takes
   * the ledger for away, whatever happens there yet.
   */
  | {
      readonly is: 'ledger';
      readonly of: number;
      readonly verb: Verb;
      readonly nth: number;
      readonly commit: number | null;
      readonly answer: number | null;
      readonly patience: number;
    }
  /** Heartbeats are lost, all else goes on. */
  | { readonly is: 'deaf'; readonly of: number; readonly from: number; readonly ms: number }
  /** The database restarts: nothing is written, and answers on their way are lost. */
  | { readonly is: 'away'; readonly from: number; readonly ms: number }
  /** The database's clock steps. */
  | { readonly is: 'step'; readonly at: number; readonly ms: number }
  | { readonly is: 'kill'; readonly of: number; readonly at: number; readonly back: number }
  | { readonly is: 'yield'; readonly of: number; readonly at: number }
  /** Gives up what it has just taken. */
  | { readonly is: 'regret'; readonly of: number; readonly nth: number };

export interface Schedule {
  readonly cap: number;
  readonly windowMs: number;
  readonly owners: number;
  /** Calls go out evenly over the window, or as soon as the ring lets them. */
  readonly even: boolean;
  /** Of the delays between the faults. */
  readonly seed: number;
  readonly faults: readonly Fault[];
}

interface Event {
  readonly at: number;
  readonly seq: number;
  readonly then: () => void;
}

/** A verb that strikes no fault: on its way to the ledger and back, each up to so long. */
const hopMs = 15;
const smooth = { commit: 0, answer: 0, patience: 200 };
/** Faults that wait for a step wait until here at least. */
const leastHorizonMs = 6_000;

export class Events {
  now = 0;
  /** How far the database's clock has stepped. */
  stepped = 0;
  /** The last moment at which a fault was, or may yet be, at work. */
  faultsEnd = leastHorizonMs;
  readonly #faults: readonly Fault[];
  readonly #horizon: number;
  readonly #counts = new Map<string, number>();
  /** A binary heap by time, then by order of entry. */
  readonly #heap: Event[] = [];
  #seq = 0;
  #random: number;

  constructor({ faults, seed }: Schedule) {
    this.#faults = faults;
    this.#random = seed;
    for (const fault of faults) {
      if (fault.is === 'deaf' || fault.is === 'away') this.#until(fault.from + fault.ms);
      if (fault.is === 'kill') this.#until(fault.at + fault.back);
      if (fault.is === 'yield' || fault.is === 'step') this.#until(fault.at);
      if (fault.is === 'step') this.at(fault.at, () => (this.stepped += fault.ms));
    }
    this.#horizon = this.faultsEnd;
  }

  /** Uniform in [0, 1) by the schedule's seed (mulberry32). */
  chance(): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  between(least: number, most: number): number {
    return least + Math.floor(this.chance() * (most - least + 1));
  }

  /** How long the process stops at this step; 0 if it does not. */
  pauseAt(of: number, step: Step): number {
    const fault = this.#struck('pause', of, step);
    if (fault?.is !== 'pause') return 0;
    this.#until(this.now + fault.ms);
    return fault.ms;
  }

  regretsAt(of: number): boolean {
    return this.#struck('regret', of, '') !== undefined;
  }

  /**
   * Carries a verb to the ledger, where `commit` happens at once and alone, and its answer back. `hear` is told
   * once, when something reaches the asker's machine: the answer, or that the ledger is away.
   */
  ask<T>(of: number, verb: Verb, commit: () => T, hear: (answer: T | 'away') => void): void {
    const fault = this.#struck('ledger', of, verb);
    const { commit: late, answer: slow, patience } = fault?.is === 'ledger' ? fault : smooth;
    const deaf = verb === 'beat' && this.#during('deaf', of);
    let heard = false;
    const tell = (answer: T | 'away') => {
      if (!heard) hear(answer);
      heard = true;
    };
    if (fault) this.#until(this.now + Math.max((late ?? 0) + (slow ?? 0), patience) + 2 * hopMs);
    if (fault || deaf) this.at(this.now + patience, () => tell('away'));
    if (late === null || deaf) return;
    this.at(this.now + this.between(1, hopMs) + late, () => {
      if (this.#during('away', of)) return tell('away');
      const answer = attempt(commit);
      if (slow === null) return;
      this.at(this.now + this.between(1, hopMs) + slow, () =>
        tell(this.#during('away', of) ? 'away' : answer),
      );
    });
  }

  at(time: number, then: () => void): void {
    const event = { at: time, seq: this.#seq++, then };
    const heap = this.#heap;
    let place = heap.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!before(event, heap[parent]!)) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = event;
  }

  /** Lets the next thing happen; false if there is none. */
  next(): boolean {
    const first = this.#heap[0];
    if (!first) return false;
    this.#sink(this.#heap.pop()!);
    this.now = first.at;
    first.then();
    return true;
  }

  #sink(last: Event): void {
    const heap = this.#heap;
    if (heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
  }

  #until(time: number): void {
    this.faultsEnd = Math.max(this.faultsEnd, time);
  }

  #during(is: 'deaf' | 'away', of: number): boolean {
    return this.#faults.some(
      (fault) =>
        fault.is === is &&
        (fault.is === 'away' || fault.of === of) &&
        fault.from <= this.now &&
        this.now < fault.from + fault.ms,
    );
  }

  #struck(is: 'pause' | 'ledger' | 'regret', of: number, what: Step | Verb | ''): Fault | undefined {
    if (this.now >= this.#horizon) return undefined;
    const name = `${is} ${of} ${what}`;
    const count = this.#counts.get(name) ?? 0;
    this.#counts.set(name, count + 1);
    return this.#faults.find(
      (fault) =>
        fault.is === is &&
        fault.of === of &&
        fault.nth === count &&
        (fault.is === 'regret' || what === (fault.is === 'pause' ? fault.step : fault.verb)),
    );
  }
}

const before = (one: Event, other: Event): boolean =>
  one.at < other.at || (one.at === other.at && one.seq < other.seq);

/** A verb that the ledger refuses to carry out changes nothing and is not heard of. */
function attempt<T>(commit: () => T): T | 'away' {
  try {
    return commit();
  } catch {
    return 'away';
  }
}
