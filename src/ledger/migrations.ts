/** The tables, as numbered steps that are never edited once released; `migrate` runs those that are missing. */
import { CompiledQuery } from 'kysely';
import type { Database } from './database.ts';

const first = [
  `CREATE TABLE lanes (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, account TEXT NOT NULL,
    operation TEXT NOT NULL, unit TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open',
    reason TEXT NOT NULL DEFAULT '', "by" TEXT NOT NULL DEFAULT '', since INTEGER NOT NULL)`,
  `CREATE TABLE units (name TEXT PRIMARY KEY, owner TEXT NOT NULL DEFAULT '', epoch INTEGER NOT NULL DEFAULT 0,
    heartbeat INTEGER NOT NULL DEFAULT 0, released INTEGER NOT NULL DEFAULT 0, cap INTEGER)`,
  `CREATE TABLE workers (id TEXT PRIMARY KEY, heartbeat INTEGER NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL,
    units TEXT NOT NULL)`,
  `CREATE TABLE requests (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, lane INTEGER NOT NULL,
    requester TEXT NOT NULL, reason TEXT NOT NULL, urgent INTEGER NOT NULL, not_before INTEGER NOT NULL,
    created INTEGER NOT NULL)`,
  `CREATE TABLE request_targets (request INTEGER NOT NULL, target INTEGER NOT NULL,
    PRIMARY KEY (request, target)) WITHOUT ROWID`,
  `CREATE INDEX requests_of_target ON request_targets (target)`,
  `CREATE TABLE targets (seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, lane INTEGER NOT NULL,
    kind TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL, options TEXT NOT NULL,
    urgent INTEGER NOT NULL, due INTEGER NOT NULL, offered_until INTEGER NOT NULL, job TEXT NOT NULL,
    accepted INTEGER NOT NULL, opened_by INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    ambiguous INTEGER NOT NULL DEFAULT 0, crashes INTEGER NOT NULL DEFAULT 0, call TEXT NOT NULL DEFAULT '', history TEXT NOT NULL DEFAULT '',
    settlement TEXT, code TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '',
    provider_request TEXT NOT NULL DEFAULT '', settled INTEGER NOT NULL DEFAULT 0)`,
  `CREATE INDEX targets_by_id ON targets (id)`,
  // What the feeder looks for; only open targets stand in these, so that they stay small for ever.
  `CREATE INDEX targets_to_offer ON targets (lane, offered_until, seq) WHERE settlement IS NULL`,
  `CREATE INDEX targets_to_offer_first ON targets (lane, offered_until, seq)
    WHERE settlement IS NULL AND urgent = 1`,
  `CREATE INDEX targets_by_age ON targets (lane, accepted) WHERE settlement IS NULL`,
  `CREATE INDEX targets_held ON targets (call) WHERE settlement IS NULL AND call <> ''`,
  `CREATE INDEX dead_letters ON targets (lane, settled) WHERE settlement IN ('refused', 'exhausted')`,
  `CREATE TABLE calls (id TEXT PRIMARY KEY, lane INTEGER NOT NULL, unit TEXT NOT NULL, epoch INTEGER NOT NULL,
    claimed INTEGER NOT NULL, ended INTEGER, result TEXT NOT NULL DEFAULT '', code TEXT NOT NULL DEFAULT '',
    provider_request TEXT NOT NULL DEFAULT '', ms INTEGER NOT NULL DEFAULT 0, targets TEXT NOT NULL) WITHOUT ROWID`,
  `CREATE INDEX calls_by_unit ON calls (unit, claimed)`,
  `CREATE INDEX calls_open ON calls (unit) WHERE ended IS NULL`,
  `CREATE TABLE events (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, lane TEXT NOT NULL, actor TEXT NOT NULL,
    what TEXT NOT NULL, why TEXT NOT NULL)`,
  `CREATE TABLE switches (name TEXT PRIMARY KEY, reason TEXT NOT NULL, "by" TEXT NOT NULL, since INTEGER NOT NULL)`,
];

const steps: readonly (readonly string[])[] = [first];

/** Brings the tables up to this program's version; refuses a ledger that a newer program has written. */
export async function migrate(database: Database): Promise<void> {
  const raw = (text: string) => CompiledQuery.raw(text);
  await database.write([raw('CREATE TABLE IF NOT EXISTS ledger_version (step INTEGER PRIMARY KEY)')]);
  for (;;) {
    const [rows] = await database.write([raw('SELECT coalesce(max(step), 0) AS step FROM ledger_version')]);
    const done = Number(rows?.[0]?.['step']);
    if (done > steps.length)
      throw new Error(
        `the ledger is at version ${done}, this program knows ${steps.length}: use a newer one`,
      );
    const step = steps[done];
    if (!step) return;
    // The version row comes first: of two processes that migrate at once, one fails on it and looks again.
    const claim = CompiledQuery.raw('INSERT INTO ledger_version VALUES (?)', [done + 1]);
    await database.write([claim, ...step.map(raw)]).catch((error: unknown) => {
      if (!(error as Error).message.includes('ledger_version')) throw error;
    });
  }
}
