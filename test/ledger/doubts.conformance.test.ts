/** What a database says of its own durability. The tests' PostgreSQL runs with fsync = off. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { doubtsOf, type ServerSettings } from '../../src/ledger/doubts.ts';
import { postgresPrograms } from '../setup/postgres-server.ts';
import { databases } from './databases.ts';
import { startWork } from './work.ts';

const fsync = /^fsync is off: .+ Set fsync = on$/;
const failover = /^standbys are attached and none is synchronous: .+ Set synchronous_standby_names$/;

describe.each(databases)('doubts on $name', ({ name, create }) => {
  it('are those of a server that does not wait for its disk, and none of a file', async () => {
    const { ledger } = await startWork(create);
    const doubts = (await ledger.doubts()).filter((doubt) => !failover.test(doubt));
    expect(doubts).toEqual(name === 'libSQL' ? [] : [expect.stringMatching(fsync)]);
  });
});

describe.skipIf(inject('postgresUrl') === '')('doubts', () => {
  it('say that what is accepted may be lost once a standby is attached that nobody waits for', async () => {
    const { ledger } = await startWork(databases[1]?.create ?? (() => Promise.reject(new Error('none'))));
    // To the server it is a standby like another.
    const dir = await mkdtemp(join(tmpdir(), 'expunge-wal-'));
    const arguments_ = ['--no-loop', '--no-sync', '-D', dir, '-d', inject('postgresUrl')];
    const standby = spawn(join(postgresPrograms() ?? '', 'pg_receivewal'), arguments_, { stdio: 'ignore' });
    const ended = once(standby, 'exit');
    onTestFinished(async () => {
      standby.kill('SIGKILL');
      await ended;
      await rm(dir, { recursive: true });
    });
    const seen = async () => (await ledger.doubts()).some((doubt) => failover.test(doubt));
    while (!(await seen())) if (standby.exitCode !== null) throw new Error('pg_receivewal ended');
  });
});

const sound: ServerSettings = {
  ...{ fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' },
  ...{ synchronous_standby_names: '', standbys: 0 },
};

describe('doubtsOf', () => {
  it.each([
    ['settings that are sound', {}, []],
    ['no standby, whatever is not waited for', { synchronous_commit: 'local' }, []],
    ['a synchronous standby', { standbys: 1, synchronous_standby_names: 's1' }, []],
    ['no fsync', { fsync: 'off' }, [fsync]],
    ['no whole pages', { full_page_writes: 'off' }, [/^full_page_writes is off/]],
    ['a standby that nobody waits for', { standbys: 2 }, [failover]],
    [
      'commits that do not wait for the synchronous standby',
      { standbys: 1, synchronous_standby_names: 's1', synchronous_commit: 'local' },
      [/^synchronous_commit is local/],
    ],
  ])('answers to %s', (_, settings, expected) => {
    const doubts = doubtsOf({ ...sound, ...settings });
    expect(doubts).toEqual(expected.map((pattern) => expect.stringMatching(pattern) as unknown));
  });
});
