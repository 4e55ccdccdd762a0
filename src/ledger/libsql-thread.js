/**
 * The thread that holds the database file. The driver blocks whoever calls it, and each commit waits for the
 * disk: here that delays nobody who paces calls. Whatever has arrived while a commit ran shares the next one
 * (group commit); a savepoint around each keeps one verb's failure from spoiling its neighbours.
 *
 * JavaScript, so that it starts at once from sources and build alike: a new thread has no TypeScript loader.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import Libsql from 'libsql';

/** @typedef {import('./libsql.ts').Ask} Ask */
/** @typedef {import('./libsql.ts').Answer} Answer */
/** @typedef {import('./libsql.ts').Said} Said */
/** @typedef {import('./libsql.ts').Table} Table */

const port = parentPort;
if (!port) throw new Error('libsql-thread runs as a worker thread only');

const database = new Libsql(/** @type {{ path: string }} */ (workerData).path);
// WAL lets readers and one writer work side by side; FULL makes every commit reach the disk before it counts.
for (const pragma of [
  // First: the others wait for it too, where another process opens the file at the same moment.
  'busy_timeout = 5000',
  'journal_mode = WAL',
  'synchronous = FULL',
  // Pages of the log, 16 MB of it, before they go into the file: keys come in no order, so that a commit of 1,000 ids
  // touches as many pages, and with SQLite's own 1,000 each such commit would write all of them twice.
  'wal_autocheckpoint = 4000',
  'cache_size = -32768',
])
  patiently(`PRAGMA ${pragma}`);

/**
 * Two that turn a new file to WAL at the same moment both hold what the other waits for: SQLite tells one of them so
 * at once, whatever its busy_timeout.
 * @param {string} text
 */
function patiently(text) {
  for (let tries = 1; ; tries++)
    try {
      return database.exec(text);
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error).code !== 'SQLITE_BUSY' || tries === 200) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25);
    }
}

/**
 * By the number of its text.
 * @typedef {{ readonly statement: Libsql.Statement, readonly columns: readonly string[] | undefined }} Prepared
 */
/** @type {Map<number, string>} */
const texts = new Map();
/** @type {Map<number, Prepared>} */
const prepared = new Map();

/** At most this many statements stay prepared: texts vary only with the shape of a verb. */
const preparedLimit = 500;

/** @param {number} text */
function prepare(text) {
  const known = prepared.get(text);
  if (known) return known;
  if (prepared.size >= preparedLimit) prepared.clear();
  const statement = database.prepare(texts.get(text) ?? '');
  const columns = statement.reader ? statement.columns().map(({ name }) => name) : undefined;
  if (columns) statement.raw(true);
  const made = { statement, columns };
  prepared.set(text, made);
  return made;
}

/**
 * @param {Said} said
 * @returns {Table}
 */
function run({ text, parameters }) {
  const { statement, columns } = prepare(text);
  if (columns) return { columns, rows: /** @type {unknown[][]} */ (statement.all(...parameters)) };
  statement.run(...parameters);
  return none;
}

/** @type {Table} */
const none = { columns: [], rows: [] };

/**
 * @param {Ask} ask
 * @returns {Answer}
 */
function attempt(ask) {
  database.exec('SAVEPOINT verb');
  try {
    const tables = ask.statements.map(run);
    database.exec('RELEASE verb');
    return { id: ask.id, tables };
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK TO verb; RELEASE verb');
    return failed(ask, error);
  }
}

/**
 * @param {Ask} ask
 * @param {unknown} error
 * @returns {Answer}
 */
function failed(ask, error) {
  const { message, code } = /** @type {{ message: string, code?: string }} */ (error);
  return { id: ask.id, error: message, code: code ?? '' };
}

/**
 * @param {readonly Ask[]} asks
 * @param {string} begin
 * @returns {readonly Answer[]}
 */
function commit(asks, begin) {
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

port.on('message', (/** @type {readonly Ask[]} */ first) => {
  const asks = [...first];
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
    asks.push(.../** @type {readonly Ask[]} */ (next.message));
  for (const { text, sql } of asks.flatMap(({ statements }) => statements))
    if (sql !== undefined) texts.set(text, sql);
  const of = (/** @type {Ask['mode']} */ mode) => asks.filter((ask) => ask.mode === mode);
  const answer = (/** @type {readonly Answer[]} */ answers) => {
    if (answers.length > 0) port.postMessage(answers);
  };
  answer(commit(of('write'), 'BEGIN IMMEDIATE'));
  answer(commit(of('read'), 'BEGIN'));
  for (const ask of of('close')) {
    database.close();
    answer([{ id: ask.id, tables: [] }]);
    port.close();
  }
});
