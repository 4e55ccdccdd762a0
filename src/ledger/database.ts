/**
 * The seam between the ledger's verbs and the database behind them. A verb is one Transaction: statements that
 * commit together or not at all, without a round trip in between, so that many verbs can share one commit.
 */
import type { CompiledQuery } from 'kysely';

export type Row = Readonly<Record<string, unknown>>;

export interface Database {
  /**
   * Runs the statements in one transaction that is durable when the promise resolves, and answers each
   * statement's rows. Rejects with LedgerAway when the database can't be written; nothing has happened then.
   */
  write(statements: readonly CompiledQuery[]): Promise<readonly (readonly Row[])[]>;
  /** The same on one consistent snapshot, for statements that only read. */
  read(statements: readonly CompiledQuery[]): Promise<readonly (readonly Row[])[]>;
  close(): Promise<void>;
}

/** The ledger can't be read or written: disk full, file locked or gone, server away. Try again later. */
export class LedgerAway extends Error {
  override readonly name = 'LedgerAway';
}
