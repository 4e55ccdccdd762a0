/**
 * The ledger's part in ownership, in memory and without a database: units, workers, calls and the targets that
 * calls hold. The model of the protocol runs on it, so it must answer as the real ledger does:
 * `protocol.conformance.test.ts` compares the two.
 */
import type { Claimed, Tenure } from '../../src/ledger/claim.ts';
import { silenceMs, type Pulse, type Takeover } from '../../src/ledger/ownership.ts';
import type { CallEnd, Consequence } from '../../src/ledger/settle.ts';
import { claimValidMs } from '../../src/workers/claim.ts';

interface Unit {
  owner: string;
  epoch: number;
  heartbeat: number;
  released: number;
  readonly calls: Call[];
}

interface Call {
  readonly id: string;
  readonly epoch: number;
  readonly claimed: number;
  ended: number | undefined;
  result: string;
}

interface Held {
  readonly lane: string;
  call: string;
  due: number;
  settled: boolean;
}

/** Rules that can be taken out, to see that something notices. */
export interface LedgerRules {
  /** A claim is given to the owner at its epoch, and to nobody else. */
  readonly fence: boolean;
  /** A call that a successor takes for lost may still be sent until 1 s after its claim, and counts from then. */
  readonly lostCountsFromClaim: boolean;
}

/** What a beat tells of ownership. */
export type Beat = Pick<Pulse, 'owned' | 'owners' | 'workers'>;

export class MemoryLedger {
  readonly #time: () => number;
  readonly #rules: LedgerRules;
  readonly #units = new Map<string, Unit>();
  readonly #workers = new Map<string, { heartbeat: number; units: ReadonlySet<string> }>();
  readonly #calls = new Map<string, Call>();
  readonly #targets = new Map<string, Held>();
  constructor(units: readonly string[], time: () => number, rules: LedgerRules) {
    this.#time = time;
    this.#rules = rules;
    for (const unit of units)
      this.#units.set(unit, { owner: '', epoch: 0, heartbeat: 0, released: 0, calls: [] });
  }

  record(lane: string, keys: readonly string[]): void {
    for (const key of keys) this.#targets.set(key, { lane, call: '', due: 0, settled: false });
  }

  beat(id: string, able: readonly string[]): Beat {
    const now = this.#time();
    this.#workers.set(id, { heartbeat: now, units: new Set(able) });
    const owned = new Map<string, number>();
    const owners = new Map<string, string>();
    for (const [name, unit] of this.#units) {
      if (unit.owner === id) {
        unit.heartbeat = now;
        owned.set(name, unit.epoch);
      }
      owners.set(name, this.#silent(unit) ? '' : unit.owner);
    }
    const workers = new Map<string, ReadonlySet<string>>();
    for (const [worker, { heartbeat, units }] of this.#workers)
      if (heartbeat >= now - silenceMs) workers.set(worker, units);
    return { owned, owners, workers };
  }

  take(name: string, owner: string, windowMs: number): Takeover | undefined {
    const now = this.#time();
    const unit = this.#units.get(name);
    if (!unit || !this.#silent(unit)) return undefined;
    const left = unit.calls.length === 0 ? 'unused' : unit.released > 0 ? 'released' : 'silent';
    const recent = unit.calls.filter(
      ({ claimed, result }) => result !== 'unsent' && claimed > now - windowMs - claimValidMs - 40,
    );
    const callAges = recent.map((call) => now - this.#countsFrom(call));
    Object.assign(unit, { owner, epoch: unit.epoch + 1, heartbeat: now, released: 0 });
    const lost = unit.calls.filter(({ ended, epoch }) => ended === undefined && epoch < unit.epoch);
    for (const call of lost) Object.assign(call, { ended: now, result: 'lost' });
    const ids = new Set(lost.map(({ id }) => id));
    for (const target of this.#targets.values())
      if (!target.settled && ids.has(target.call)) target.call = '';
    return { epoch: unit.epoch, left, callAges };
  }

  release({ unit: name, owner, epoch }: Tenure, left: 'released' | 'silent' = 'released'): void {
    const unit = this.#units.get(name);
    if (unit?.owner !== owner || unit.epoch !== epoch) return;
    Object.assign(unit, { owner: '', heartbeat: 0, released: left === 'released' ? this.#time() : 0 });
  }

  leave(worker: string): void {
    this.#workers.delete(worker);
  }

  claim(
    id: string,
    lane: string,
    tenure: Tenure,
    keys: readonly string[],
  ): Pick<Claimed, 'claimed'> & { lost: boolean } {
    const now = this.#time();
    const unit = this.#units.get(tenure.unit);
    const owned = unit?.owner === tenure.owner && unit.epoch === tenure.epoch;
    if (!unit || (this.#rules.fence && !owned)) return { lost: true, claimed: new Set() };
    const free = keys.filter((key) => {
      const target = this.#targets.get(key);
      return target?.lane === lane && !target.settled && target.call === '' && target.due <= now;
    });
    const held = keys.some((key) => this.#targets.get(key)?.call === id);
    if (this.#calls.has(id) && free.length + Number(held) > 0) throw new Error(`${id} is on record`);
    for (const key of free) Object.assign(this.#targets.get(key)!, { call: id });
    const call = { id, epoch: tenure.epoch, claimed: now, ended: undefined, result: '' };
    if (free.length > 0) this.#write(tenure.unit, call);
    return { lost: false, claimed: new Set(free) };
  }

  unclaim(id: string, tenure: Tenure, keys: readonly string[]): void {
    const now = this.#time();
    const undone = { ended: now, result: 'unsent' };
    const call = this.#calls.get(id);
    if (call) Object.assign(call, undone);
    else this.#write(tenure.unit, { id, epoch: tenure.epoch, claimed: now, ...undone });
    for (const key of keys) {
      const target = this.#targets.get(key);
      if (target && !target.settled && target.call === id) target.call = '';
    }
  }

  settle({ call: id, result }: Pick<CallEnd, 'call' | 'result'>, consequences: readonly Consequence[]): void {
    const now = this.#time();
    const call = this.#calls.get(id);
    // Said twice, where it was not heard that it was written, it is in force once.
    if (call && call.ended !== undefined && call.result !== 'lost') return;
    if (call) Object.assign(call, { ended: now, result });
    for (const consequence of consequences)
      for (const key of consequence.keys) {
        const target = this.#targets.get(key);
        if (!target || target.settled || (target.call !== id && target.call !== '')) continue;
        target.call = consequence.then === 'settle' ? id : '';
        target.settled = consequence.then === 'settle';
        if (consequence.then === 'retry') target.due = now + consequence.delayMs;
      }
  }

  look(
    key: string,
  ): { readonly held: boolean; readonly settled: boolean; readonly wait: number } | undefined {
    const target = this.#targets.get(key);
    if (!target) return undefined;
    const { call, due, settled } = target;
    return { held: !settled && call !== '', settled, wait: Math.max(0, due - this.#time()) };
  }

  /** Calls of the present epoch that are open and older than `ms`. */
  openCalls(name: string, ms: number): readonly string[] {
    const unit = this.#units.get(name);
    const stays = ({ epoch, claimed, ended }: Call) =>
      ended === undefined && epoch === unit?.epoch && claimed < this.#time() - ms;
    return unit?.calls.filter(stays).map(({ id }) => id) ?? [];
  }

  /** Calls that were claimed and let go, or undone. */
  unsentCalls(name: string): readonly string[] {
    const calls = this.#units.get(name)?.calls ?? [];
    return calls.filter(({ result }) => result === 'unsent').map(({ id }) => id);
  }

  #write(unit: string, call: Call): void {
    this.#calls.set(call.id, call);
    this.#units.get(unit)?.calls.push(call);
  }

  #silent({ owner, heartbeat }: Unit): boolean {
    return owner === '' || heartbeat < this.#time() - silenceMs;
  }

  #countsFrom({ claimed, ended, result }: Call): number {
    const latest = claimed + claimValidMs;
    if (ended === undefined || (result === 'lost' && this.#rules.lostCountsFromClaim)) return latest;
    return Math.min(latest, ended);
  }
}
