/** What an input is read into: entries, and lines that are none. Nothing is trimmed or repaired. */
import { longestLine, type LongLine } from './blocks.ts';

/** One entry as it was given: `at` is its line, or its place among the arguments. */
export interface Entry {
  readonly at: number;
  /** As a person would look for it. */
  readonly text: string;
  readonly value: unknown;
}

/** What is not accepted; it has a `value` if it could be read as an entry, and was refused as one. */
export interface BadEntry {
  readonly at: number;
  readonly text: string;
  readonly problem: string;
  readonly remedy: string;
  readonly value?: unknown;
}

export const isBad = (each: Entry | BadEntry): each is BadEntry => 'problem' in each;

export const tooLong = (at: number, { text }: LongLine): BadEntry => ({
  at,
  text,
  problem: `is longer than ${longestLine / 1_024} KB`,
  remedy: 'Write one entry a line.',
});

/** What bytes that are no UTF-8 were read as; an id that held it would name something else. */
const undecoded = (at: number, text: string): BadEntry | undefined =>
  text.includes('\uFFFD')
    ? { at, text, problem: 'is not UTF-8', remedy: 'Save the file as UTF-8.' }
    : undefined;

export const readText = (at: number, text: string): Entry | BadEntry =>
  undecoded(at, text) ?? { at, text, value: text };

export function readJson(at: number, text: string): Entry | BadEntry {
  const bad = undecoded(at, text);
  if (bad) return bad;
  try {
    return unwrapped({ at, text, value: JSON.parse(text) as unknown });
  } catch {
    return { at, text, problem: 'is not JSON', remedy: 'Write one id in quotes, or one object, a line.' };
  }
}

/** A cell is an id, or an entry that is written out, as reports have it: no id begins with a brace. */
export const readCell = (at: number, text: string): Entry | BadEntry =>
  text.startsWith('{') ? readJson(at, text) : readText(at, text);

/** A line of a rejects file or a report stands for its `entry`; `text` is what it was before, while it has none. */
function unwrapped(line: Entry): Entry {
  const { at, value } = line;
  if (typeof value !== 'object' || value === null || !('entry' in value)) return line;
  const { entry, text } = value as { entry: unknown; text?: unknown };
  return {
    at,
    text: entry === null && typeof text === 'string' ? text : JSON.stringify(entry),
    value: entry,
  };
}
