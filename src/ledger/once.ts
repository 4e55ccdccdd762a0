/**
 * Once: what was answered to a person's idempotency key, kept for a day by the database's clock. A request stands here
 * from the same transaction that records it, so that whoever was not told of it asks again and is.
 */
import { sql, type CompiledQuery } from 'kysely';
import type { Context } from './context.ts';
import { LedgerAway } from './database.ts';
import { requestReading, type RequestSummary } from './requests.ts';

const rememberedForMs = 24 * 3_600_000;

/** What is asked once: by whom, under which key, and a hash of it. */
export interface OnceRow {
  readonly owner: string;
  readonly key: string;
  readonly hash: string;
}

/** What was asked first with a key, and its answer: a request, or a status and a body. */
export interface Remembered {
  readonly hash: string;
  readonly request: RequestSummary | undefined;
  readonly status: number;
  readonly body: string;
}

/** Something was asked with this key before: `remembered` tells what. Nothing was recorded. */
export class OnceTaken extends Error {
  override readonly name = 'OnceTaken';
}

export interface Remembering {
  /** Undefined if nothing was asked with that key within a day. */
  remembered(owner: string, key: string): Promise<Remembered | undefined>;
  /** Keeps an answer that is no request. Whoever is first wins: false if something is remembered already. */
  remember(once: OnceRow, status: number, body: string): Promise<boolean>;
}

export function remembering(context: Context): Remembering {
  const { database, dialect } = context;
  const { query } = dialect;
  const { requestSummary } = requestReading(context);

  return {
    async remembered(owner, key) {
      const found = query
        .selectFrom('once')
        .select(['hash', 'request', 'status', 'body'])
        .where('owner', '=', owner)
        .where('key', '=', key)
        .where('created', '>', forgotten(dialect));
      const [[row] = []] = await database.read([found.compile()]);
      if (!row) return undefined;
      const { hash, request, status, body } = row as Readonly<Record<string, string>>;
      return {
        ...{ hash: hash ?? '', status: Number(status), body: body ?? '' },
        request: request ? await requestSummary(request) : undefined,
      };
    },

    async remember(once, status, body) {
      const { owner, key, hash } = once;
      const [, rows = []] = await database.write([
        forgetOld(dialect, once),
        query
          .insertInto('once')
          .values({ owner, key, hash, status, body, created: dialect.now })
          .onConflict((conflict) => conflict.columns(['owner', 'key']).doNothing())
          .returning('key')
          .compile(),
      ]);
      return rows.length > 0;
    },
  };
}

const forgotten = ({ now }: Pick<Context['dialect'], 'now'>) => sql<number>`${now} - ${rememberedForMs}`;

const forgetOld = (dialect: Context['dialect'], { owner, key }: OnceRow): CompiledQuery =>
  sql`delete from once where owner = ${owner} and key = ${key} and created <= ${forgotten(dialect)}`.compile(
    dialect.query,
  );

/** Statements that take the key for a request, to stand in its transaction: a second one fails on them. */
export function takeOnce(
  dialect: Context['dialect'],
  once: OnceRow,
  request: string,
): readonly CompiledQuery[] {
  const { owner, key, hash } = once;
  return [
    forgetOld(dialect, once),
    sql`insert into once (owner, key, hash, request, created)
        values (${owner}, ${key}, ${hash}, ${request}, ${dialect.now})`.compile(dialect.query),
  ];
}

/** Forgets what is older than a day, at most so much at a time. */
export function forgetOnce(dialect: Context['dialect'], most: number): CompiledQuery {
  const { query } = dialect;
  return sql`delete from once where (owner, key) in (select owner, key from once
    where created <= ${forgotten(dialect)} order by created limit ${most})`.compile(query);
}

/** Both databases name what was violated: `once.owner`, `once_pkey`. */
export function explainTaken(error: unknown): never {
  const { message } = error as Error;
  if (error instanceof LedgerAway || !/\bonce(_pkey|\.owner)\b/.test(message)) throw error;
  throw new OnceTaken('something was asked with this key before', { cause: error });
}
