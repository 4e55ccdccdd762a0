/**
 * The keys that a plan has so far, to find what is named twice. They stand in a file, since a list has any length,
 * and not in the ledger: keys come in random order, so that each of a part's lines would touch a page of its own of
 * an index there, to be written twice and synced while others wait. This file is nobody else's, is never synced, and
 * has no name: whatever ends the process, nothing is left of it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { LedgerAway } from '../database.ts';

export interface Seen {
  /** Adds these; answers those that were not there yet, each once, in no order. */
  add(keys: readonly string[]): Set<string>;
  close(): void;
}

const pragmas = [
  'journal_mode = OFF',
  'synchronous = OFF',
  'locking_mode = EXCLUSIVE',
  // KB: beyond it the operating system's cache serves well enough.
  'cache_size = -8192',
];

/** In the folder for temporary files (TMPDIR): 32 MB for a million keys. Throws LedgerAway where there is no room. */
export function openSeen(): Seen {
  const database = kept(() => {
    const dir = mkdtempSync(join(tmpdir(), 'expunge-plan-'));
    const opened = new Libsql(join(dir, 'keys.db'));
    for (const pragma of pragmas) opened.exec(`PRAGMA ${pragma}`);
    opened.exec('CREATE TABLE seen (key TEXT PRIMARY KEY) WITHOUT ROWID');
    rmSync(dir, { recursive: true });
    return opened;
  });
  // In their order: neighbours share a page.
  const insert = database.prepare(
    `INSERT INTO seen SELECT value FROM json_each(?) WHERE true ORDER BY value
     ON CONFLICT DO NOTHING RETURNING key`,
  );
  return {
    add(keys) {
      const rows = kept(() => insert.all(JSON.stringify(keys)) as { key: string }[]);
      return new Set(rows.map(({ key }) => key));
    },
    close: () => void database.close(),
  };
}

function kept<Answer>(work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    const why = `a plan's keys can't be kept in ${tmpdir()}: ${(error as Error).message}`;
    throw new LedgerAway(why, { cause: error });
  }
}
