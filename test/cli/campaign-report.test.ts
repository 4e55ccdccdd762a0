import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { move, planned, running } from './campaign.ts';
import { absent, deleted, refused, unanswered, work, exhausted } from './worker.ts';
import { image, ledger, shareLedger, thumbnails, video, world } from './world.ts';

shareLedger();

const prod = { account: 'media-prod', operation: video };
const read = (cwd: string, name: string) => readFileSync(join(cwd, name), 'utf8');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const rowsOf = (csv: string) => parse<Record<string, string>>(csv, { columns: true });
const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** A finished campaign of one of each outcome. */
async function finished(name: string): Promise<number> {
  const ids = ['del', 'abs', 'ref', 'exh', 'doubt'].map((id) => `${name}-${id}`);
  const seq = await running({ ...prod, name, entries: ids });
  await work('media-prod', video, [
    [deleted, `${name}-del`],
    [absent, `${name}-abs`],
    [refused, `${name}-ref`],
    [exhausted, `${name}-exh`],
    [unanswered, `${name}-doubt`],
    [absent, `${name}-doubt`],
  ]);
  await move(seq, 'running', 'completed');
  return seq;
}

describe('expunge campaign report', () => {
  it('writes a row an id with everything that an auditor asks, and sums that sha256sum verifies', async () => {
    await finished('c1');
    const { run, cwd } = world();
    const { exit, out, err } = await run('campaign', 'report', 'c1', '-o', 'c1.csv');
    expect(exit).toBe(0);
    expect(err).toBe('');
    const csv = read(cwd, 'c1.csv');
    expect(out).toContain('c1, completed: 5 rows: 1 deleted, 2 absent, 1 refused, 1 exhausted.');
    expect(out).toContain('Plan     hash-of-c1\n');
    expect(out).toContain(`SHA-256  ${sha256(csv)}\n`);
    expect(execFileSync('sha256sum', ['-c', 'c1.csv.sha256'], { cwd }).toString()).toBe('c1.csv: OK\n');
    expect(readdirSync(cwd).toSorted()).toEqual(['c1.csv', 'c1.csv.sha256', 'expunge.yaml']);

    const rows = rowsOf(csv);
    expect(rows.map(({ line, entry, settlement }) => [line, entry, settlement])).toEqual([
      ['2', 'c1-del', 'deleted'],
      ['3', 'c1-abs', 'absent'],
      ['4', 'c1-ref', 'refused'],
      ['5', 'c1-exh', 'exhausted'],
      ['6', 'c1-doubt', 'absent'],
    ]);
    const { settledAt, ...row } = rows[2] ?? {};
    expect(row).toEqual({
      ...{ entry: 'c1-ref', line: '4', ...prod, kind: 'videoId', id: 'c1-ref', parent: '', options: '' },
      ...{ settlement: 'refused', state: '', code: 'ForbiddenVideoIds', message: 'not<U+000A>allowed' },
      ...{ requestId: 'provider-2', attempts: '1', ambiguous: 'false', known: 'false' },
      ...{ requester: 'eve', reason: 'spring', campaign: 'c1' },
    });
    expect(settledAt).toMatch(/^20\d\d-.*Z$/);
    expect(rows[4]).toMatchObject({ attempts: '2', ambiguous: 'true' });
  });

  it('says the same for a program, and NDJSON has texts exactly', async () => {
    await finished('c2');
    const { run, cwd } = world();
    const { json } = await run('campaign', 'report', 'c2', '-o', 'c2.ndjson', '--json');
    const text = read(cwd, 'c2.ndjson');
    expect(json).toMatchObject({
      ...{ campaign: 'c2', state: 'completed', final: true, hash: 'hash-of-c2', requester: 'eve' },
      ...{ rows: 5, counts: { deleted: 1, absent: 2, refused: 1, exhausted: 1 }, format: 'ndjson' },
      ...{ sha256: sha256(text), file: join(cwd, 'c2.ndjson'), sumFile: join(cwd, 'c2.ndjson.sha256') },
    });
    expect(linesOf(text)[2]).toMatchObject({
      entry: 'c2-ref',
      line: 4,
      settlement: 'refused',
      message: 'not\nallowed',
    });
    expect(linesOf(text)[2]).not.toHaveProperty('state');
  });

  it('writes to stdout without a file, and the summary to stderr', async () => {
    await finished('c3');
    const { run } = world();
    const { out, err } = await run('campaign', 'report', 'c3');
    expect(rowsOf(out)).toHaveLength(5);
    expect(err).toContain(`SHA-256  ${sha256(out)}\n`);
    expect(err).toContain('c3, completed: 5 rows');
    const plain = await run('campaign', 'report', 'c3', '--format', 'ndjson');
    expect(linesOf(plain.out)).toHaveLength(5);
  });

  it('writes NDJSON rows and the result last with --json, and no CSV there', async () => {
    await finished('c4');
    const { run } = world();
    const { out, json } = await run('campaign', 'report', 'c4', '--json');
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    expect(json).toMatchObject({ rows: 5, file: null, sha256: sha256(`${lines.slice(0, -1).join('\n')}\n`) });
    const csv = await run('campaign', 'report', 'c4', '--json', '--format', 'csv');
    expect(csv.exit).toBe(2);
    expect(csv.err).toContain('name a file with -o for CSV');
  });

  it('says plainly that a running one is not final, and shows what is open', async () => {
    await running({ ...prod, name: 'c5', entries: ['c5-a', 'c5-b', 'c5-c'] }, 2);
    await work('media-prod', video, [[deleted, 'c5-a']]);
    const { run } = world();
    const { out, err, exit } = await run('campaign', 'report', 'c5');
    expect(exit).toBe(0);
    expect(err).toContain('NOT FINAL: it is running');
    expect(err).toContain('1 deleted, 2 open');
    expect(
      rowsOf(out).map(({ settlement, state, settledAt }) => [settlement, state, settledAt !== '']),
    ).toEqual([
      ['deleted', '', true],
      ['', 'open', false],
      ['', 'open', false],
    ]);
    const { json, out: lines } = await run('campaign', 'report', 'c5', '--only', 'open', '--json');
    expect(json).toMatchObject({ final: false, rows: 2, only: ['open'] });
    expect(linesOf(lines)[0]).toMatchObject({ entry: 'c5-b', state: 'open', settledAt: null });
  });

  it('tells what was never settled of a cancelled one as cancelled', async () => {
    const seq = await running({ ...prod, name: 'c6', entries: ['c6-a', 'c6-b', 'c6-c'] }, 2);
    await work('media-prod', video, [[deleted, 'c6-a']]);
    await move(seq, 'running', 'cancelling');
    expect(await (await ledger()).cancelOpen(seq)).toBe(0);
    await move(seq, 'cancelling', 'cancelled');
    const { run } = world();
    const { out, err } = await run('campaign', 'report', 'c6');
    expect(err).toContain('c6, cancelled: 3 rows: 1 deleted, 2 cancelled.');
    expect(err).not.toContain('NOT FINAL');
    expect(
      rowsOf(out).map(({ id, settlement, code, settledAt }) => [id, settlement, code, settledAt !== '']),
    ).toEqual([
      ['c6-a', 'deleted', '', true],
      ['c6-b', 'cancelled', 'CampaignCancelled', true],
      ['c6-c', 'cancelled', 'CampaignCancelled', true],
    ]);
    const only = async (states: string) =>
      (await run('campaign', 'report', 'c6', '--only', states, '--json')).json['rows'];
    expect(await only('cancelled')).toBe(2);
    expect(await only('open')).toBe(0);
    expect(await only('deleted,cancelled')).toBe(3);
  });

  it('tells a campaign that failed before it sent anything', async () => {
    const seq = await planned({ ...prod, name: 'c7', entries: ['c7-a'] });
    await move(seq, 'planned', 'failed');
    const { json } = await world().run('campaign', 'report', 'c7', '--json');
    expect(json).toMatchObject({ state: 'failed', final: true, counts: { open: 1 } });
  });

  it('chooses by outcome; failed are refused and exhausted', async () => {
    await finished('c8');
    const { run } = world();
    const ids = async (states: string) =>
      rowsOf((await run('campaign', 'report', 'c8', '--only', states)).out).map(({ id }) => id);
    expect(await ids('failed')).toEqual(['c8-ref', 'c8-exh']);
    expect(await ids('exhausted, deleted')).toEqual(['c8-del', 'c8-exh']);
    expect(await ids('spared')).toEqual([]);
    const wrong = await run('campaign', 'report', 'c8', '--only', 'failed,refuzed');
    expect(wrong.exit).toBe(2);
    expect(wrong.err).toContain('nothing ends as "refuzed". Did you mean refused?');
  });

  it.each(['csv', 'ndjson'])(
    'gives failed ids as %s that plans to the same targets, of any kind',
    async (format) => {
      const name = `c9-${format}`;
      const entries = [`${name}-task`, { task: `${name}-of`, asset: 'asset1' }, `${name}-fine`];
      const seq = await running({ account: 'hw-prod', operation: thumbnails, name, entries });
      const open = await ledger();
      await work('hw-prod', thumbnails, [
        [refused, entries[0], entries[1]],
        [deleted, entries[2]],
      ]);
      await move(seq, 'running', 'completed');
      const { run, cwd } = world();
      const file = `failed.${format}`;
      const { out } = await run('campaign', 'report', name, '--only', 'failed', '-o', file);
      expect(out).toContain(
        `To plan these again: expunge campaign plan NAME --account hw-prod --operation ${thumbnails} --file ${join(cwd, file)}\n`,
      );
      const again = await run(
        'campaign',
        'plan',
        `${name}-2`,
        '--account',
        'hw-prod',
        '--operation',
        thumbnails,
        '--file',
        file,
        '--json',
      );
      expect(again.err).not.toContain('problem');
      expect(again.json).toMatchObject({ valid: 2, invalid: 0 });
      const second = await open.campaign(`${name}-2`);
      const lines = await open.campaignTargets(second?.seq ?? 0, 0, 10);
      expect(lines.map(({ id, kind, parent }) => [id, kind, parent])).toEqual([
        [`${name}-task`, 'task', ''],
        [`${name}-of`, 'task', 'asset1'],
      ]);
    },
  );

  it('names the options that planning them again takes', async () => {
    const options = { imageType: 'All' };
    const entries = [{ by: 'videoId', id: 'c10-a' }];
    await planned({ account: 'media-prod', operation: image, name: 'c10', entries, options });
    const { run, cwd } = world();
    const { out } = await run('campaign', 'report', 'c10', '--only', 'open', '-o', 'o.csv');
    expect(out).toContain(`--file ${join(cwd, 'o.csv')} --image-type All\n`);
    const flags = ['--account', 'media-prod', '--operation', image, '--file', 'o.csv', '--image-type', 'All'];
    expect((await run('campaign', 'plan', 'c10-2', ...flags, '--json')).json).toMatchObject({
      valid: 1,
      invalid: 0,
    });
  });

  it.each(['taken.csv', 'taken.csv.sha256'])(
    'writes nothing over %s and leaves nothing beside it',
    async (taken) => {
      await finished(`c11-${taken.length}`);
      const { run, cwd } = world({ [taken]: 'mine' });
      const { exit, err } = await run('campaign', 'report', `c11-${taken.length}`, '-o', 'taken.csv');
      expect(exit).toBe(2);
      expect(err).toContain(`${taken} exists and is not written over: name a new file, or remove it first`);
      expect(read(cwd, taken)).toBe('mine');
      expect(readdirSync(cwd).toSorted()).toEqual(['expunge.yaml', taken]);
    },
  );

  it('leaves nothing where it was stopped, and ends with 1', async () => {
    await finished('c12');
    const { runWith, cwd } = world();
    const { exit, err } = await runWith(
      { stopped: AbortSignal.abort() },
      'campaign',
      'report',
      'c12',
      '-o',
      'x.csv',
    );
    expect(exit).toBe(1);
    expect(err).toContain('Stopped: nothing was written.');
    expect(readdirSync(cwd)).toEqual(['expunge.yaml']);
  });

  it('ends with 2 for a folder that is not there, and for a campaign that nobody knows', async () => {
    await finished('spring-purge');
    const { run } = world();
    const nowhere = await run('campaign', 'report', 'spring-purge', '-o', 'none/x.csv');
    expect(nowhere.exit).toBe(2);
    expect(nowhere.err).toContain(`can't be written (ENOENT)`);
    const wrong = await run('campaign', 'report', 'sprung-purge');
    expect(wrong.exit).toBe(2);
    expect(wrong.err).toContain('Did you mean spring-purge?');
  });

  it('writes tens of thousands of rows in order, each once', async () => {
    const entries = Array.from({ length: 12_000 }, (_, n) => `bulk-${n}`);
    await planned({ ...prod, name: 'c13', entries });
    const { run, cwd } = world();
    await run('campaign', 'report', 'c13', '-o', 'c13.csv');
    expect(rowsOf(read(cwd, 'c13.csv')).map(({ entry }) => entry)).toEqual(entries);
    writeFileSync(join(cwd, 'c13.csv'), `${read(cwd, 'c13.csv')} `);
    expect(() => execFileSync('sha256sum', ['-c', 'c13.csv.sha256'], { cwd, stdio: 'ignore' })).toThrow();
  });
});
