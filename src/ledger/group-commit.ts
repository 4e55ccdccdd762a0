/**
 * Group commit: verbs that arrive while a transaction is under way share the next one. Where a shared one fails,
 * each verb is tried by itself, so that one's failure doesn't spoil its neighbours.
 */
import type { CompiledQuery } from 'kysely';
import { LedgerAway, type Row } from './database.ts';

export type Statements = readonly CompiledQuery[];
export type Rows = readonly (readonly Row[])[];

/** Two transactions met each other's locks in the wrong order: nothing is wrong but the moment. */
export class Collision extends Error {
  override readonly name = 'Collision';
}

interface Verb {
  readonly statements: Statements;
  readonly resolve: (rows: Rows) => void;
  readonly reject: (error: unknown) => void;
}

const groupLimit = 100;
/** A verb that collides is tried so often. */
const triesLimit = 5;

export interface GroupCommit {
  run(statements: Statements): Promise<Rows>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** `transaction` commits all of its statements or none, and answers their rows. */
export function groupCommit(transaction: (statements: Statements) => Promise<Rows>): GroupCommit {
  const waiting: Verb[] = [];
  let working: Promise<void> | undefined;

  async function work(): Promise<void> {
    while (waiting.length > 0) await commit(waiting.splice(0, groupLimit));
    working = undefined;
  }

  async function commit(verbs: readonly Verb[]): Promise<void> {
    let rows: Rows;
    try {
      rows = await transaction(verbs.flatMap(({ statements }) => statements));
    } catch (error) {
      if (error instanceof LedgerAway) for (const { reject } of verbs) reject(error);
      else for (const verb of verbs) await alone(verb);
      return;
    }
    for (const { statements, resolve } of verbs) {
      resolve(rows.slice(0, statements.length));
      rows = rows.slice(statements.length);
    }
  }

  async function alone({ statements, resolve, reject }: Verb): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return resolve(await transaction(statements));
      } catch (error) {
        if (error instanceof Collision && tries < triesLimit) continue;
        return reject(error instanceof Collision ? new LedgerAway(error.message, { cause: error }) : error);
      }
    }
  }

  return {
    run: (statements) =>
      new Promise((resolve, reject) => {
        waiting.push({ statements, resolve, reject });
        // What is asked in the same tick goes together.
        working ??= Promise.resolve().then(work);
      }),
    async idle() {
      await working;
    },
  };
}
