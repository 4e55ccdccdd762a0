/** What the tests of this folder build their worlds from. */
import { readFileSync } from 'node:fs';
import { ulid, type Clock } from '../../src/clock.ts';
import type { Batch, Target } from '../../src/deletion.ts';
import type { Interpretation, Operation, Reply } from '../../src/providers/operation.ts';

/** A request captured from an official SDK, or printed in a provider's page, with the steps of its signature. */
export interface Vector {
  readonly name: string;
  readonly operation: string;
  readonly credentials: Readonly<Record<string, string>>;
  readonly region?: string;
  readonly input: Readonly<Record<string, string | boolean | readonly string[]>>;
  readonly request: {
    readonly method: 'GET' | 'POST' | 'DELETE';
    readonly path: string;
    readonly rawQuery: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly derivation: {
    readonly canonicalRequest: string;
    readonly stringToSign: string;
    readonly signedHeaders: string;
    readonly signature: string;
  };
}

export function vectors(file: string): readonly Vector[] {
  const url = new URL(`../fixtures/vectors/${file}.json`, import.meta.url);
  return (JSON.parse(readFileSync(url, 'utf8')) as { vectors: Vector[] }).vectors;
}

/** The pairs of a raw query string, decoded. */
export const pairsOf = (rawQuery: string): [string, string][] =>
  rawQuery === ''
    ? []
    : rawQuery.split('&').map((pair) => {
        const [name = '', value = ''] = pair.split('=').map(decodeURIComponent);
        return [name, value];
      });

export function accepted(operation: Operation, input: unknown, options?: unknown): Target {
  const result = operation.accept(input, options);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result;
}

export const batchOf = (operation: Operation, inputs: readonly unknown[], options?: unknown): Batch =>
  inputs.map((input) => accepted(operation, input, options)) as unknown as Batch;

export const problemsOf = (operation: Operation, input: unknown, options?: unknown) => {
  const result = operation.accept(input, options);
  return 'problems' in result ? result.problems : [];
};

export const reply = (status: number, body: unknown, headers: Record<string, string> = {}): Reply => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

export const failureOf = (said: Interpretation | object) => {
  if (!('failure' in said)) throw new Error('the reply was an answer');
  return said.failure;
};

/** The outcomes of an answer, in the order of the batch, as `is` or `is:code`. */
export function outcomesOf(said: Interpretation, batch: Batch): readonly string[] {
  if ('failure' in said) throw new Error(`the reply was a failure: ${said.failure.code}`);
  return batch.map((target) => {
    const outcome = said.outcome(target);
    return outcome.is === 'deleted' ? 'deleted' : `${outcome.is}:${outcome.code}`;
  });
}

/** The ids that a request carries, read back as its server would. */
export function idsOnTheWire(query: readonly (readonly [string, string])[]): readonly string[] {
  const value = (name: string) => query.find(([n]) => n === name)?.[1];
  const urls = value('ImageURLs');
  if (urls !== undefined) return urls.split(',').map(decodeURIComponent);
  const joined = ['ImageIds', 'VideoIds', 'ReferenceIds', 'MediaIds', 'InputURLs', 'VideoId']
    .map(value)
    .find((text) => text !== undefined);
  return joined?.split(',') ?? query.filter(([name]) => name === 'task_id').map(([, id]) => id);
}

/** Inputs that every kind of an operation accepts, with the options that the kind needs. */
export function examples(operation: Operation): { input: unknown; options: unknown; kind: string }[] {
  return operation.kinds.map((kind) => ({
    kind: kind.name,
    input: { by: kind.name, [kind.field]: kind.example },
    options: kind.name === 'videoId' && operation.options.length > 0 ? { imageType: 'All' } : undefined,
  }));
}

/** A clock that stands still until the test moves it; timers fire as it passes them. */
export function handClock(start = 0): Clock & { advance(ms: number): void } {
  let at = start;
  let count = 0;
  const timers = new Set<{ due: number; then: () => void }>();
  return {
    now: () => 1_795_162_530_123 + at,
    monotonic: () => at,
    after(ms, then) {
      const timer = { due: at + ms, then };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    random: () => 0.5,
    id: () => ulid(at, new Uint8Array(10)),
    nonce: () => (count++).toString(16).padStart(32, '0'),
    advance(ms) {
      at += ms;
      for (const timer of [...timers]) {
        if (timer.due <= at && timers.delete(timer)) timer.then();
      }
    },
  };
}
