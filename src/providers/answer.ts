/**
 * Reading what came back, without believing it: a reply is a text from outside until its shape is proved. What
 * can't be read says nothing about the targets, and the deletion may have happened all the same.
 */
import type { Batch, Failure, FailureClass, Outcome, Target } from '../deletion.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What an error code means: the class decides what follows, `ambiguous` whether we may have deleted after all. */
export interface Meaning {
  readonly class: FailureClass;
  readonly ambiguous: boolean;
}

/** Rows of a code table: one meaning, all the codes that have it. */
export type Row = readonly [meaning: Meaning, ...codes: string[]];

export const throttled: Meaning = { class: 'throttled', ambiguous: false };
export const transient: Meaning = { class: 'transient', ambiguous: false };
export const ambiguous: Meaning = { class: 'transient', ambiguous: true };
export const missing: Meaning = { class: 'missing', ambiguous: false };
export const rejected: Meaning = { class: 'rejected', ambiguous: false };
export const unauthorized: Meaning = { class: 'unauthorized', ambiguous: false };

/** A lookup that ignores case: the pages spell some codes in two ways (ServiceUnAvailable). */
export function codeTable(rows: readonly Row[]): (code: string) => Meaning | undefined {
  const table = new Map(rows.flatMap(([meaning, ...codes]) => codes.map((c) => [c.toLowerCase(), meaning])));
  return (code) => table.get(code.toLowerCase());
}

/** The JSON object that a text holds, or undefined: for a list, a bare value, a cut-off text, HTML. */
export function jsonObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A field that is a string; '' where it is absent or anything else. */
export const textOf = (json: Json, field: string): string => {
  const value = Object.hasOwn(json, field) ? json[field] : undefined;
  return typeof value === 'string' ? value : '';
};

/** A list of strings, trimmed (a page's sample ends one with a newline); absent is empty, anything else undefined. */
export function listOf(json: Json, field: string): readonly string[] | undefined {
  const value = Object.hasOwn(json, field) ? json[field] : undefined;
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) return undefined;
  return value.map((entry) => entry.trim());
}

/** A list of objects; absent is empty, anything else undefined. */
export function objectsOf(json: Json, field: string): readonly Json[] | undefined {
  const value = Object.hasOwn(json, field) ? json[field] : undefined;
  if (value === undefined || value === null) return [];
  return Array.isArray(value) && value.every(isObject) ? value : undefined;
}

export const unreadable = (what: string, requestId: string): Failure => ({
  class: 'transient',
  code: 'unreadable',
  message: what,
  requestId,
  ambiguous: true,
  known: true,
});

/** Texts from outside go into logs and the ledger: cut to what a person reads. */
export const brief = (text: string): string => text.slice(0, 300);

/** Limits an answer to the targets that were sent: of any other it says nothing. */
export function perTarget(batch: Batch, outcome: (target: Target) => Outcome): (target: Target) => Outcome {
  const sent = new Set(batch.map(({ by, id }) => `${by} ${id}`));
  return (target) =>
    sent.has(`${target.by} ${target.id}`)
      ? outcome(target)
      : { is: 'unresolved', code: 'not-sent', message: 'the target was not in this call', doubt: false };
}

/** Entries that name nothing that was sent. */
export function strangersAmong(batch: Batch, ...lists: readonly (readonly string[])[]): readonly string[] {
  const sent = new Set(batch.map(({ id }) => id));
  return [...new Set(lists.flat())].filter((entry) => !sent.has(entry)).map(brief);
}

/** The titles that an answer gives, by id. */
export function titles(
  entries: readonly (readonly [id: string, title: string])[],
): (target: Target) => string {
  const byId = new Map(entries);
  return ({ id }) => brief(byId.get(id) ?? '');
}

/** What a read tells of each target; named as both it is present, since only that is safe to be wrong about. */
export const existence =
  (present: readonly string[], gone: readonly string[]) =>
  ({ id }: Target): 'present' | 'gone' | 'unknown' =>
    present.includes(id) ? 'present' : gone.includes(id) ? 'gone' : 'unknown';
