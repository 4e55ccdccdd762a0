/** Keys: who may use the HTTP API and prove a name to the commands. The ledger never sees a key, only its hash. */
import { sql } from 'kysely';
import type { Context } from './context.ts';
import type { Row } from './database.ts';
import { int, text } from './dialect.ts';
import { eventWriting } from './events.ts';

/** Rotation: an old key and a new one may live side by side. */
const mostLive = 2;

/** Times in ms since 1970 by the database's clock; 0 is never. */
export interface StoredKey {
  /** The first 12 digits of `sha256`. */
  readonly id: string;
  readonly name: string;
  /** Of the key's text, 64 hexadecimal digits in lower case. */
  readonly sha256: string;
  readonly scopes: readonly string[];
  readonly created: number;
  readonly createdBy: string;
  readonly expires: number;
  readonly revoked: number;
  /** When this was read. */
  readonly live: boolean;
}

export interface NewKey {
  readonly name: string;
  readonly sha256: string;
  readonly scopes: readonly string[];
  /** How long it lives, in ms; 0: until it is revoked. */
  readonly livesMs: number;
  /** Only if no key of that name was ever stored: it is no more than a new name. */
  readonly newName: boolean;
}

export interface Keys {
  addKey(entry: NewKey, by: string): Promise<'added' | 'two live already' | 'name exists'>;
  /** All that were ever stored, oldest first. */
  keys(): Promise<readonly StoredKey[]>;
  /** Revokes those of that name, or the one of that id; answers how many are revoked now and were not before. */
  revokeKey(name: string, id: string | undefined, by: string): Promise<number>;
}

export const keyId = (sha256: string): string => sha256.slice(0, 12);

export function keyring({ database, dialect }: Context): Keys {
  const { query } = dialect;
  const events = eventWriting(dialect);
  const live = () => sql<boolean>`(revoked = 0 and (expires = 0 or expires > ${dialect.now}))`;

  return {
    async addKey({ name, sha256, scopes, livesMs, newName }, by) {
      const { now } = dialect;
      const id = keyId(sha256);
      const expires = livesMs === 0 ? int(0) : sql<number>`${now} + ${int(livesMs)}`;
      const ofName = query.selectFrom('api_keys').where('name', '=', name);
      const liveOnes = sql<number>`(select count(*) from api_keys where name = ${name} and ${live()})`;
      const room = newName
        ? sql<boolean>`not exists (select 1 from api_keys where name = ${name})`
        : sql<boolean>`${liveOnes} < ${mostLive}`;
      const added = query.selectFrom('api_keys').select('id').where('sha256', '=', sha256);
      const answers = await database.write([
        // Two that are added at once are counted one after the other.
        ...dialect.alone('api_keys'),
        ofName
          .select((is) => is.fn.countAll().as('all'))
          .select(sql<number>`count(case when ${live()} then 1 end)`.as('live'))
          .compile(),
        sql`insert into api_keys (id, name, sha256, scopes, created, created_by, expires)
            select ${text(id)}, ${text(name)}, ${text(sha256)}, ${text(JSON.stringify(scopes))}, ${now}, ${text(by)},
              ${expires} where ${room}`.compile(query),
        events.ofKeys(added, 'created', scopes.join(' '), by),
      ]);
      const before = answers.at(-3)?.[0];
      if (newName) return Number(before?.['all']) > 0 ? 'name exists' : 'added';
      return Number(before?.['live']) >= mostLive ? 'two live already' : 'added';
    },

    async keys() {
      const all = query
        .selectFrom('api_keys')
        .select(['id', 'name', 'sha256', 'scopes', 'created', 'created_by as createdBy', 'expires'])
        .select(['revoked', live().as('live')])
        .orderBy('created')
        .orderBy('id');
      const [rows = []] = await database.read([all.compile()]);
      return rows.map(stored);
    },

    async revokeKey(name, id, by) {
      const these = query
        .selectFrom('api_keys')
        .select('id')
        .where('name', '=', name)
        .where('revoked', '=', 0)
        .$if(id !== undefined, (is) => is.where('id', '=', id ?? ''));
      const [found = []] = await database.write([
        dialect.locked(these.orderBy('id'), 'update').compile(),
        events.ofKeys(these, 'revoked', '', by),
        query.updateTable('api_keys').set({ revoked: dialect.now }).where('id', 'in', these).compile(),
      ]);
      return found.length;
    },
  };
}

function stored({ scopes, live, ...told }: Row): StoredKey {
  return { ...told, scopes: JSON.parse(String(scopes)) as unknown, live: live === 1 } as unknown as StoredKey;
}
