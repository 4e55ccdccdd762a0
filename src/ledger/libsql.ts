/** The embedded database: one file, opened by a thread of its own (see libsql-thread). */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CompiledQuery } from 'kysely';
import { LedgerAway, type Database, type Row } from './database.ts';
import { storable } from './parameter.ts';

/** What the thread is sent: one verb's statements. */
export interface Ask {
  readonly id: number;
  readonly mode: 'read' | 'write' | 'close';
  readonly statements: readonly Said[];
}

/** A text goes over once, and by its number from then on: texts are long and always the same. */
export interface Said {
  readonly text: number;
  readonly sql?: string;
  readonly parameters: readonly unknown[];
}

/** The names of the columns stand before the rows, not in each of them. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** What comes back: what each statement gave, or why there is nothing. */
export type Answer =
  | { readonly id: number; readonly tables: readonly Table[] }
  | { readonly id: number; readonly error: string; readonly code: string };

/** Not ours to mend, and expected to pass: disk full, locked by another process, read-only, unreadable. */
const away = /^SQLITE_(BUSY|FULL|IOERR|READONLY|CANTOPEN|LOCKED|NOTADB|CORRUPT|PROTOCOL)/;

interface Waiting {
  resolve(rows: Rows): void;
  reject(error: Error): void;
}

type Rows = readonly (readonly Row[])[];

interface Connection {
  ask(mode: Ask['mode'], statements: readonly CompiledQuery[]): Promise<Rows>;
  close(): Promise<void>;
}

/** One thread's connection: asks go out numbered and come back answered. */
function connect(path: string): Connection {
  // Loaders and preloads of this process are not the thread's.
  // It holds one verb's parameters and rows at a time; without a bound its garbage would be the process's memory.
  const resourceLimits = { maxYoungGenerationSizeMb: 8 };
  const options = { workerData: { path }, execArgv: [], resourceLimits };
  const thread = new Worker(new URL('./libsql-thread.js', import.meta.url), options);
  const waiting = new Map<number, Waiting>();
  const texts = new Map<string, number>();
  let last = 0;
  let broken: Error | undefined;

  const breakOff = (error: Error) => {
    broken = new LedgerAway(error.message, { cause: error });
    for (const { reject } of waiting.values()) reject(broken);
    waiting.clear();
  };
  thread.on('error', breakOff);
  thread.on('exit', () => breakOff(new Error('the ledger is closed')));
  thread.on('message', (answers: readonly Answer[]) => {
    for (const answer of answers) {
      const asked = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ('tables' in answer) asked?.resolve(answer.tables.map(rowsOf));
      else asked?.reject(away.test(answer.code) ? new LedgerAway(answer.error) : new Error(answer.error));
    }
  });

  const said = ({ sql, parameters }: CompiledQuery): Said => {
    const bound = parameters.map(storable);
    const known = texts.get(sql);
    if (known !== undefined) return { text: known, parameters: bound };
    const text = texts.size;
    texts.set(sql, text);
    return { text, sql, parameters: bound };
  };
  /** What is asked in one tick goes over as one message. */
  let asks: Ask[] = [];
  const ask: Connection['ask'] = (mode, statements) =>
    new Promise((resolve, reject) => {
      if (broken) return reject(broken);
      const id = ++last;
      waiting.set(id, { resolve, reject });
      asks.push({ id, mode, statements: statements.map(said) });
      if (asks.length > 1) return;
      queueMicrotask(() => {
        const these = asks;
        asks = [];
        thread.postMessage(these);
      });
    });
  return {
    ask,
    async close() {
      if (!broken) await ask('close', []);
      await thread.terminate();
    },
  };
}

const rowsOf = ({ columns, rows }: Table): readonly Row[] =>
  rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (const [at, column] of columns.entries()) row[column] = values[at];
    return row;
  });

/**
 * `url` is `file:` and a path, relative to the current directory. Creates the folder and the file, no tables.
 * Reads have a connection of their own, so that a long one (a report, a count) holds no claim up.
 */
export function openLibsql(url: string): Database {
  const path = url.replace(/^file:/, '');
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw new LedgerAway((error as Error).message, { cause: error });
  }
  const writer = connect(path);
  let reader: Connection | undefined;
  return {
    write: (statements) => writer.ask('write', statements),
    read: (statements) => (reader ??= connect(path)).ask('read', statements),
    async close() {
      await Promise.all([writer.close(), reader?.close()]);
    },
  };
}
