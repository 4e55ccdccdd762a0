/** The tables, as numbered steps that are never edited once released; `migrate` runs those that are missing. */
import { CompiledQuery } from 'kysely';
import { LedgerAway, type Database } from './database.ts';
import type { Dialect } from './dialect.ts';

type Step = (types: Dialect['types']) => readonly string[];

const first: Step = ({ integer, serial, byKey }) => [
  `CREATE TABLE lanes (id ${serial}, name TEXT NOT NULL UNIQUE, account TEXT NOT NULL,
    operation TEXT NOT NULL, unit TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open',
    reason TEXT NOT NULL DEFAULT '', "by" TEXT NOT NULL DEFAULT '', since ${integer} NOT NULL)`,
  `CREATE TABLE units (name TEXT PRIMARY KEY, owner TEXT NOT NULL DEFAULT '', epoch ${integer} NOT NULL DEFAULT 0,
    heartbeat ${integer} NOT NULL DEFAULT 0, released ${integer} NOT NULL DEFAULT 0, cap ${integer})`,
  `CREATE TABLE workers (id TEXT PRIMARY KEY, heartbeat ${integer} NOT NULL, host TEXT NOT NULL, pid ${integer} NOT NULL,
    units TEXT NOT NULL)`,
  `CREATE TABLE requests (seq ${serial}, id TEXT NOT NULL UNIQUE, lane ${integer} NOT NULL,
    requester TEXT NOT NULL, reason TEXT NOT NULL, urgent ${integer} NOT NULL, not_before ${integer} NOT NULL,
    created ${integer} NOT NULL)`,
  `CREATE TABLE request_targets (request ${integer} NOT NULL, target ${integer} NOT NULL,
    PRIMARY KEY (request, target)) ${byKey}`,
  `CREATE INDEX requests_of_target ON request_targets (target)`,
  `CREATE TABLE targets (seq ${serial}, key TEXT NOT NULL UNIQUE, lane ${integer} NOT NULL,
    kind TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL, options TEXT NOT NULL,
    urgent ${integer} NOT NULL, due ${integer} NOT NULL, offered_until ${integer} NOT NULL, job TEXT NOT NULL,
    accepted ${integer} NOT NULL, opened_by ${integer} NOT NULL, attempts ${integer} NOT NULL DEFAULT 0,
    ambiguous ${integer} NOT NULL DEFAULT 0, crashes ${integer} NOT NULL DEFAULT 0, call TEXT NOT NULL DEFAULT '', history TEXT NOT NULL DEFAULT '',
    settlement TEXT, code TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '',
    provider_request TEXT NOT NULL DEFAULT '', settled ${integer} NOT NULL DEFAULT 0)`,
  `CREATE INDEX targets_by_id ON targets (id)`,
  // What the feeder looks for; only open targets stand in these, so that they stay small for ever.
  `CREATE INDEX targets_to_offer ON targets (lane, offered_until, seq) WHERE settlement IS NULL`,
  `CREATE INDEX targets_to_offer_first ON targets (lane, offered_until, seq)
    WHERE settlement IS NULL AND urgent = 1`,
  // Suspects, which are few: looked for in each round of the feeder.
  `CREATE INDEX targets_suspected ON targets (lane, crashes, seq) WHERE settlement IS NULL AND crashes >= 3`,
  `CREATE INDEX targets_by_age ON targets (lane, accepted) WHERE settlement IS NULL`,
  `CREATE INDEX targets_held ON targets (call) WHERE settlement IS NULL AND call <> ''`,
  `CREATE INDEX dead_letters ON targets (lane, settled) WHERE settlement IN ('refused', 'exhausted')`,
  // What archiving looks for.
  `CREATE INDEX targets_by_settled ON targets (settled) WHERE settlement IS NOT NULL`,
  `CREATE TABLE archived (request ${integer} NOT NULL, settlement TEXT NOT NULL, n ${integer} NOT NULL,
    PRIMARY KEY (request, settlement)) ${byKey}`,
  `CREATE TABLE calls (id TEXT PRIMARY KEY, lane ${integer} NOT NULL, unit TEXT NOT NULL, epoch ${integer} NOT NULL,
    claimed ${integer} NOT NULL, ended ${integer}, result TEXT NOT NULL DEFAULT '', code TEXT NOT NULL DEFAULT '',
    provider_request TEXT NOT NULL DEFAULT '', ms ${integer} NOT NULL DEFAULT 0, targets TEXT NOT NULL) ${byKey}`,
  `CREATE INDEX calls_by_unit ON calls (unit, claimed)`,
  `CREATE INDEX calls_open ON calls (unit) WHERE ended IS NULL`,
  `CREATE TABLE events (seq ${serial}, at ${integer} NOT NULL, lane TEXT NOT NULL, actor TEXT NOT NULL,
    what TEXT NOT NULL, why TEXT NOT NULL)`,
  `CREATE TABLE switches (name TEXT PRIMARY KEY, reason TEXT NOT NULL, "by" TEXT NOT NULL, since ${integer} NOT NULL)`,
];

/** Campaigns: their plans stand apart from the targets until they are released. */
const second: Step = ({ integer, serial, byKey }) => [
  `ALTER TABLE targets ADD COLUMN campaign ${integer} NOT NULL DEFAULT 0`,
  // Those that a pause or a cancel has to find: no more than a window's work.
  `CREATE INDEX targets_of_campaign ON targets (campaign) WHERE settlement IS NULL AND campaign <> 0`,
  // What the feeder offers beside all that is asked for at once.
  `CREATE INDEX targets_released ON targets (lane, offered_until, seq)
    WHERE settlement IS NULL AND campaign <> 0`,
  `CREATE TABLE campaigns (seq ${serial}, name TEXT NOT NULL, lane ${integer} NOT NULL, request ${integer} NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', "by" TEXT NOT NULL, since ${integer} NOT NULL,
    created ${integer} NOT NULL, hash TEXT NOT NULL DEFAULT '', source TEXT NOT NULL, source_hash TEXT NOT NULL DEFAULT '',
    valid ${integer} NOT NULL DEFAULT 0, invalid ${integer} NOT NULL DEFAULT 0, duplicates ${integer} NOT NULL DEFAULT 0,
    already_settled ${integer} NOT NULL DEFAULT 0, rules TEXT NOT NULL, approved_by TEXT NOT NULL DEFAULT '',
    started ${integer} NOT NULL DEFAULT 0, ended ${integer} NOT NULL DEFAULT 0, not_before ${integer} NOT NULL DEFAULT 0,
    sending ${integer} NOT NULL DEFAULT 0, released ${integer} NOT NULL DEFAULT 0,
    released_count ${integer} NOT NULL DEFAULT 0, released_at ${integer} NOT NULL DEFAULT 0,
    stage ${integer} NOT NULL DEFAULT 0, calls ${integer} NOT NULL DEFAULT 0, throttled ${integer} NOT NULL DEFAULT 0,
    sent ${integer} NOT NULL DEFAULT 0, pace ${integer} NOT NULL DEFAULT 0,
    judged_from TEXT NOT NULL DEFAULT '{}')`,
  `CREATE UNIQUE INDEX campaigns_by_name ON campaigns (name) WHERE state <> 'planning' AND state <> 'dropped'`,
  `CREATE TABLE campaign_targets (campaign ${integer} NOT NULL, n ${integer} NOT NULL, key TEXT NOT NULL,
    kind TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL, options TEXT NOT NULL, target ${integer},
    settlement TEXT, known ${integer} NOT NULL DEFAULT 0, code TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '',
    provider_request TEXT NOT NULL DEFAULT '', attempts ${integer} NOT NULL DEFAULT 0,
    ambiguous ${integer} NOT NULL DEFAULT 0, settled ${integer} NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign, n)) ${byKey}`,
  `CREATE UNIQUE INDEX campaign_targets_by_key ON campaign_targets (campaign, key)`,
  `CREATE INDEX campaigns_of_target ON campaign_targets (target) WHERE target IS NOT NULL`,
  // Released and not settled: what completion and cancelling look for.
  `CREATE INDEX campaign_targets_open ON campaign_targets (campaign, target)
    WHERE settlement IS NULL AND target IS NOT NULL`,
  `CREATE TABLE campaign_tallies (campaign ${integer} NOT NULL, settlement TEXT NOT NULL, known ${integer} NOT NULL,
    n ${integer} NOT NULL, PRIMARY KEY (campaign, settlement, known)) ${byKey}`,
];

/** Front doors: keys, idempotency, and requests that can be told and cancelled. */
const third: Step = ({ integer, byKey }) => [
  // What a plan names twice is found before it gets here (see campaign/seen): of a long one this was most of the work.
  `DROP INDEX campaign_targets_by_key`,
  ...['accepted', 'duplicates', 'already_settled', 'recorded', 'cancelled'].map(
    (column) => `ALTER TABLE requests ADD COLUMN ${column} ${integer} NOT NULL DEFAULT 0`,
  ),
  `UPDATE requests SET recorded = created`,
  `CREATE TABLE api_keys (id TEXT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, scopes TEXT NOT NULL,
    created ${integer} NOT NULL, created_by TEXT NOT NULL, expires ${integer} NOT NULL,
    revoked ${integer} NOT NULL DEFAULT 0) ${byKey}`,
  `CREATE TABLE once (owner TEXT NOT NULL, key TEXT NOT NULL, hash TEXT NOT NULL, request TEXT NOT NULL DEFAULT '',
    status ${integer} NOT NULL DEFAULT 0, body TEXT NOT NULL DEFAULT '', created ${integer} NOT NULL,
    PRIMARY KEY (owner, key)) ${byKey}`,
  `CREATE INDEX once_by_age ON once (created)`,
];

const steps: readonly Step[] = [first, second, third];

/** A newer program has changed the tables: this one would not know what they mean. */
export class LedgerIsNewer extends Error {
  override readonly name = 'LedgerIsNewer';
}

export interface Migrated {
  readonly from: number;
  readonly to: number;
}

/**
 * Brings the tables up to this program's version, safely from many processes at once; refuses a ledger that a
 * newer program has written. Answers the version before and after. `last`: no further than that version.
 */
export async function migrate(
  database: Database,
  { types, lockMigrations }: Dialect,
  last = steps.length,
): Promise<Migrated> {
  const raw = (text: string) => CompiledQuery.raw(text);
  const table = raw(`CREATE TABLE IF NOT EXISTS ledger_version (step ${types.integer} PRIMARY KEY)`);
  const version = raw('SELECT coalesce(max(step), 0) AS step FROM ledger_version');
  // First without a table: whoever only works in a ledger needs no right to create one.
  const look = () =>
    database.write([version]).catch((error: unknown) => {
      if (error instanceof LedgerAway) throw error;
      return database.write([...lockMigrations, table, version]);
    });
  let from: number | undefined;
  for (;;) {
    const rows = (await look()).at(-1);
    const done = Number(rows?.[0]?.['step']);
    from ??= done;
    if (done > steps.length)
      throw new LedgerIsNewer(
        `the ledger is at version ${done}, this program knows ${steps.length}: use a newer one`,
      );
    const step = steps[done];
    if (!step || done >= last) return { from, to: done };
    // The version row comes first: of two processes that migrate at once, one fails on it and looks again.
    const claim = CompiledQuery.raw(`INSERT INTO ledger_version VALUES (${done + 1})`);
    await database.write([...lockMigrations, claim, ...step(types).map(raw)]).catch((error: unknown) => {
      if (!(error as Error).message.includes('ledger_version')) throw error;
    });
  }
}
