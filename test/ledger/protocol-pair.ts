/** Random commands to the model's ledger and the real one, side by side. */
import fc from 'fast-check';
import type { Target } from '../../src/deletion.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Consequence } from '../../src/ledger/settle.ts';
import { MemoryLedger, type LedgerRules } from './protocol-ledger.ts';

const who = fc.nat(2);
const call = fc.nat(30);
const verb = <Name extends string>(name: Name) => fc.constant(name);
const ms = fc.oneof(
  fc.nat(300),
  fc.integer({ min: 900, max: 1_100 }),
  fc.constantFrom(5_999, 6_000, 6_001, 60_000),
);
export const commands = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: verb('pass'), ms }) },
    { weight: 3, arbitrary: fc.record({ do: verb('beat'), who }) },
    { weight: 4, arbitrary: fc.record({ do: verb('take'), who, windowMs: fc.constantFrom(1_000, 60_000) }) },
    {
      weight: 7,
      arbitrary: fc.record({
        do: verb('claim'),
        who,
        /** As a claim comes that was undone before, where there is one; else under a new id. */
        belated: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
        lane: fc.nat(1),
        keys: fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 1 }),
        /** Of the last tenure, or of the one before. */
        late: fc.integer({ min: 0, max: 9 }).map((n) => Number(n === 0)),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: verb('settle'),
        call,
        then: fc.constantFrom('settle' as const, 'retry' as const, 'release' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: verb('unclaim'), call }) },
    { weight: 1, arbitrary: fc.record({ do: verb('unclaim early'), who }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: verb('release'),
        who,
        left: fc.constantFrom('released' as const, 'silent' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: verb('leave'), who }) },
  ),
  { minLength: 15, maxLength: 40 },
);
export type Command = typeof commands extends fc.Arbitrary<(infer One)[]> ? One : never;

const text = { code: 'C', message: 'M' };
const consequence = {
  settle: { then: 'settle', settlement: 'deleted', ...text },
  retry: { then: 'retry', delayMs: 700, ambiguous: true, ...text },
  release: { then: 'release' },
} as const;

/** One unit of two lanes with three targets each, in both ledgers, and the calls that were made. */
export class Pair {
  readonly #real: Ledger;
  readonly #model: MemoryLedger;
  readonly #name: string;
  readonly #lanes: readonly [string, string];
  readonly #pass: (ms: number) => void;
  readonly #epochs = [0, 0, 0];
  readonly #undone: string[] = [];
  readonly #calls: {
    id: string;
    lane: string;
    keys: readonly string[];
    tenure: ReturnType<Pair['tenure']>;
  }[] = [];

  constructor(
    real: Ledger,
    name: string,
    time: () => number,
    pass: (ms: number) => void,
    rules: LedgerRules,
  ) {
    this.#real = real;
    this.#name = name;
    this.#lanes = lanesOf(name);
    this.#pass = pass;
    this.#model = new MemoryLedger([name], time, rules);
  }

  get keys(): readonly string[] {
    return [0, 1, 2, 3, 4, 5].map((n) => `${this.#name}-${n}`);
  }

  async record(): Promise<void> {
    const request = { requester: 'test', reason: 'test', urgent: false, notBefore: 0, again: false };
    for (const [at, lane] of this.#lanes.entries()) {
      const keys = this.keys.filter((_, n) => n % 2 === at);
      const targets = keys.map((key) => {
        return { key, target: { by: 'id', id: key, parent: '', options: '' } as Target, job: '' };
      });
      await this.#real.record(lane, lane, request, targets, [], 0);
      this.#model.record(lane, keys);
    }
  }

  tenure(of: number, late = 0) {
    return { unit: this.#name, owner: this.#id(of), epoch: this.#epochs[of]! - late };
  }

  #id(of: number): string {
    return `${this.#name}-w${of}`;
  }

  /** Carries it out in both and answers what they said, the model's first. */
  async do(command: Command): Promise<readonly [unknown, unknown]> {
    const [real, model] = [this.#real, this.#model];
    switch (command.do) {
      case 'pass':
        this.#pass(command.ms);
        return [0, 0];
      case 'beat': {
        const id = this.#id(command.who);
        const cap = { calls: 30, per: 'second' } as const;
        const expected = model.beat(id, [this.#name]);
        const pulse = await real.beat({ id, host: 'h', pid: 1, units: { [this.#name]: cap } });
        return [this.#seen(expected), this.#seen(pulse)];
      }
      case 'take': {
        const { who: taker, windowMs } = command;
        const answers = [
          model.take(this.#name, this.#id(taker), windowMs),
          await real.take(this.#name, this.#id(taker), windowMs),
        ] as const;
        this.#epochs[taker] = answers[0]?.epoch ?? this.#epochs[taker]!;
        return both(
          answers,
          (taken) => taken && { ...taken, callAges: taken.callAges.toSorted((a, b) => a - b) },
        );
      }
      case 'claim': {
        const tenure = this.tenure(command.who, command.late);
        const undone = command.belated ? this.#undone.pop() : undefined;
        const id = undone ?? this.#newCall();
        const lane = this.#lanes[command.lane]!;
        const keys = command.keys.map((n) => this.keys[n]!);
        if (!undone) this.#calls.push({ id, lane, keys, tenure });
        const expected = attempt(() => model.claim(id, lane, tenure, keys));
        const said = await real.claim(id, lane, tenure, keys).catch(() => 'refused' as const);
        return [
          expected,
          said === 'refused' ? said : { lost: said.gate.state === 'lost', claimed: said.claimed },
        ];
      }
      case 'unclaim early': {
        const undone = { id: this.#newCall(), lane: this.#lanes[0], keys: this.keys };
        this.#calls.push({ ...undone, tenure: this.tenure(command.who) });
        this.#undone.push(undone.id);
        return this.#unclaim(this.#calls.length - 1);
      }
      case 'unclaim':
        return this.#unclaim(command.call);
      case 'settle': {
        const made = this.#calls[command.call];
        if (!made) return [0, 0];
        const result = command.then === 'release' ? 'unsent' : 'answered';
        const list: readonly Consequence[] = [{ ...consequence[command.then], keys: made.keys }];
        model.settle({ call: made.id, result }, list);
        await real.settle({ call: made.id, result, code: '', providerRequest: '', ms: 1 }, list);
        return [0, 0];
      }
      case 'release':
        model.release(this.tenure(command.who), command.left);
        await real.release(this.tenure(command.who), command.left);
        return [0, 0];
      case 'leave':
        model.leave(this.#id(command.who));
        await real.leave(this.#id(command.who));
        return [0, 0];
    }
  }

  /** What has become of the targets. */
  async targets(): Promise<readonly [unknown, unknown]> {
    const known = await this.#real.look(this.keys);
    return both([this.#model, known] as const, (ledger) =>
      this.keys.map((key) => {
        if (ledger instanceof MemoryLedger) return ledger.look(key);
        const { held = false, settlement = null, wait = 0 } = ledger.get(key) ?? {};
        return { held, settled: settlement !== null, wait };
      }),
    );
  }

  async #unclaim(at: number): Promise<readonly [unknown, unknown]> {
    const made = this.#calls[at];
    if (!made) return [0, 0];
    const { id, lane, keys, tenure } = made;
    this.#model.unclaim(id, tenure, keys);
    await this.#real.unclaim(id, lane, tenure, keys);
    return [0, 0];
  }

  #newCall(): string {
    return `${this.#name}-c${this.#calls.length}`;
  }

  /** Of this unit and its own workers: others' sequences stand in the same ledger. */
  #seen({ owned, owners, workers }: ReturnType<MemoryLedger['beat']>) {
    const own = [...workers.keys()].filter((id) => id.startsWith(`${this.#name}-`));
    return { owned, owner: owners.get(this.#name), workers: new Set(own) };
  }
}

export const lanesOf = (unit: string) => [`${unit}~a`, `${unit}~b`] as const;
const both = <A, B>([one, other]: readonly [A, A] | readonly [A, B], view: (of: A | B) => unknown) =>
  [view(one), view(other)] as const;

function attempt<T>(verb: () => T): T | 'refused' {
  try {
    return verb();
  } catch {
    return 'refused';
  }
}
