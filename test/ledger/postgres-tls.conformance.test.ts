/** A ledger on a PostgreSQL that speaks TLS: what `sslmode` in the address does. */
import { spawnSync } from 'node:child_process';
import { chownSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../src/ledger/ledger.ts';
import { PostgresServer } from '../setup/postgres-server.ts';
import { certify } from '../tls/certificate.ts';

const ours = certify('the CA of the tests');
const server = certify('postgres', ours);
let dir: string;
let postgres: PostgresServer | undefined;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'expunge-postgres-tls-'));
  chmodSync(dir, 0o755);
  const files = { 'ca.pem': ours.certificate, 'other.pem': certify('another CA').certificate };
  for (const [name, text] of Object.entries({
    ...files,
    'server.pem': server.certificate,
    'server.key': server.key,
  }))
    writeFileSync(join(dir, name), text);
  chmodSync(join(dir, 'server.key'), 0o600);
  if (process.getuid?.() === 0) {
    const { stdout } = spawnSync('id', ['-u', 'postgres'], { encoding: 'utf8' });
    if (stdout.trim() !== '') chownSync(join(dir, 'server.key'), Number(stdout), 0);
  }
  const settings = [`ssl_cert_file=${join(dir, 'server.pem')}`, `ssl_key_file=${join(dir, 'server.key')}`];
  postgres = await PostgresServer.create(['fsync=off', 'ssl=on', ...settings]);
}, 60_000);
afterAll(async () => {
  await postgres?.remove();
  rmSync(dir, { recursive: true });
});
beforeEach(({ skip }) => {
  if (!postgres) skip('PostgreSQL is not installed here');
});

/** What came of opening a ledger there; '' where it answers. */
async function opened(parameters: string, host = '127.0.0.1'): Promise<string> {
  const url = `${postgres?.url.replace('127.0.0.1', host)}${parameters}`;
  return openLedger(url, []).then(
    async (ledger) => {
      await ledger.ping();
      await ledger.close();
      return '';
    },
    (error: unknown) => (error as Error).message,
  );
}

describe('openLedger', () => {
  it.each(['verify-full', 'require'])(
    'by sslmode=%s takes a server that sslrootcert vouches for',
    async (mode) => {
      expect(await opened(`?sslmode=${mode}&sslrootcert=${join(dir, 'ca.pem')}`)).toBe('');
    },
  );

  it.each(['verify-full', 'require'])(
    'by sslmode=%s refuses one that it does not vouch for',
    async (mode) => {
      expect(await opened(`?sslmode=${mode}&sslrootcert=${join(dir, 'other.pem')}`)).toMatch(/certificate/);
      expect(await opened(`?sslmode=${mode}`)).toMatch(/certificate/);
    },
  );

  it('by sslmode=no-verify takes whatever answers in TLS', async () => {
    expect(await opened('?sslmode=no-verify')).toBe('');
  });
});
