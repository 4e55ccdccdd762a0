/**
 * Circuit: a lane that gets no usable answer stops sending and probes, until one comes back. Usable is whatever
 * shows that the provider works: done, missing, rejected, throttled and unauthorized alike. Not usable is what
 * the table in verdict.ts calls transient.
 *
 * closed → open: 5 calls in a row failed and nothing usable was heard for a second; or half of at least 20 calls
 *   in 10 s failed. The first finds an outage (a second's worth of calls at any cap, five calls of a slow lane),
 *   the second a brown-out that is worse than waiting. A fifth of random failures opens it five times an hour at
 *   worst, for a second.
 * open → half-open: the probe's delay has passed and no other lane behind the same host is probing. One call is
 *   let through, in the whole process, behind that host.
 * half-open → closed: it was answered; the other lanes behind the host may probe at once, one after the other.
 * half-open → open: it failed. The delay grows by half, from 1 s to 30 s: a provider is found again within half
 *   of the time that it was away, by nine probes in the first minute and some 160 an hour.
 *
 * Each lane has its own, though hosts fail rather than lanes: an account whose every call meets an unknown code,
 * or one action that is down, must not stop the lanes that work. Answers to calls from before it opened are not
 * counted: a success of then closes nothing, a timeout of then opens nothing.
 */
import type { Clock } from '../clock.ts';

/** From best to worst. */
export const circuitStates = ['closed', 'half-open', 'open'] as const;
export type CircuitState = (typeof circuitStates)[number];

/** Leave for one call; each ends in exactly one of `heard` and `unused`. */
export interface Pass {
  readonly era: number;
  readonly probe: boolean;
}

/** Times in milliseconds. */
export type CircuitNews =
  | {
      readonly is: 'open';
      readonly failed: number;
      readonly of: number;
      readonly code: string;
      readonly probeIn: number;
    }
  | { readonly is: 'probed'; readonly code: string; readonly probeIn: number }
  | { readonly is: 'closed'; readonly after: number; readonly probes: number };

const failuresInRow = 5;
const silentMs = 1_000;
const windowMs = 10_000;
const leastCalls = 20;
const failingShare = 0.5;
const firstDelayMs = 1_000;
const longestDelayMs = 30_000;
const growth = 1.5;
/**
 * So long no failure is held against a target. Not for ever: where nothing but ids that the provider chokes on
 * are left, they look like an outage, and they too must come to an end.
 */
const forgivingMs = 3_600_000;

/** What the lanes behind one host share: they probe one at a time, and each hears when another got through. */
export class Endpoint {
  readonly provider: string;
  readonly host: string;
  readonly circuits: Circuit[] = [];
  probing = false;

  constructor(provider: string, host: string) {
    this.provider = provider;
    this.host = host;
  }
}

export class Circuit {
  readonly endpoint: Endpoint;
  readonly #clock: Clock;
  readonly #tell: (news: CircuitNews) => void;
  readonly #watchers = new Set<() => void>();
  #state: CircuitState = 'closed';
  /** Grows when it opens: what began before is not heard any more, and not sent either. */
  #era = 0;
  #inRow = 0;
  #usableAt: number;
  #recent: { readonly at: number; readonly failed: boolean }[] = [];
  #openedAt = 0;
  #probes = 0;
  #delayMs = firstDelayMs;
  #probeAt = 0;

  constructor(endpoint: Endpoint, clock: Clock, tell: (news: CircuitNews) => void) {
    this.endpoint = endpoint;
    this.#clock = clock;
    this.#tell = tell;
    this.#usableAt = clock.monotonic();
    endpoint.circuits.push(this);
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** A call may be claimed now. */
  get ready(): boolean {
    return this.#state === 'closed' || this.probeInMs <= 0;
  }

  /** Until a probe may go; Infinity where none may, or where an event decides when. */
  get probeInMs(): number {
    if (this.#state !== 'open' || this.endpoint.probing) return Infinity;
    return Math.max(0, this.#probeAt - this.#clock.monotonic());
  }

  /** While the failures of calls are not held against their targets: milliseconds until the next probe. */
  get outageMs(): number | undefined {
    const now = this.#clock.monotonic();
    if (this.#state === 'closed' || now - this.#openedAt > forgivingMs) return undefined;
    return Math.max(0, this.#probeAt - now);
  }

  /** `work` is called when a call may be claimed again; returns the way to end that. */
  watch(work: () => void): () => void {
    this.#watchers.add(work);
    return () => void this.#watchers.delete(work);
  }

  /** Only while `ready`. */
  enter(): Pass {
    if (!this.ready) throw new Error('a call entered an open circuit');
    const probe = this.#state === 'open';
    if (probe) {
      this.#state = 'half-open';
      this.endpoint.probing = true;
    }
    return { era: this.#era, probe };
  }

  /** The call may still be sent. */
  lets({ era }: Pass): boolean {
    return era === this.#era;
  }

  /** The call was not sent after all. */
  unused(pass: Pass): void {
    if (!pass.probe) return;
    this.#state = 'open';
    this.#probed();
  }

  /** The call was answered, or failed with this code. */
  heard(pass: Pass, failure?: string): void {
    if (!this.lets(pass)) return;
    if (!pass.probe) return this.#count(failure);
    this.#probes++;
    if (failure === undefined) {
      this.#close();
      for (const peer of this.endpoint.circuits) peer.#probeAt = this.#clock.monotonic();
    } else {
      this.#delayMs = Math.min(longestDelayMs, this.#delayMs * growth);
      this.#tell({ is: 'probed', code: failure, probeIn: this.#wait() });
    }
    this.#probed();
  }

  #count(failure: string | undefined): void {
    const now = this.#clock.monotonic();
    const failed = failure !== undefined;
    this.#recent.push({ at: now, failed });
    const first = this.#recent.findIndex(({ at }) => at > now - windowMs);
    this.#recent.splice(0, first);
    this.#inRow = failed ? this.#inRow + 1 : 0;
    if (!failed) this.#usableAt = now;
    if (!failed) return;
    const of = this.#recent.length;
    const failures = this.#recent.filter((call) => call.failed).length;
    const silent = this.#inRow >= failuresInRow && now - this.#usableAt >= silentMs;
    const failing = of >= leastCalls && failures >= failingShare * of;
    if (silent || failing) this.#open(Math.max(failures, this.#inRow), of, failure);
  }

  #open(failed: number, of: number, code: string): void {
    this.#era++;
    this.#openedAt = this.#clock.monotonic();
    this.#probes = 0;
    this.#delayMs = firstDelayMs;
    const probeIn = this.#wait();
    this.#tell({ is: 'open', failed, of: Math.max(failed, of), code, probeIn });
  }

  #close(): void {
    const now = this.#clock.monotonic();
    this.#state = 'closed';
    this.#inRow = 0;
    this.#usableAt = now;
    this.#recent = [];
    this.#tell({ is: 'closed', after: now - this.#openedAt, probes: this.#probes });
  }

  /** Open, for between half and all of the delay: many workers must not probe in step. */
  #wait(): number {
    const ms = this.#delayMs * (0.5 + this.#clock.random() / 2);
    this.#state = 'open';
    this.#probeAt = this.#clock.monotonic() + ms;
    return ms;
  }

  /** Whoever waits behind this host may have its turn now. */
  #probed(): void {
    this.endpoint.probing = false;
    for (const peer of this.endpoint.circuits) for (const work of peer.#watchers) work();
  }
}
