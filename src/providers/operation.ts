/**
 * The contract that each operation fulfils: one file an operation, pure, no I/O. An operation turns untrusted
 * input into Targets, a Batch into an unsigned request, and a reply into one Outcome for every target that was
 * sent. Signing, sending, pacing and deciding are done elsewhere, once, for all of them.
 */
import type { Batch, Failure, Outcome, Problem, Target } from '../deletion.ts';

export type ProviderName = 'alibaba' | 'huawei';

/** Where and as whom calls are made: the part of an account that shapes requests. Holds no secret. */
export interface Site {
  readonly region: string;
  /** Overrides the region's documented host: the emulator, a VPC endpoint. Scheme, host and port, no path. */
  readonly endpoint?: string;
  /** Huawei only. */
  readonly projectId?: string;
}

/** An HTTP request before it is signed. Names and values are plain text; whoever writes them encodes them. */
export interface UnsignedRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `https://vod.cn-shanghai.aliyuncs.com`: no path, no slash at the end. */
  readonly origin: string;
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Lower-case names: those that the operation itself asks for (`x-acs-action`). */
  readonly headers: Readonly<Record<string, string>>;
}

/** A reply that was read to its end. Header names are lower case. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a reply says: something about each target, or nothing about any of them. */
export type Interpretation =
  | {
      readonly requestId: string;
      /** Total: an outcome for every target of the batch. */
      readonly outcome: (target: Target) => Outcome;
      /** Ids in the answer that were never sent: counted, never acted on. */
      readonly strangers: readonly string[];
    }
  | { readonly failure: Failure };

/** A kind of id that an operation deletes by. */
export interface Kind {
  /** As written in `by`. */
  readonly name: string;
  /** The field of a written-out target that holds the id: `{ by: 'imageUrl', url: '…' }`. */
  readonly field: string;
  readonly title: string;
  readonly example: string;
  /** What a person's key needs besides to delete by it, where nobody can see what the id names: `urls`. */
  readonly scope?: string;
  /** Ids of this kind are never given to another thing: once deleted or absent, no call is needed again. */
  readonly neverReused: boolean;
}

/** Options that decide what a request deletes; they widen only when asked for by name. */
export interface OptionSpec {
  /** As in JSON: `imageType`; the CLI flag is its kebab form. */
  readonly name: string;
  readonly title: string;
  /** Accepted values, for help and messages: `All | CoverSnapshot,…`. */
  readonly values: string;
  /** The accepted value that deletes most: said aloud before it is used. */
  readonly widest: string;
}

/** A read that tells which of some targets still exist; used to settle doubt and to check an account. */
export interface Read {
  /** The provider's action name. */
  readonly action: string;
  /** Most targets in one read. */
  readonly limit: number;
  /** The kinds of target that the read knows; it is never asked about others. */
  readonly kinds: readonly string[];
  request(batch: Batch, site: Site): UnsignedRequest;
  interpret(reply: Reply, batch: Batch): Existing | { readonly failure: Failure };
}

/** What a read tells of the targets that it was asked about. */
export interface Existing {
  /** `unknown` where the read doesn't tell. */
  readonly existing: (target: Target) => 'present' | 'gone' | 'unknown';
  /** What people call it; '' where it has no title. Absent where the read knows of none. */
  readonly titleOf?: (target: Target) => string;
}

export interface Operation {
  /** `alibaba.vod.delete-video`: stands in queue names, configuration, metrics. */
  readonly name: string;
  readonly provider: ProviderName;
  /** The provider's name of the action: `DeleteVideo`. */
  readonly action: string;
  readonly title: string;
  /** What the provider's pages warn of, told before and after deleting: what it does not undo or cover. */
  readonly warnings: readonly string[];
  /** The cap that the provider documents; `documented` false where none is and ours is a cautious guess. */
  readonly cap: { readonly calls: number; readonly per: 'second' | 'minute'; readonly documented: boolean };
  /** Most targets in one call. */
  readonly batchLimit: number;
  /** False: the answer names no ids, so that a failure or doubt concerns all of the batch. */
  readonly answersPerId: boolean;
  /** A call-level `missing` for several targets: it means all of them are gone, or must be split to find out. */
  readonly missingMeans: 'all' | 'split';
  /** Least-privilege action name: `vod:DeleteVideo`. */
  readonly permission: string;
  /** The first is what a plain string means. */
  readonly kinds: readonly [Kind, ...Kind[]];
  readonly options: readonly OptionSpec[];
  /** The field of a written-out target that names its parent; absent where targets have none. */
  readonly parentField?: string;
  /** One entry of `targets` with the request's `options`; never repairs, never trims. Pointers are relative. */
  accept(input: unknown, options?: unknown): Target | { readonly problems: readonly Problem[] };
  /** Targets may share a call if and only if their keys are equal. */
  batchKey(target: Target): string;
  request(batch: Batch, site: Site): UnsignedRequest;
  interpret(reply: Reply, batch: Batch): Interpretation;
  readonly read?: Read;
}
