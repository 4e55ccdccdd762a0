import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { LedgerAway } from '../../src/ledger/database.ts';
import { commands } from '../../src/producers/cli/commands.ts';
import { runProgram } from '../../src/producers/cli/program.ts';
import { databases } from '../ledger/databases.ts';
import { startWork } from '../ledger/work.ts';
import { call, recorded } from '../producers/recorded.ts';
import { shareLedger, world } from './world.ts';

const dayMs = 86_400_000;
const create = databases[0]?.create ?? (() => Promise.reject(new Error('none')));

/** The command line on a ledger in which it is some days ago. */
async function aged(days: number) {
  const work = await startWork(create, Date.now() - days * dayMs);
  const { runWith, cwd } = world({}, { database: { url: work.url } });
  const run = (...argv: string[]) => runWith({ ownLedger: true }, 'ledger', ...argv);
  const lookup = async (id: string) =>
    (await runWith({ ownLedger: true }, 'lookup', '--json', id)).json['targets'] as object[];
  /** The lines of an archive. */
  const lines = (file: string) =>
    gunzipSync(readFileSync(join(cwd, file)))
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { work, run, lookup, lines, cwd };
}

shareLedger();

describe('the password of a ledger on a server', () => {
  it('is not told by a command that names the ledger', async () => {
    const { run, runWith } = world({}, { database: { url: 'postgres://ann:hunter2hunter2@db/d' } });
    for (const { err } of [
      await run('lookup', 'nobody'),
      await runWith({ ledgerAway: true }, 'lookup', 'a'),
    ]) {
      expect(err).toContain('postgres://ann:***@db/d');
      expect(err).not.toContain('hunter2');
    }
    const { out } = await run('config', 'print');
    expect(out).toContain('postgres://ann:***@db/d');
    expect(out).not.toContain('hunter2');
  });
});

describe('expunge ledger migrate', () => {
  it('says from which version to which, and that there is nothing to do', async () => {
    const { runWith } = world({}, { database: { url: 'file:fresh.db' } });
    const migrate = (...argv: string[]) => runWith({ ownLedger: true }, 'ledger', 'migrate', ...argv);
    expect(await migrate()).toMatchObject({ exit: 0, out: 'version 0 → 3\n' });
    expect(await migrate()).toMatchObject({ out: 'The ledger is at version 3, nothing to do.\n' });
    expect((await migrate('--json')).json).toEqual({ from: 3, to: 3 });
  });

  it('ends with 4 where there is no server, and does not tell the password', async () => {
    const url = 'postgres://ann:hunter2hunter2@127.0.0.1:9/d';
    const { runWith } = world({}, { database: { url } });
    for (const argv of [
      ['ledger', 'migrate'],
      ['lookup', 'a'],
      ['ledger', 'verify'],
    ]) {
      const { exit, err, out } = await runWith({ ownLedger: true }, ...argv);
      expect(exit).toBe(4);
      expect(err).toMatch(
        /^the ledger postgres:\/\/ann:\*\*\*@127\.0\.0\.1:9\/d can't be opened: .+ECONNREFUSED/,
      );
      expect(err + out).not.toContain('hunter2');
    }
  });
});

describe('expunge ledger verify', () => {
  it('says that a ledger is sound, and what is in it', async () => {
    const { work, run } = await aged(0);
    await work.ask('R', ['a', 'b']);
    await work.end('C1', 'deleted', ['a']);
    expect(await run('verify')).toMatchObject({ exit: 0, out: 'sound: 2 targets, 1 call, 1 request\n' });
    expect((await run('verify', '--json')).json).toEqual({
      ...{ sound: true, targets: 2, calls: 1, requests: 1, archived: 0, total: 0, differences: [] },
    });
  });

  it('ends with 1 and names what is wrong in it', async () => {
    const { work, run } = await aged(0);
    await work.ask('R', ['a', 'c']);
    await work.end('C1', 'deleted', ['a', 'c']);
    await work.tamper('DELETE FROM calls', `UPDATE targets SET id = 'a' || char(10) || 'b' WHERE id = 'a'`);
    const { exit, out, err } = await run('verify');
    expect(exit).toBe(1);
    expect(out).toContain(
      'acc~alibaba.vod.delete-video a<U+000A>b is settled by a call that does not exist\n',
    );
    expect(err).toContain('2 differences');
    expect((await run('verify', '--json')).json).toMatchObject({ sound: false, total: 2 });
  });

  it('says that ledger and emulator are equal, and how much was compared', async () => {
    const { work, run } = await aged(0);
    await work.ask('R', ['a', 'b']);
    await work.end('C1', 'deleted', ['a', 'b']);
    const url = await recorded(call('R-C1', ['a', 'b']));
    const told = await run('verify', '--against', url);
    expect(told).toMatchObject({ exit: 0, err: '' });
    expect(told.out).toBe(
      'equal: 2 targets, 1 call; 2 ids deleted at the provider, 0 ids sent more than once\n',
    );
    expect((await run('verify', '--against', url, '--json')).json).toMatchObject({
      equal: true,
      provider: { targets: 2, calls: 1, deleted: 2, repeats: { ids: 0, calls: 0 } },
    });
  });

  it('ends with 1 and lists the first hundred differences, and how many there are', async () => {
    const { work, run } = await aged(0);
    await work.ask(
      'R',
      Array.from({ length: 120 }, (_, n) => `id-${n}`),
    );
    const { exit, out, err } = await run('verify', '--against', await recorded());
    expect(exit).toBe(1);
    expect(out.trimEnd().split('\n')).toHaveLength(100);
    expect(out).toMatch(/^DeleteVideo id-0: still open in the ledger\n/);
    expect(err).toContain('120 differences, 100 shown');
  });

  it('knows the accounts of the configuration by their access keys', async () => {
    const { run } = await aged(0);
    const url = await recorded(call('R', ['a'], { account: 'key-a' }));
    expect((await run('verify', '--against', url)).out).toContain(
      'media-prod DeleteVideo a: deleted at the provider',
    );
  });

  it('ends with 4 where nobody answers', async () => {
    const { run } = await aged(0);
    const { exit, err } = await run('verify', '--against', 'http://127.0.0.1:9');
    expect(exit).toBe(4);
    expect(err).toMatch(
      /^the emulator's record at http:.+:9 can't be read: .+\nIs it an emulator's address\?/,
    );
  });

  it('ends with 2 where it is no address, or an archive is missing or none', async () => {
    const { run, cwd } = await aged(0);
    expect(await run('verify', '--against', '9090')).toMatchObject({
      exit: 2,
      err: '--against 9090: give an address such as http://127.0.0.1:9090\n',
    });
    const against = ['verify', '--against', await recorded(), '--archive'];
    expect(await run(...against, 'none.gz')).toMatchObject({ exit: 2 });
    writeFileSync(join(cwd, 'text.gz'), 'text');
    const { exit, err } = await run(...against, 'text.gz');
    expect(exit).toBe(2);
    expect(err).toMatch(/^--archive .+text\.gz: incorrect header check/);
  });
});

describe('expunge ledger archive', () => {
  it('moves what was settled long ago into a file of lines as lookup tells them, and leaves the rest', async () => {
    const { work, run, lookup, lines } = await aged(100);
    await work.ask('R', ['a', 'b', 'open']);
    await work.end('C1', 'deleted', ['a']);
    await work.end('C2', 'refused', ['b']);
    const before = [...(await lookup('a')), ...(await lookup('b'))];
    work.pass(99 * 24);
    await work.ask('R2', ['young']);
    await work.end('C3', 'deleted', ['young']);
    const { exit, json } = await run('archive', '--older-than', '90d', '--to', 'old.ndjson.gz', '--json');
    expect(exit).toBe(0);
    expect(json).toMatchObject({ archived: 2, done: true });
    expect(lines('old.ndjson.gz')).toEqual(before);
    expect(await lookup('a')).toEqual([]);
    expect(await lookup('young')).toHaveLength(1);
    expect(await lookup('open')).toHaveLength(1);
    expect(await work.ledger.tally('R')).toEqual({ deleted: 1, refused: 1, open: 1 });
  });

  it('writes a member for each batch, and all of them can be read as one', async () => {
    const { work, run, lines, cwd } = await aged(9);
    const ids = Array.from({ length: 2_500 }, (_, n) => `id-${n}`);
    await work.ask('R', ids);
    await work.end('C1', 'deleted', ids);
    expect((await run('archive', '--older-than', '8d', '--to', 'a.gz')).out).toMatch(
      /^2,500 targets settled before/,
    );
    expect(new Set(lines('a.gz').map(({ id }) => id))).toEqual(new Set(ids));
    expect(
      readFileSync(join(cwd, 'a.gz')).toString('latin1').split('\x1f\x8b\x08').length - 1,
    ).toBeGreaterThanOrEqual(3);
  });

  it('leaves the targets in the ledger where the file can not be written', async () => {
    const { work, run, lookup } = await aged(9);
    await work.ask('R', ['a']);
    await work.end('C1', 'deleted', ['a']);
    const { exit, err } = await run('archive', '--older-than', '8d', '--to', '/dev/full');
    expect(exit).toBe(3);
    expect(err).toContain('/dev/full exists');
    expect((await run('archive', '--older-than', '8d', '--to', 'no/folder/a.gz')).exit).toBe(2);
    expect(await lookup('a')).toHaveLength(1);
  });

  it('has a batch on disk before it leaves the ledger, and loses nothing where that fails then', async () => {
    const { work, run, lines, lookup, cwd } = await aged(9);
    await work.ask('R', ['a']);
    await work.end('C1', 'deleted', ['a']);
    work.pass(9 * 24);
    const seen: unknown[] = [];
    let err = '';
    const exit = await runProgram({
      ...{ argv: ['ledger', 'archive', '--older-than', '8d', '--to', 'a.gz'], cwd, env: {}, version: 'test' },
      ...{ clock: systemClock, stopped: new AbortController().signal, commands },
      openLedger: () =>
        Promise.resolve({
          ...work.ledger,
          close: () => Promise.resolve(),
          removeArchived() {
            seen.push(...lines('a.gz').map(({ id }) => id));
            return Promise.reject(new LedgerAway('gone'));
          },
        }),
      stdout: { write: () => true },
      stderr: { write: (text) => (err += text) },
    });
    expect(seen).toEqual(['a']);
    expect(exit).toBe(4);
    expect(err).toContain('does not answer: gone');
    expect(lines('a.gz')).toEqual(await lookup('a'));
    const again = await run('archive', '--older-than', '8d', '--to', 'b.gz');
    expect(again.exit).toBe(0);
    expect(lines('b.gz')).toEqual(lines('a.gz'));
  });

  it('never writes over a file, and leaves none where there is nothing to archive', async () => {
    const { work, run, cwd, lookup } = await aged(9);
    await work.ask('R', ['a']);
    await work.end('C1', 'deleted', ['a']);
    writeFileSync(join(cwd, 'a.gz'), 'mine');
    const { exit, err } = await run('archive', '--older-than', '8d', '--to', 'a.gz');
    expect(exit).toBe(3);
    expect(err).toContain('exists: an archive is never written over');
    expect(readFileSync(join(cwd, 'a.gz'), 'utf8')).toBe('mine');
    expect(await lookup('a')).toHaveLength(1);
    const { out, exit: done } = await run('archive', '--older-than', '90d', '--to', 'b.gz');
    expect(out).toMatch(/^Nothing was settled before .+: there is no file\.\n$/);
    expect(done).toBe(0);
    expect(existsSync(join(cwd, 'b.gz'))).toBe(false);
  });

  it('is what verify needs to find a ledger and an emulator equal afterwards', async () => {
    const { work, run, cwd } = await aged(9);
    await work.ask('R', ['a', 'b']);
    await work.end('C1', 'deleted', ['a', 'b']);
    const url = await recorded(call('R-C1', ['a', 'b']));
    await run('archive', '--older-than', '8d', '--to', 'a.gz');
    const without = await run('verify', '--against', url);
    expect(without.exit).toBe(1);
    expect(without.err).toContain('name these with --archive');
    expect((await run('verify', '--against', url, '--archive', 'a.gz')).out).toMatch(
      /^equal: 2 targets, 1 call;/,
    );
    // As after a crash in the middle of a member, whose targets are still in the ledger then.
    const member = gzipSync('{"account":"acc","operation"');
    writeFileSync(
      join(cwd, 'torn.gz'),
      Buffer.concat([readFileSync(join(cwd, 'a.gz')), member.subarray(0, -9)]),
    );
    expect((await run('verify', '--against', url, '--archive', 'torn.gz')).exit).toBe(0);
  });

  it.each(['90', '1w', '0d', '7d', '191h', '59m', '-1d', ''])('refuses --older-than %j', async (age) => {
    const { exit, err } = await (await aged(0)).run('archive', `--older-than=${age}`, '--to', 'a.gz');
    expect(exit).toBe(2);
    expect(err).toContain('such as 240h or 90d, and at least 8d');
  });
});
