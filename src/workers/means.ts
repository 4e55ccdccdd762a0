/** What the workers are given to work with: made once by the composition root, shared by all lanes. */
import type { Clock } from '../clock.ts';
import type { FailureClass, Settlement, Target } from '../deletion.ts';
import type { Refused } from '../job.ts';
import type { SigningKey } from '../job-signature.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Cap, Limiter } from '../limiter.ts';
import type { Protection } from '../protection.ts';
import type { Operation, Site } from '../providers/operation.ts';
import type { Credentials } from '../providers/signing.ts';
import type { Transport } from '../providers/transport.ts';
import type { Queues } from '../queue.ts';
import type { BrakePolicy } from './brake.ts';
import type { Circuit, CircuitNews } from './circuit.ts';
import type { RetryPolicy } from './verdict.ts';

/** One account × operation, ready to be drained. */
export interface LaneSetup {
  readonly name: string;
  readonly account: string;
  readonly operation: Operation;
  readonly site: Site;
  /** What may not be deleted, whoever asked. */
  readonly protection: Protection;
  /** Rejects with a message fit for people when there are no usable credentials. */
  readonly credentials: () => Promise<Credentials>;
  readonly transport: Transport;
  /** The limiter of the IP address that the calls leave from, counted when one is sent. */
  readonly egress: Limiter | undefined;
  /** Whether the provider answers this lane; outlives its ownership. */
  readonly circuit: Circuit;
}

/** What is owned and limited as one: a lane, or the lanes of a quota group that share a cap. */
export interface UnitSetup {
  readonly name: string;
  readonly cap: Cap;
  readonly lanes: readonly LaneSetup[];
}

export interface Means {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly retry: RetryPolicy;
  readonly brake: BrakePolicy | false;
  /** With any of them, every job must be signed by one. */
  readonly signingKeys: readonly SigningKey[];
  /** Whether jobs that the ledger doesn't know are believed without a signature, where there are no keys. */
  readonly foreignJobs: 'refuse' | 'allow';
  /** What keeps this person from asking for these targets, in one line; undefined: nothing. */
  readonly mayAsk: (
    requester: string,
    lane: LaneSetup,
    targets: readonly Target[],
  ) => Promise<string | undefined>;
  readonly observer: Observer;
}

/** How a call ended, for those who watch. */
export interface CallReport {
  readonly lane: LaneSetup;
  readonly call: string;
  readonly result: 'answered' | FailureClass;
  readonly code: string;
  readonly message: string;
  /** False: no table of ours names the code. */
  readonly known: boolean;
  readonly requestId: string;
  readonly targets: number;
  /** What the call named. */
  readonly named: readonly { readonly target: Target }[];
  readonly ms: number;
  /** From the claim to the write. */
  readonly waitMs: number;
  readonly settled: Readonly<Partial<Record<Settlement, number>>>;
  /** Dead letters among them, by code. */
  readonly dead: Readonly<Record<string, number>>;
  /** Ms that each of them took since it might first have been sent. */
  readonly took: readonly number[];
  readonly retried: number;
  /** Ids in the answer that were never sent. */
  readonly strangers: number;
}

/** Metrics and logs: told of everything, asked for nothing. */
export interface Observer {
  call(report: CallReport): void;
  /** Targets of a foreign job were recorded and so accepted. */
  adopted(lane: LaneSetup, targets: number): void;
  /** Protected targets were settled as refused; `why` is what protects one of them. */
  guarded(lane: LaneSetup, targets: number, why: string): void;
  jobRefused(lane: LaneSetup, why: Refused, job: string): void;
  /** A lane stopped or opened, and why. */
  lane(lane: LaneSetup, state: string, reason: string): void;
  unit(unit: UnitSetup, what: 'taken' | 'given up' | 'lost', limiter: Limiter | undefined): void;
  /** A lane gets no usable answer, has probed for one, or has one again. */
  circuit(lane: LaneSetup, news: CircuitNews): void;
  /** This machine's clock is so many milliseconds ahead of the provider's: calls are signed with the latter. */
  clockDiffers(provider: string, ms: number): void;
  /** Something that is tried again until it works: may repeat often. */
  trouble(what: string, error: unknown): void;
}
