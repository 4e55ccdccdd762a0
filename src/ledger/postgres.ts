/**
 * The ledger on a PostgreSQL server: one connection that writes and one that reads. A transaction goes out in one
 * piece, without waiting for answers in between, so that it costs one round trip and a process that stops in the
 * middle holds no lock.
 *
 * A connection that breaks, or a server that is silent for too long, may have committed without our hearing of
 * it. The caller gets LedgerAway all the same: every verb may be said again.
 */
import { Socket } from 'node:net';
import type pg from 'pg';
import { LedgerAway, type Database, type Row } from './database.ts';
import { storable } from './parameter.ts';
import { Collision, groupCommit, type Rows, type Statements } from './group-commit.ts';

const connectMs = 3_000;
/** The server gives up first, so that most often it is known that nothing happened. */
const writing = { begin: 'BEGIN', serverMs: 4_000, clientMs: 5_000 };
const reading = {
  begin: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  serverMs: 55_000,
  clientMs: 60_000,
};
type Use = typeof writing;

/** Deadlock, serialization failure. */
const colliding = /^40(001|P01)$/;
/**
 * Bugs of ours: data exceptions, constraints, syntax and names. All else is the server's and expected to pass:
 * connection, resources (disk full), an operator, locks, I/O, read-only since a failover, timeouts, credentials,
 * rights (42501).
 */
const ours = /^(22|23|42(?!501))/;

export function openPostgres(url: string): Database {
  const reader = connection(url, reading, () => undefined);
  // Reads may take long, and each beat writes: where a write finds the network dead, no read waits on it any longer.
  const writer = connection(url, writing, () => reader.drop());
  return {
    write: (statements) => writer.run(statements),
    read: (statements) => reader.run(statements),
    async close() {
      await Promise.all([writer.close(), reader.close()]);
    },
  };
}

function connection(url: string, use: Use, broken: () => void) {
  let client: Promise<pg.Client> | undefined;
  let socket: Socket | undefined;
  const names = new Map<string, string>();
  const group = groupCommit(transaction);

  /** The connection, or a new one where there is none or it broke. */
  function connected(): Promise<pg.Client> {
    const forget = () => {
      if (client) broken();
      client = undefined;
    };
    if (!client) {
      client = connect(url, use, () => (socket = new Socket()), forget);
      client.catch(forget);
    }
    return client;
  }

  async function transaction(statements: Statements): Promise<Rows> {
    const on = await connected().catch(explain);
    const answers = [
      on.query(use.begin),
      ...statements.map(({ sql: text, parameters }) =>
        on.query({ name: nameOf(text), text, values: parameters.map(storable) }),
      ),
      // After a statement that failed this rolls back.
      on.query('COMMIT'),
    ];
    const ended = await Promise.allSettled(answers);
    const rows = ended.map(
      (end) => (end.status === 'fulfilled' ? end.value : explain(end.reason)).rows as Row[],
    );
    return rows.slice(1, -1);
  }

  /** Each text is prepared once a connection, under a name. */
  function nameOf(text: string): string {
    const name = names.get(text) ?? `q${names.size}`;
    names.set(text, name);
    return name;
  }

  return {
    run: group.run,
    drop: () => void socket?.destroy(),
    async close() {
      await group.idle();
      const open = await client?.catch(() => undefined);
      await open?.end();
    },
  };
}

async function connect(
  url: string,
  { serverMs, clientMs }: Use,
  stream: () => Socket,
  gone: () => void,
): Promise<pg.Client> {
  // Loaded where a server is configured, and nowhere else.
  const { Client } = (await import('pg')).default;
  const client = new Client({
    stream,
    connectionString: url,
    application_name: 'expunge',
    pipeline: true,
    keepAlive: true,
    connectionTimeoutMillis: connectMs,
    query_timeout: clientMs,
    statement_timeout: serverMs,
    idle_in_transaction_session_timeout: 2_000,
    types: { getTypeParser },
  });
  client.on('error', gone).on('end', gone);
  await client.connect();
  // A commit that has not reached the disk is none; a stricter setting (remote_apply) stays.
  await client.query(
    `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`,
  );
  return client;
}

function explain(error: unknown): never {
  const { message, code = '' } = error as pg.DatabaseError;
  if (colliding.test(code)) throw new Collision(message, { cause: error });
  if (ours.test(code)) throw new Error(message, { cause: error });
  throw new LedgerAway(message || code, { cause: error });
}

/** Types of columns, by PostgreSQL's numbers (pg_type): int8, int4, numeric; bool. */
const numbers: ReadonlySet<number> = new Set([20, 23, 1700]);
const bool = 16;

/** Rows as the embedded database gives them: numbers, texts, and 0 or 1 for what is true. */
function getTypeParser(type: number): (text: string) => unknown {
  if (numbers.has(type)) return Number;
  return type === bool ? (text) => (text === 't' ? 1 : 0) : String;
}
