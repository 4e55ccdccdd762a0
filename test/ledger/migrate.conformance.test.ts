import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CompiledQuery } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LedgerIsNewer, migrate } from '../../src/ledger/migrations.ts';
import { migrateLedger, openDatabase, openLedger } from '../../src/ledger/ledger.ts';
import { databases, type Place } from './databases.ts';
import { entry } from './work.ts';

async function place(create: () => Promise<Place>): Promise<string> {
  const { url, remove } = await create();
  onTestFinished(remove);
  return url;
}

/** The same server for a user who may read and write the tables of this place, and create none. */
async function limitedTo(url: string): Promise<string> {
  const role = `limited_${randomUUID().replaceAll('-', '')}`;
  const schema = /search_path=(\w+)/.exec(decodeURIComponent(url))?.[1] ?? '';
  const { database } = openDatabase(url);
  const say = (text: string) => database.write([CompiledQuery.raw(text)]);
  await say(`CREATE ROLE ${role} LOGIN`);
  await say(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
  await say(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role}`);
  onTestFinished(async () => {
    await say(`DROP OWNED BY ${role}`);
    await say(`DROP ROLE ${role}`);
    await database.close();
  });
  return url.replace('//expunge@', `//${role}@`);
}

/** Rows of its version table. */
async function versions(url: string) {
  const { database } = openDatabase(url);
  const [rows] = await database.read([CompiledQuery.raw('SELECT step FROM ledger_version ORDER BY step')]);
  await database.close();
  return rows;
}

describe.each(databases)('migrateLedger on $name', ({ name, create }) => {
  it('makes the tables of an empty place, and finds nothing to do the next time', async () => {
    const url = await place(create);
    expect(await migrateLedger(url)).toEqual({ from: 0, to: 3 });
    expect(await migrateLedger(url)).toEqual({ from: 3, to: 3 });
  });

  it('brings what an earlier version has written up to date', async () => {
    const url = await place(create);
    const { database, dialect } = openDatabase(url);
    expect(await migrate(database, dialect, 1)).toEqual({ from: 0, to: 1 });
    await database.write([
      CompiledQuery.raw(`INSERT INTO lanes (name, account, operation, unit, since)
        VALUES ('${entry.name}', '${entry.account}', '${entry.operation}', '${entry.unit}', 0)`),
      CompiledQuery.raw(`INSERT INTO requests (id, lane, requester, reason, urgent, not_before, created)
        VALUES ('R', 1, 'ann', '', 0, 0, 77)`),
      CompiledQuery.raw(`INSERT INTO request_targets (request, target) VALUES (1, 1)`),
      CompiledQuery.raw(`INSERT INTO targets (key, lane, kind, id, parent, options, urgent, due, offered_until, job,
        accepted, opened_by) VALUES ('K', 1, 'videoId', 'v1', '', '', 0, 0, 0, '', 0, 1)`),
    ]);
    await database.close();
    expect(await migrateLedger(url)).toEqual({ from: 1, to: 3 });
    const ledger = await openLedger(url, [entry]);
    expect(await ledger.offerable(entry.name, 10)).toMatchObject([{ key: 'K', id: 'v1' }]);
    expect(await ledger.campaigns()).toEqual([]);
    const told = { created: 77, accepted: 0, cancelled: 0, tally: { open: 1 } };
    expect(await ledger.requestSummary('R')).toMatchObject(told);
    expect(await ledger.cancelRequest('R', 'ann', '')).toMatchObject({ cancelled: 1 });
    await ledger.close();
  });

  it('is done once where eight open an empty place at once, and all eight can work', async () => {
    const url = await place(create);
    const ledgers = await Promise.all(Array.from({ length: 8 }, () => openLedger(url, [entry])));
    expect(await versions(url)).toEqual([{ step: 1 }, { step: 2 }, { step: 3 }]);
    await Promise.all(ledgers.map((ledger) => ledger.haltAll('a test', 'ann')));
    expect(await ledgers[0]?.events(100)).toHaveLength(8);
    await Promise.all(ledgers.map((ledger) => ledger.close()));
  });

  it.runIf(name === 'PostgreSQL')(
    'needs the right to create tables only where there is something to create',
    async () => {
      const url = await place(create);
      await expect(openLedger(await limitedTo(url), [entry])).rejects.toThrow(/permission denied/);
      await migrateLedger(url);
      const ledger = await openLedger(await limitedTo(url), [entry]);
      expect(await ledger.lanes()).toHaveLength(1);
      await ledger.close();
    },
  );

  it('refuses a ledger that a newer program has written', async () => {
    const url = await place(create);
    await migrateLedger(url);
    const { database } = openDatabase(url);
    await database.write([CompiledQuery.raw('INSERT INTO ledger_version VALUES (4)')]);
    await database.close();
    await expect(migrateLedger(url)).rejects.toThrow(LedgerIsNewer);
    await expect(openLedger(url, [entry])).rejects.toThrow(
      'the ledger is at version 4, this program knows 3',
    );
  });

  it('is done once where several processes do it at once', { timeout: 60_000 }, async () => {
    const url = await place(create);
    const [root, main] = ['../..', '../../src/main.ts'].map((path) =>
      fileURLToPath(new URL(path, import.meta.url)),
    );
    const command = ['--import', 'tsx', main ?? '', 'ledger', 'migrate', '--json'];
    const env = { PATH: process.env['PATH'], DATABASE_URL: url };
    const ran = await Promise.all(
      Array.from({ length: 3 }, () => promisify(execFile)(process.execPath, command, { cwd: root, env })),
    );
    for (const { stdout } of ran) expect(JSON.parse(stdout)).toMatchObject({ to: 3 });
    expect(await versions(url)).toEqual([{ step: 1 }, { step: 2 }, { step: 3 }]);
  });
});
