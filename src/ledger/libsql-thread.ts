/**
 * The thread that holds the database file. The driver blocks whoever calls it, and each commit waits for the
 * disk: here that delays nobody who paces calls. Whatever has arrived while a commit ran shares the next one
 * (group commit); a savepoint around each keeps one verb's failure from spoiling its neighbours.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import Libsql from 'libsql';

/** What the other side sends: one verb's statements. */
export interface Ask {
  readonly id: number;
  readonly mode: 'read' | 'write' | 'close';
  readonly statements: readonly { readonly sql: string; readonly parameters: readonly unknown[] }[];
}

/** What goes back: the rows of each statement, or why there are none. */
export type Answer =
  | { readonly id: number; readonly rows: readonly (readonly unknown[])[] }
  | { readonly id: number; readonly error: string; readonly code: string };

const port = parentPort;
if (!port) throw new Error('libsql-thread runs as a worker thread only');

const database = new Libsql((workerData as { path: string }).path);
// WAL lets readers and one writer work side by side; FULL makes every commit reach the disk before it counts.
for (const pragma of [
  'journal_mode = WAL',
  'synchronous = FULL',
  'busy_timeout = 5000',
  'cache_size = -65536',
])
  database.exec(`PRAGMA ${pragma}`);

const prepared = new Map<string, Libsql.Statement>();

/** At most this many statements stay prepared: texts vary only with the shape of a verb. */
const preparedLimit = 500;

function prepare(sql: string): Libsql.Statement {
  const known = prepared.get(sql);
  if (known) return known;
  if (prepared.size >= preparedLimit) prepared.clear();
  const statement = database.prepare(sql);
  prepared.set(sql, statement);
  return statement;
}

function run({ sql, parameters }: Ask['statements'][number]): readonly unknown[] {
  const statement = prepare(sql);
  if (statement.reader) return statement.all(...parameters) as unknown[];
  statement.run(...parameters);
  return [];
}

function attempt(ask: Ask): Answer {
  database.exec('SAVEPOINT verb');
  try {
    const rows = ask.statements.map(run);
    database.exec('RELEASE verb');
    return { id: ask.id, rows };
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK TO verb; RELEASE verb');
    return failed(ask, error);
  }
}

function failed(ask: Ask, error: unknown): Answer {
  const { message, code } = error as { message: string; code?: string };
  return { id: ask.id, error: message, code: code ?? '' };
}

function commit(asks: readonly Ask[], begin: string): readonly Answer[] {
  if (asks.length === 0) return [];
  try {
    database.exec(begin);
    const answers = asks.map(attempt);
    database.exec('COMMIT');
    return answers;
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    return asks.map((ask) => failed(ask, error));
  }
}

port.on('message', (first: Ask) => {
  const asks = [first];
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
    asks.push(next.message as Ask);
  const of = (mode: Ask['mode']) => asks.filter((ask) => ask.mode === mode);
  for (const answer of commit(of('write'), 'BEGIN IMMEDIATE')) port.postMessage(answer);
  for (const answer of commit(of('read'), 'BEGIN')) port.postMessage(answer);
  for (const ask of of('close')) {
    database.close();
    port.postMessage({ id: ask.id, rows: [] } satisfies Answer);
    port.close();
  }
});
