/** The few phrases that databases spell differently; everything else is the query builder's. */
import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
  type RawBuilder,
} from 'kysely';
import type { Schema } from './schema.ts';

export interface Dialect {
  /** Builds and compiles; never executes (the Database does). */
  readonly query: Kysely<Schema>;
  /** The database's clock, in milliseconds since 1970. */
  readonly now: RawBuilder<number>;
  /** A bound list, to stand after IN: one parameter however long it is, so that one prepared text serves all. */
  list(values: readonly string[]): RawBuilder<string>;
  /** A table to select from, of one JSON object a row, named `row` with the columns given. */
  rows(objects: readonly object[]): RawBuilder<unknown>;
  /** Column of a row of `rows`. */
  field(name: string): RawBuilder<string>;
  /** A JSON list of the numbers that a subquery's column gives. */
  jsonList(column: string): RawBuilder<string>;
}

/** `time` replaces the database's clock: tests own time. */
export function sqliteDialect(time?: () => number): Dialect {
  const query = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  return {
    query,
    get now() {
      return time ? sql<number>`${time()}` : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;
    },
    list: (values) => sql<string>`(select value from json_each(${JSON.stringify(values)}))`,
    rows: (objects) => sql`(select value from json_each(${JSON.stringify(objects)})) as row`,
    field: (name) => sql<string>`json_extract(row.value, ${sql.lit('$.' + name)})`,
    jsonList: (column) => sql<string>`json_group_array(${sql.ref(column)})`,
  };
}
