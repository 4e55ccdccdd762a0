/** The few phrases that databases spell differently; everything else is the query builder's. */
import {
  CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
  type Compilable,
  type DialectAdapter,
  type QueryCompiler,
  type RawBuilder,
} from 'kysely';
import { json, Late } from './parameter.ts';
import type { Schema } from './schema.ts';

export interface Dialect {
  /** Builds and compiles; never executes (the Database does). */
  readonly query: Kysely<Schema>;
  /** The database's clock, in milliseconds since 1970. */
  readonly now: RawBuilder<number>;
  /** Whether a column's value is in the list: one parameter however long it is, so that one prepared text serves all. */
  among(column: string, values: readonly string[]): RawBuilder<boolean>;
  /** A table to select from, of one JSON object a row, named `entry`. */
  rows(objects: readonly object[]): RawBuilder<unknown>;
  /** Text column of a row of `rows`. */
  field(name: string): RawBuilder<string>;
  /** A JSON list of the numbers that a subquery's column gives. */
  jsonList(column: string): RawBuilder<string>;
  /** The numbers of such a list as a table to select from, named `listed`, of one column `number`. */
  numbers(column: string): RawBuilder<unknown>;
  /** Whether a column's number is in such a list, which a subquery gives. */
  amongNumbers(column: string, list: RawBuilder<string>): RawBuilder<boolean>;
  /** The larger, or the smaller, of two values of a row. */
  greater(one: RawBuilder<number>, other: RawBuilder<number>): RawBuilder<number>;
  lesser(one: RawBuilder<number>, other: RawBuilder<number>): RawBuilder<number>;
  /**
   * The same query, in a verb that others are to wait for who change these rows, as it waits for them; its next
   * statement sees what they did. `share` lets others in who lock them so. No change where writers take turns.
   */
  locked<Rows extends Lockable<Rows>>(rows: Rows, strength: 'share' | 'update'): Rows;
  /** A statement that only locks these rows, for whoever reads none of them; none where writers take turns. */
  lock<Rows extends Lockable<Rows> & Compilable>(
    rows: Rows,
    strength?: 'share' | 'update',
  ): readonly CompiledQuery[];
  /** Whoever else says so of the table waits; none where writers take turns. */
  alone(table: keyof Schema): readonly CompiledQuery[];
  /** The same for everybody who migrates. */
  readonly lockMigrations: readonly CompiledQuery[];
  /** What a server says of its durability, as one row (see doubts); undefined where there is no server. */
  readonly serverSettings: CompiledQuery | undefined;
  /**
   * For tables: a whole number of 64 bits; a row number given by the database, and never twice; `byKey` stores
   * rows in their key's order.
   */
  readonly types: { readonly integer: string; readonly serial: string; readonly byKey: string };
}

interface Lockable<Rows> {
  forShare(): Rows;
  forUpdate(): Rows;
}

function compiling(adapter: () => DialectAdapter, compiler: () => QueryCompiler): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: {
      createAdapter: adapter,
      createDriver: () => new DummyDriver(),
      // Asked for by the builder's own migrations only, which are not used.
      createIntrospector: (kysely) =>
        adapter() instanceof PostgresAdapter
          ? new PostgresIntrospector(kysely)
          : new SqliteIntrospector(kysely),
      createQueryCompiler: compiler,
    },
  });
}

/** A bound number or text whose type the database can't see from where it stands. */
export const int = (value: number): RawBuilder<number> => sql<number>`cast(${value} as bigint)`;
export const text = (value: string): RawBuilder<string> => sql<string>`cast(${value} as text)`;
/** A number that is asked for whenever a statement with it is used. */
const later = (value: () => number): RawBuilder<number> => sql<number>`cast(${new Late(value)} as bigint)`;

/**
 * Whether targets that were picked by their keys are open. Spelt so that no planner takes the index of all open
 * targets instead, which it does while its statistics don't know yet that they are many.
 */
export const stillOpen = sql<boolean>`(settlement || '') is null`;
/** Somebody wants the target sent now: an ordinary request, or a campaign that sends. */
export const wanted = ({ now }: Pick<Dialect, 'now'>): RawBuilder<boolean> =>
  sql<boolean>`(targets.campaign = 0 or ${sends({ now }, sql`targets.campaign`)})`;
/** That campaign may send at this moment. */
export const sends = ({ now }: Pick<Dialect, 'now'>, campaign: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`exists (select 1 from campaigns where campaigns.seq = ${campaign} and campaigns.sending > ${now})`;
/** In place of a campaign's number: nobody wants the target any more. There is none of that number to send it. */
export const nobody = -1;
/** Later than any time: what ends then does not end. */
export const never = 8_640_000_000_000_000;
export const settledAlready = sql<boolean>`(settlement || '') is not null`;

/** `time` replaces the database's clock: tests own time. */
export function sqliteDialect(time?: () => number): Dialect {
  return {
    query: compiling(
      () => new SqliteAdapter(),
      () => new SqliteQueryCompiler(),
    ),
    get now() {
      return time ? later(time) : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;
    },
    among: (column, values) =>
      sql<boolean>`${sql.ref(column)} in (select value from json_each(${json(values)}))`,
    rows: (objects) => sql`(select value from json_each(${json(objects)})) as entry`,
    field: (name) => sql<string>`json_extract(entry.value, ${sql.lit('$.' + name)})`,
    jsonList: (column) => sql<string>`json_group_array(${sql.ref(column)})`,
    numbers: (column) => sql`(select value as number from json_each(${sql.ref(column)})) as listed`,
    amongNumbers: (column, list) =>
      sql<boolean>`${sql.ref(column)} in (select value from json_each(${list}))`,
    greater: (one, other) => sql<number>`max(${one}, ${other})`,
    lesser: (one, other) => sql<number>`min(${one}, ${other})`,
    locked: (rows) => rows,
    lock: () => [],
    alone: () => [],
    lockMigrations: [],
    serverSettings: undefined,
    types: { integer: 'INTEGER', serial: 'INTEGER PRIMARY KEY AUTOINCREMENT', byKey: 'WITHOUT ROWID' },
  };
}

/** Time is that of the statement's arrival: an index can be searched by it, and a wait for a lock doesn't move it. */
export function postgresDialect(time?: () => number): Dialect {
  const query = compiling(
    () => new PostgresAdapter(),
    () => new PostgresQueryCompiler(),
  );
  const jsonb = (value: unknown) => sql`cast(cast(${json(value)} as text) as jsonb)`;
  return {
    query,
    get now() {
      return time
        ? later(time)
        : sql<number>`cast(extract(epoch from statement_timestamp()) * 1000 as bigint)`;
    },
    // An array: a subquery's length is unknown to the planner, which then reads the whole table rather than an index.
    among: (column, values) =>
      sql<boolean>`${sql.ref(column)} = any (array(select jsonb_array_elements_text(${jsonb(values)})))`,
    rows: (objects) => sql`jsonb_array_elements(${jsonb(objects)}) as entry (value)`,
    field: (name) => sql<string>`(entry.value ->> ${sql.lit(name)})`,
    jsonList: (column) => sql<string>`cast(coalesce(json_agg(${sql.ref(column)}), '[]') as text)`,
    numbers: (column) =>
      sql`(select cast(jsonb_array_elements_text(cast(${sql.ref(column)} as jsonb)) as bigint) as number) as listed`,
    amongNumbers: (column, list) =>
      sql<boolean>`${sql.ref(column)} = any (array(select cast(jsonb_array_elements_text(cast(${list} as jsonb)) as bigint)))`,
    greater: (one, other) => sql<number>`greatest(${one}, ${other})`,
    lesser: (one, other) => sql<number>`least(${one}, ${other})`,
    locked: (rows, strength) => (strength === 'share' ? rows.forShare() : rows.forUpdate()),
    lock: (rows, strength) => [(strength === 'share' ? rows.forShare() : rows.forUpdate()).compile()],
    alone: (table) => [CompiledQuery.raw(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`)],
    // Any number that nobody else uses: "expunge" on a telephone's keys.
    lockMigrations: [CompiledQuery.raw('SELECT pg_advisory_xact_lock(3978643)')],
    serverSettings: CompiledQuery.raw(
      `SELECT ${['fsync', 'full_page_writes', 'synchronous_commit', 'synchronous_standby_names']
        .map((name) => `current_setting('${name}') AS ${name}`)
        .join(', ')}, (SELECT count(*) FROM pg_stat_replication) AS standbys`,
    ),
    types: { integer: 'BIGINT', serial: 'BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY', byKey: '' },
  };
}
