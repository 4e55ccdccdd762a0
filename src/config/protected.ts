/** `protected`: the files are read with the configuration, so that a list that protects nothing is noticed at start. */
import type { ProtectedFile, ProtectedLists } from '../protection.ts';
import type { Finding, Path } from './problems.ts';
import { protectedLists } from './schema.ts';

export interface Reading {
  /** Makes a path absolute. */
  absolute(path: string): string;
  /** What a file holds, or what is wrong with it, in words that follow "names a file that". */
  bytes(path: string): { readonly bytes: Uint8Array } | { readonly reason: string };
}

/**
 * Nothing is left out silently: a line that can be no id is a finding, and so is a file without ids. What of the
 * section itself is wrong its schema has told.
 */
export function readProtected(
  written: unknown,
  at: Path,
  reading: Reading,
): { readonly lists: ProtectedLists; readonly findings: readonly Finding[] } {
  const { shape } = protectedLists;
  const given = Object(written) as Readonly<Record<string, unknown>>;
  const files = shape.files.safeParse(given['files']).data ?? [];
  const patterns = shape.patterns.safeParse(given['patterns']).data ?? [];
  const read = files.map((file, index) => readFile(reading.absolute(file), [...at, 'files', index], reading));
  return {
    lists: { files: read.map(({ file }) => file), patterns },
    findings: read.flatMap(({ findings }) => findings),
  };
}

/** So many lines of a file are told. */
const mostTold = 5;

function readFile(path: string, at: Path, { bytes }: Reading) {
  const lines = new Map<string, number>();
  const findings: Finding[] = [];
  const find = (problem: string, remedy: string) => void findings.push({ path: at, problem, remedy });
  const content = textIn(bytes(path));
  if ('reason' in content) find(`names a file that ${content.reason}`, content.remedy);
  else {
    for (const [index, line] of content.text.split(/\r\n|[\r\n]/).entries()) {
      const id = line.trim();
      if (id === '' || id.startsWith('#')) continue;
      if (/[\p{C}\p{Z}]/u.test(id)) {
        const problem = `names a file whose line ${index + 1} holds a space or an invisible character`;
        if (findings.length < mostTold) find(problem, 'write one id or URL a line, and nothing else on it');
      } else if (!lines.has(id)) lines.set(id, index + 1);
    }
    if (lines.size === 0 && findings.length === 0)
      find(
        'names a file without an id in it: it would protect nothing',
        'write one id a line, or take it out',
      );
  }
  return { file: { path, lines } satisfies ProtectedFile, findings };
}

function textIn(
  read: ReturnType<Reading['bytes']>,
): { readonly text: string } | { readonly reason: string; readonly remedy: string } {
  if ('reason' in read) return { ...read, remedy: 'create it, or correct the path' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(read.bytes) };
  } catch {
    return { reason: 'is not UTF-8', remedy: 'save it as UTF-8' };
  }
}
