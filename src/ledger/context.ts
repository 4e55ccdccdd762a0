import type { Database } from './database.ts';
import type { Told } from './deeds.ts';
import type { Dialect } from './dialect.ts';

/** What every verb of the ledger works with. */
export interface Context {
  readonly database: Database;
  readonly dialect: Dialect;
  /** Lanes by name, as registered; asking for another is a bug. */
  laneId(name: string): number;
  readonly told: Told;
}
