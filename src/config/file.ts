/**
 * The configuration file as plain data: YAML 1.2 with the core schema (so `no` is a text), each field once, no
 * aliases, no tags. `${NAME}` in a value stands for an environment variable and `$${NAME}` for itself; what a variable
 * holds is never read as YAML, so a secret may contain any character.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Finding, Path } from './problems.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface FileContent {
  readonly value: unknown;
  readonly findings: readonly Finding[];
  /** The line of a path, or of what stands nearest above it. */
  lineOf(path: Path): number | undefined;
}

// A plain scalar inside { } may hold no brace, so references are rewritten before YAML reads them: to Unicode
// noncharacters, which no text holds (Unicode 15, section 23.7).
const opening = '\uFDD0';
const literal = '\uFDD1';
const closing = '\uFDD2';
const reference = new RegExp(`([${opening}${literal}])([^${closing}]*)${closing}`, 'g');

// The parser's own messages quote the text, which may be a secret: ours go by its code alone.
const mistakes: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
  DUPLICATE_KEY: ['the same field stands here twice', 'keep one of the two'],
  TAG_RESOLVE_FAILED: ['begins with "!", which YAML reads as a tag', 'put the value in quotes'],
  BAD_SCALAR_START: ['begins with a character that YAML reserves', 'put the value in quotes'],
  TAB_AS_INDENT: ['is indented by a tab', 'indent by spaces'],
  MISSING_CHAR: [
    'a quote or bracket is not closed',
    'close it; a value with quotes in it needs the other kind',
  ],
  BLOCK_AS_IMPLICIT_KEY: ['has ": " inside a value', 'put the value in quotes'],
  BAD_INDENT: [
    'is not indented like its neighbours, or a bracket is not closed',
    'align it, or close the bracket',
  ],
  MULTIPLE_DOCS: ['a second document begins here ("---")', 'keep one document in the file'],
  NON_STRING_KEY: ['a field whose name is not a text', 'put the name in quotes'],
};
const otherwise = [
  'is not YAML here',
  'check colons, quotes, brackets and indentation up to this line',
] as const;
/** After these the rest of the file can still be judged. */
const survivable = new Set(['DUPLICATE_KEY', 'TAG_RESOLVE_FAILED']);

/** Reads the text of the file. `value` is what could be read; with findings it serves only to find more. */
export function readFileText(text: string, env: Environment): FileContent {
  const lines = new LineCounter();
  const marked = text.replace(
    /(\$?)\$\{([^{}\s]*)\}/g,
    (_, escape: string, name: string) => `${escape ? literal : opening}${name}${closing}`,
  );
  const document = parseDocument(marked, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  const found: Finding[] = [];
  const places = new Map<string, number>();
  const place = (path: Path, offset: number | undefined) => {
    if (offset !== undefined) places.set(JSON.stringify(path), lines.linePos(offset).line);
  };

  const resolve = (value: string, path: Path): string | undefined => {
    const lost: string[] = [];
    const resolved = value.replace(reference, (_, mark: string, name: string) => {
      if (mark === literal) return `\${${name}}`;
      if (!/^[A-Za-z_]\w*$/.test(name))
        lost.push('has a ${…} that is not the name of an environment variable');
      else if (env[name] === undefined) lost.push(`needs the environment variable ${name}, which is not set`);
      else if (env[name] === '') lost.push(`needs the environment variable ${name}, which is empty`);
      return env[name] ?? '';
    });
    for (const problem of lost)
      found.push({
        path,
        problem,
        remedy: 'set it, or write the value out; $${…} stands for a literal ${…}',
      });
    return lost.length > 0 ? undefined : resolved;
  };

  const read = (node: unknown, path: Path): unknown => {
    if (isMap(node)) {
      const entries = node.items.map((pair): [string, unknown] => {
        const name = isScalar(pair.key) ? String(pair.key.value) : '';
        const key = name.replace(reference, '${$2}');
        const below = [...path, key];
        place(below, isScalar(pair.key) ? pair.key.range?.[0] : undefined);
        if (key === '__proto__' || key !== name)
          found.push({ path: below, problem: 'is not a name for a field', remedy: 'write another name out' });
        return [key, read(pair.value, below)];
      });
      // Object.fromEntries defines each field, also one that is called __proto__.
      return Object.fromEntries(entries);
    }
    if (isSeq(node))
      return node.items.map((item, index) => {
        const below = [...path, index];
        place(below, (item as { range?: readonly number[] } | null)?.range?.[0]);
        return read(item, below);
      });
    if (isAlias(node)) {
      const problem = 'begins with "*", which YAML reads as an alias';
      found.push({
        path,
        problem,
        remedy: 'put the value in quotes, or write it out: aliases are not used here',
      });
      return undefined;
    }
    if (!isScalar(node)) return null;
    return typeof node.value === 'string' ? resolve(node.value, path) : node.value;
  };

  const errors = [...document.errors, ...document.warnings];
  for (const error of errors) {
    const [problem, remedy] = mistakes[error.code] ?? otherwise;
    // These have no path of their own; the line is what finds them.
    const path = ['', error.pos[0]];
    place(path, error.pos[0]);
    if (survivable.has(error.code) || found.length === 0) found.push({ path, problem, remedy });
  }
  const readable = errors.every((error) => survivable.has(error.code));
  const value = readable ? read(document.contents, []) : {};
  return {
    value: value ?? {},
    findings: found,
    lineOf(path) {
      for (let length = path.length; length > 0; length--) {
        const line = places.get(JSON.stringify(path.slice(0, length)));
        if (line !== undefined) return line;
      }
      return undefined;
    },
  };
}
