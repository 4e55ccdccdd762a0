/**
 * What the ledger writes, on libSQL and PostgreSQL: requests and calls of 20 ids, one at a time (each commits by
 * itself) and side by side (group commit). About a minute; PostgreSQL is left out where it is not installed, and so is
 * the count of libSQL's fsyncs where there is no strace.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { PostgresServer } from '../test/setup/postgres-server.ts';
import { spread, type Asked, type Bench } from './bench.ts';
import type { Load, Loaded } from './ledger-load.ts';

/** Rows that a call writes: each target when it is claimed and when it is settled, and its own row both times. */
const rowsOfCall = 2 * 20 + 2;
/** Rows that a request writes: itself, its targets, and that it named them. */
const rowsOfRequest = 1 + 2 * 20;
const run = promisify(execFile);

interface Place {
  readonly name: string;
  /** An empty ledger. */
  url(): Promise<string>;
  /** The load, and how often the disk was waited for meanwhile; undefined: nobody can say. */
  measure(load: Load): Promise<Loaded & { readonly fsyncs: number | undefined }>;
  close(): Promise<void>;
}

export const ledgerRows: Bench = {
  name: 'ledger',
  title: 'Ledger: rows and fsyncs, with group commit and without',
  async run(tell, asked) {
    const places = [await libsql(), ...(await postgres())];
    try {
      return {
        columns: [
          '',
          'at once',
          'requests/s',
          'rows/s',
          'calls/s',
          'rows/s',
          'fsyncs for each request or call',
        ],
        rows: await rowsOf(places, tell, asked),
        notes: [
          `a request names 20 ids and writes ${rowsOfRequest} rows; a call of 20 is claimed and settled: ` +
            `two transactions, ${rowsOfCall} rows`,
          'one at a time each transaction commits by itself; side by side all that arrive while one commits share the next',
          'fsyncs of libSQL are counted by strace in a run of its own, those of PostgreSQL are its WAL’s (pg_stat_wal)',
        ],
      };
    } finally {
      for (const place of places) await place.close();
    }
  },
};

async function rowsOf(places: readonly Place[], tell: (text: string) => void, { long }: Asked) {
  const rounds = long ? 5 : 3;
  const cases = places.flatMap((place) => [1, 50].map((atOnce) => ({ place, atOnce, found: [] as Found[] })));
  for (let round = 1; round <= rounds; round++)
    for (const { place, atOnce, found } of cases) {
      const calls = atOnce === 1 ? 200 : 1_000;
      const { fsyncs, ...loaded } = await place.measure({ url: await place.url(), calls, atOnce });
      found.push({ ...loaded, each: fsyncs === undefined ? NaN : fsyncs / (2 * calls) });
      tell(`${round}/${rounds} ${place.name}, ${atOnce} at once: ${JSON.stringify(found.at(-1))}`);
    }
  return cases.map(({ place, atOnce, found }) => {
    const of = (value: (each: Found) => number, digits = 0) => spread(found.map(value), digits);
    return [
      place.name,
      atOnce,
      of((each) => each.requestsPerSecond),
      of((each) => each.requestsPerSecond * rowsOfRequest),
      of((each) => each.callsPerSecond),
      of((each) => each.callsPerSecond * rowsOfCall),
      of((each) => each.each, 2),
    ];
  });
}

type Found = Loaded & { readonly each: number };

const program = fileURLToPath(new URL('./ledger-load.ts', import.meta.url));

async function load(asked: Load, before: readonly string[] = []): Promise<Loaded> {
  const [command, ...rest] = [...before, process.execPath];
  const { stdout } = await run(command, [...rest, '--import', 'tsx', program, JSON.stringify(asked)]);
  return JSON.parse(stdout) as Loaded;
}

async function libsql(): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), 'expunge-bench-ledger-'));
  let files = 0;
  const url = async () => `file:${join(dir, `${files++}.db`)}`;
  return {
    name: 'libSQL',
    url,
    async measure(asked) {
      const loaded = await load(asked);
      const counted = join(dir, 'fsyncs');
      const strace = ['strace', '-f', '-c', '-e', 'trace=fsync,fdatasync', '-o', counted];
      const few = Math.min(asked.calls, 500);
      const fsyncs = await load({ ...asked, url: await url(), calls: few }, strace).then(
        async () => fsyncsIn(await readFile(counted, 'utf8')) * (asked.calls / few),
        () => undefined,
      );
      return { ...loaded, fsyncs };
    },
    close: () => rm(dir, { recursive: true }),
  };
}

/** From strace's summary: % time, seconds, usecs/call, calls, errors, syscall. */
const fsyncsIn = (summary: string): number =>
  [...summary.matchAll(/^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+).*\bf(?:data)?sync$/gm)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  );

async function postgres(): Promise<readonly Place[]> {
  const server = await PostgresServer.create();
  if (!server) return [];
  const client = new pg.Client(server.url);
  await client.connect();
  const syncs = async () => {
    await client.query('select pg_stat_force_next_flush()');
    const { rows } = await client.query<{ wal_sync: string }>('select wal_sync from pg_stat_wal');
    return Number(rows[0]?.wal_sync);
  };
  let schemas = 0;
  return [
    {
      name: 'PostgreSQL',
      async url() {
        const name = `bench${schemas++}`;
        await client.query(`create schema ${name}`);
        return `${server.url}?options=${encodeURIComponent(`-c search_path=${name}`)}`;
      },
      async measure(asked) {
        const before = await syncs();
        const loaded = await load(asked);
        return { ...loaded, fsyncs: (await syncs()) - before };
      },
      async close() {
        await client.end();
        await server.remove();
      },
    },
  ];
}
