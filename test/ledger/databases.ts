/** The databases that a ledger can be kept in, each place empty and of the test's own. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';

export interface Place {
  readonly url: string;
  remove(): Promise<void>;
}

async function file(): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), 'expunge-ledger-'));
  return { url: `file:${join(dir, 'ledger.db')}`, remove: () => rm(dir, { recursive: true }) };
}

async function schema(): Promise<Place> {
  const server = inject('postgresUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const say = async (text: string) => {
    const client = new pg.Client(server);
    await client.connect();
    await client.query(text);
    await client.end();
  };
  await say(`CREATE SCHEMA ${name}`);
  return {
    url: `${server}?options=${encodeURIComponent(`-c search_path=${name}`)}`,
    remove: () => say(`DROP SCHEMA ${name} CASCADE`),
  };
}

/** PostgreSQL is left out where it is not installed; the run's set-up says so. */
export const databases: readonly { readonly name: string; readonly create: () => Promise<Place> }[] = [
  { name: 'libSQL', create: file },
  ...(inject('postgresUrl') === '' ? [] : [{ name: 'PostgreSQL', create: schema }]),
];
