/**
 * What is wrong with a configuration, in words for whoever is on call. A problem never repeats a value that could be
 * a secret: it shows numbers, names and its place, nothing else of what was written.
 */
import type { z } from 'zod';

export type Path = readonly (string | number)[];

export interface ConfigProblem {
  /** `accounts.media-prod.operations.alibaba.vod.delete-video.cap`; '' is the file as a whole. */
  readonly path: string;
  /** Reads on from the path: `is missing`. */
  readonly problem: string;
  readonly remedy: string;
  readonly file?: string;
  /** Of the file, from 1; that of the nearest thing that stands in it, where the path itself doesn't. */
  readonly line?: number;
  /** The environment variable that the value came from. */
  readonly variable?: string;
}

/** A problem before it is known where in the file its path stands. */
export interface Finding {
  readonly path: Path;
  readonly problem: string;
  readonly remedy: string;
}

/** zod carries one text and a problem has two: the problem, a newline, the remedy. */
export const say = (problem: string, remedy: string): string => `${problem}\n${remedy}`;

const letters = (word: string): string => word.toLowerCase().replace(/[-_. ]/g, '');

/** The candidate that `word` was probably meant to be: at most a third of its letters wrong, missing or swapped. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = edits(letters(word), letters(candidate));
    const allowed = Math.max(1, Math.floor(candidate.length / 3));
    if (distance <= allowed && distance < (best?.distance ?? Infinity)) best = { candidate, distance };
  }
  return best?.candidate;
}

/** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours, each counting one. */
function edits(from: string, to: string): number {
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    [before, above] = [above, current];
  }
  return above[to.length] ?? 0;
}

const credentialName = /^(chain|(accessKey(Id|Secret)?|secretKey|securityToken|token)(File)?)$/;

/** A field that nobody knows; `known` are those of its place. */
export function unknownField(path: Path, name: string, known: readonly string[]): Finding {
  const meant = nearest(name, known);
  // A mistyped `{ secretKey:hunter2 }` is one field of that name without a value: only a plain name is shown, and
  // beside secrets only one that resembles a field.
  const showable =
    /^[A-Za-z][\w.-]{0,63}$/.test(name) &&
    (meant !== undefined || !path.includes('credentials') || credentialName.test(name));
  const remedy = meant
    ? `did you mean ${meant}?`
    : showable
      ? `remove it; the fields here are ${known.join(', ')}`
      : `is a space missing after a colon? The fields here are ${known.join(', ')}`;
  return { path: [...path, showable ? name : '…'], problem: 'is not a field that is known here', remedy };
}

/** What zod found, one finding a mistake. Strict objects name their fields in their message (see `section`). */
export function findings(issues: readonly z.core.$ZodIssue[], at: Path): Finding[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...(issue.path as (string | number)[])];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => unknownField(path, key, issue.message.split(' ')));
    // A union's last form is the one that people write; its mistakes are told.
    if (issue.code === 'invalid_union') return findings(issue.errors.at(-1) ?? [], path);
    const [problem = '', remedy = ''] = issue.message.split('\n');
    return [{ path, problem, remedy }];
  });
}

/** The text for a terminal: all problems in the order of the file, each with its place and what to do. */
export function formatProblems(problems: readonly ConfigProblem[]): string {
  const sorted = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const count = sorted.length === 1 ? 'One problem' : `${sorted.length} problems`;
  const entries = sorted.map(({ path, problem, remedy, file, line, variable }) => {
    const place = variable ? `from ${variable}` : [file, line].filter((part) => part !== undefined).join(':');
    const heading = [path, place && (path ? `(${place})` : place)].filter(Boolean).join('  ');
    return `  ${heading}\n    ${problem}\n    -> ${remedy}\n`;
  });
  return `${count} in the configuration; nothing was started.\n\n${entries.join('\n')}`;
}
