/**
 * The ledger: the durable truth about every request, target, call and lane. The queue can be rebuilt from it;
 * nothing is sent that it does not hold as accepted, and nothing counts as done before it says so.
 *
 * It guarantees that each verb commits as a whole and has reached the disk when its promise resolves. It does
 * not pace, retry or decide; when it can't be read or written its verbs reject with LedgerAway.
 */
import { systemClock, type Clock } from '../clock.ts';
import { campaignReading, type CampaignReading } from './campaign/campaign.ts';
import { campaignControl, type CampaignControl } from './campaign/control.ts';
import { planning, type Planning } from './campaign/plan.ts';
import { releasing, type Releasing } from './campaign/release.ts';
import { archiving, type Archiving } from './archive.ts';
import { backlogReading, type BacklogReading } from './backlog.ts';
import { cancelling, type Cancelling } from './cancel.ts';
import { claiming, type Claiming } from './claim.ts';
import type { Context } from './context.ts';
import { controls, type Controls } from './controls.ts';
import type { Database } from './database.ts';
import { deadReading, type DeadReading } from './dead.ts';
import { telling, type Deeds } from './deeds.ts';
import { postgresDialect, sqliteDialect, type Dialect } from './dialect.ts';
import { openLibsql } from './libsql.ts';
import { doubting, type Doubting } from './doubts.ts';
import { keyring, type Keys } from './keys.ts';
import { lookups, type Lookup } from './lookup.ts';
import { migrate, type Migrated } from './migrations.ts';
import { offering, type Offering } from './offer.ts';
import { remembering, type Remembering } from './once.ts';
import { openPostgres } from './postgres.ts';
import { ownership, type Ownership } from './ownership.ts';
import { recording, type Recording } from './record.ts';
import { recordingFresh, type RecordingFresh } from './record-fresh.ts';
import { requestReading, type RequestReading } from './requests.ts';
import { settling, type Settling } from './settle.ts';
import { verifying, type Verifying } from './verify.ts';

/** A lane as the configuration knows it; lanes of one unit share a cap and an owner. */
export interface LaneEntry {
  readonly name: string;
  readonly account: string;
  readonly operation: string;
  readonly unit: string;
}

export interface Ledger
  extends
    Recording,
    RecordingFresh,
    Offering,
    Claiming,
    Settling,
    Ownership,
    Controls,
    Lookup,
    Archiving,
    BacklogReading,
    Verifying,
    Doubting,
    Planning,
    Releasing,
    CampaignControl,
    CampaignReading,
    DeadReading,
    Keys,
    Remembering,
    RequestReading,
    Cancelling {
  /** The database answers. */
  ping(): Promise<void>;
  /** Rejects where nothing could be recorded now: the database is away, or its disk is full. Costs one small write. */
  accepting(): Promise<void>;
  /** What time it is for the ledger, in ms since 1970. */
  now(): Promise<number>;
  close(): Promise<void>;
}

/** A database that this version can't keep a ledger in. */
export class UnknownDatabase extends Error {
  override readonly name = 'UnknownDatabase';
}

/** A lane that the ledger holds in another unit than the configuration: two owners would share one cap. */
export class GroupingDiffers extends Error {
  override readonly name = 'GroupingDiffers';
}

export interface LedgerOptions {
  /** Replaces the database's clock: tests own time. */
  readonly time?: () => number;
  /** Told how many ms each durable write took, queueing included. */
  readonly onWrite?: (ms: number) => void;
  /** Told what this process has settled and released, once it is on record. */
  readonly deeds?: Deeds;
  readonly clock?: Clock;
}

/** Opens, migrates and registers the lanes. */
export async function openLedger(
  url: string,
  lanes: readonly LaneEntry[],
  { time, onWrite, deeds, clock = systemClock }: LedgerOptions = {},
): Promise<Ledger> {
  const { database: bare, dialect } = openDatabase(url, time);
  const database = timed(bare, clock, onWrite);
  try {
    await migrate(database, dialect);
    const rows = await register(database, dialect, lanes);
    const ids = new Map(rows.map(({ name, id }) => [name, id]));
    const laneId = (name: string): number => {
      const id = ids.get(name);
      if (id === undefined) throw new Error(`the lane ${name} is not configured`);
      return id;
    };
    const told = telling(deeds, new Map(rows.map((row) => [row.id, row])));
    return assemble({ database, dialect, laneId, told });
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Opens and migrates: what `openLedger` does too, said aloud. */
export async function migrateLedger(url: string): Promise<Migrated> {
  const { database, dialect } = openDatabase(url);
  try {
    return await migrate(database, dialect);
  } finally {
    await database.close();
  }
}

/** By the scheme of its address: `file:` is embedded, `postgres:` or `postgresql:` a server. */
export function openDatabase(url: string, time?: () => number): Pick<Context, 'database' | 'dialect'> {
  const scheme = url.slice(0, url.indexOf(':'));
  if (scheme === 'file') return { database: openLibsql(url), dialect: sqliteDialect(time) };
  if (scheme === 'postgres' || scheme === 'postgresql')
    return { database: openPostgres(url), dialect: postgresDialect(time) };
  throw new UnknownDatabase(
    `database.url: a ledger can't be kept at ${scheme}: ; use file:PATH or postgres://USER:PASSWORD@HOST/DATABASE`,
  );
}

function timed(database: Database, clock: Clock, onWrite?: (ms: number) => void): Database {
  if (!onWrite) return database;
  return {
    ...database,
    async write(statements) {
      const began = clock.monotonic();
      const rows = await database.write(statements);
      onWrite(clock.monotonic() - began);
      return rows;
    },
  };
}

function assemble(context: Context): Ledger {
  const { database, dialect } = context;
  return {
    ...recording(context),
    ...recordingFresh(context),
    ...offering(context),
    ...claiming(context),
    ...settling(context),
    ...ownership(context),
    ...controls(context),
    ...lookups(context),
    ...archiving(context),
    ...backlogReading(context),
    ...verifying(context),
    ...doubting(context),
    ...planning(context),
    ...releasing(context),
    ...campaignControl(context),
    ...campaignReading(context),
    ...deadReading(context),
    ...keyring(context),
    ...remembering(context),
    ...requestReading(context),
    ...cancelling(context),
    async ping() {
      await database.read([dialect.query.selectFrom('switches').select('name').compile()]);
    },
    async accepting() {
      const [owner, key] = ['', 'accepting'];
      const none = { owner, key, hash: '', created: 0 };
      // Written, and gone before anybody sees it.
      await database.write([
        dialect.query
          .insertInto('once')
          .values(none)
          .onConflict((conflict) => conflict.doNothing())
          .compile(),
        dialect.query.deleteFrom('once').where('owner', '=', owner).where('key', '=', key).compile(),
      ]);
    },
    async now() {
      const [rows] = await database.read([dialect.query.selectNoFrom(dialect.now.as('now')).compile()]);
      return Number(rows?.[0]?.['now']);
    },
    close: () => database.close(),
  };
}

interface Registered extends LaneEntry {
  readonly id: number;
}

async function register(
  database: Database,
  { query, now }: Dialect,
  lanes: readonly LaneEntry[],
): Promise<readonly Registered[]> {
  const inserts = lanes.flatMap((lane) => [
    query
      .insertInto('lanes')
      .values({ ...lane, state: 'open', reason: '', by: '', since: now })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .compile(),
    query
      .insertInto('units')
      .values({ name: lane.unit, owner: '', epoch: 0, heartbeat: 0, released: 0 })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .compile(),
  ]);
  const known = query.selectFrom('lanes').select(['id', 'name', 'account', 'operation', 'unit']).compile();
  const rows = ((await database.write([...inserts, known])).at(-1) ?? []) as unknown as readonly Registered[];
  const units = new Map(rows.map((row) => [row.name, row.unit]));
  const moved = lanes.find(({ name, unit }) => units.get(name) !== unit);
  if (moved)
    throw new GroupingDiffers(
      `the ledger knows ${moved.name} in the group ${units.get(moved.name)}, the configuration says ` +
        `${moved.unit}: every process must use the same quotaGroup`,
    );
  return rows;
}
