/** `campaign plan`, `approve`, `run` and the controls, as far as they need no worker. */
import { createHash } from 'node:crypto';
import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CompiledQuery } from 'kysely';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/ledger/ledger.ts';
import { image, ledger, ledgerUrl, shareLedger, video, world } from './world.ts';

shareLedger();

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const keys = [
  { name: 'ann', sha256: sha256('ann-key'), scopes: ['campaign', 'approve'] },
  { name: 'ben', sha256: sha256('ben-key'), scopes: ['approve:media-prod'] },
  { name: 'eve', sha256: sha256('eve-key'), scopes: ['campaign', 'approve:hw-prod'] },
];

/** A folder with these files, and short words for what is typed in it. */
function setup(files: Readonly<Record<string, string | Uint8Array>> = {}, config: object = {}) {
  const made = world(files, { api: { keys }, approval: { above: 5 }, ...config });
  const { cwd } = made;
  const as =
    (key?: string) =>
    (...words: string[]) =>
      made.runWith({ env: key === undefined ? {} : { EXPUNGE_API_KEY: key } }, 'campaign', ...words);
  const plan = (name: string, file: string, ...more: string[]) =>
    as()('plan', name, '--account', 'media-prod', '--operation', video, '--file', file, '--json', ...more);
  return { cwd, as, plan, campaign: as() };
}

const ids = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}`).join('\n');

describe('expunge campaign plan', () => {
  it('shows what would be deleted, and deletes nothing', async () => {
    const { campaign } = setup({ 'p1.txt': ids('p1-', 45) });
    const words = ['plan', 'p1', '--account', 'media-prod', '--operation', video, '--file', 'p1.txt'];
    const { exit, out } = await campaign(...words);
    expect(exit).toBe(0);
    const { hash } = (await (await ledger()).campaign('p1')) ?? { hash: '?' };
    expect(hash).toMatch(/^[0-9a-f]{32}$/);
    expect(out.split('\n').slice(0, 7).join('\n')).toBe(
      [
        `The plan p1 would delete 45 targets of media-prod (${video}):`,
        '',
        '  to delete  45  by videoId',
        '  calls      3   1 s at best, at 30 a second',
        '',
        '  first  videoId p1-0',
        '  last   videoId p1-44',
      ].join('\n'),
    );
    expect(out).toContain(`expunge campaign approve p1 --plan ${hash}`);
    expect(out).toContain(`expunge campaign run p1 --plan ${hash} --confirm 45 --watch`);
    expect(await (await ledger()).offerable(`media-prod~${video}`, 10)).toEqual([]);
  });

  it('takes the same ids for the same plan in every format, and another order for another', async () => {
    const list = ['f1', 'f2', 'f3'];
    const { plan } = setup({
      'a.txt': list.join('\n'),
      'b.csv': `\uFEFFname,id\r\n${list.map((id) => `"a ""b""",${id}`).join('\r\n')}\r\n`,
      'c.ndjson': list.map((id) => JSON.stringify(id)).join('\n'),
      'd.txt.gz': gzipSync(list.join('\n')),
      'e.txt': list.toReversed().join('\n'),
    });
    const hashOf = async (...words: [string, ...string[]]) =>
      (await plan('formats', ...words)).json['hash'] as string;
    const hash = await hashOf('a.txt');
    expect(await hashOf('b.csv', '--column', 'id')).toBe(hash);
    expect(await hashOf('c.ndjson')).toBe(hash);
    expect(await hashOf('d.txt.gz')).toBe(hash);
    expect(await hashOf('e.txt')).not.toBe(hash);
    expect(await hashOf('a.txt', '--no-canary')).not.toBe(hash);
    expect(await hashOf('a.txt', '--again')).not.toBe(hash);
  });

  it('leaves bad lines out, each with its number and reason, and plans the rejects after repair', async () => {
    const lines = ['good-1', 'has,comma', ' space', 'good-2', 'good-1', '-dash', 'x'.repeat(200), 'good-3'];
    const { cwd, plan } = setup({ 'mixed.txt': lines.join('\n') });
    const first = await plan('mixed', 'mixed.txt', '--rejects', 'r.csv');
    expect(first.exit).toBe(0);
    expect(first.json).toMatchObject({ valid: 3, invalid: 4, duplicates: 1 });
    for (const line of [2, 3, 6, 7]) expect(first.err).toContain(`line ${line}: `);
    const rejects = readFileSync(join(cwd, 'r.csv'), 'utf8');
    const repaired = rejects
      .replace('"has,comma"', 'good-4')
      .replace(' space', 'good-5')
      .replace('-dash', 'good-6')
      .replace(/x{200}/, 'good-7');
    writeFileSync(join(cwd, 'repaired.csv'), repaired);
    const second = await plan('mended', 'repaired.csv');
    expect(second.json).toMatchObject({ valid: 4, invalid: 0 });
  });

  it.each([
    ['empty.txt', ''],
    ['lines.txt', '\n\n\n'],
    ['bad.txt', 'a b\n,\n'],
  ])('plans nothing of %s', async (name, content) => {
    const { plan } = setup({ [name]: content });
    const { exit, err } = await plan('nothing', name);
    expect(exit).toBe(2);
    expect(err).toContain('Nothing was planned');
    expect(await (await ledger()).campaign('nothing')).toBeUndefined();
  });

  it('plans nothing of an input that breaks off, and leaves the plan that stood', async () => {
    const { plan } = setup({
      'whole.txt': 'w1\nw2',
      'cut.txt.gz': gzipSync(ids('cut-', 5_000)).subarray(0, 9_000),
    });
    const before = (await plan('stays', 'whole.txt')).json['hash'];
    const { exit, err } = await plan('stays', 'cut.txt.gz');
    expect([exit, err]).toEqual([2, expect.stringContaining('was cut off')]);
    expect(await (await ledger()).campaign('stays')).toMatchObject({ hash: before, valid: 2 });
  });

  it('plans nothing when it is interrupted', async () => {
    const { runWith } = world({ 'i.txt': 'i1\ni2' });
    const words = ['--account', 'media-prod', '--operation', video, '--file', 'i.txt'];
    const options = { stopped: AbortSignal.abort() };
    const { exit, err } = await runWith(options, 'campaign', 'plan', 'cut-short', ...words);
    expect([exit, err]).toEqual([1, expect.stringContaining('interrupted')]);
    expect(await (await ledger()).campaign('cut-short')).toBeUndefined();
  });

  it('refuses a list that names what is protected, and one that is longer than --max', async () => {
    const { plan } = setup({ 'l.txt': 'ok-1\nkeep-2\nok-3' }, { protected: { patterns: ['keep-*'] } });
    const guarded = await plan('guarded', 'l.txt');
    expect([guarded.exit, guarded.err]).toEqual([
      3,
      expect.stringContaining('line 2: "keep-2" is protected by'),
    ]);
    const many = setup({ 'l.txt': 'm1\nm2\nm3' });
    const long = await many.plan('guarded', 'l.txt', '--max', '2');
    expect([long.exit, long.err]).toEqual([3, expect.stringContaining('--max 2')]);
    expect((await many.plan('guarded', 'l.txt', '--max', '3')).exit).toBe(0);
  });

  it('shouts what widens the deletion', async () => {
    const { campaign } = setup({ 'v.txt': 'v1' });
    const words = ['--account', 'media-prod', '--operation', image, '--file', 'v.txt', '--kind', 'videoId'];
    const { out } = await campaign('plan', 'wide', ...words, '--image-type', 'All');
    expect(out).toContain('IMAGE TYPE = ALL');
  });

  it.each([
    [['--share', '0'], '--share'],
    [['--share', '1.5'], '--share'],
    [['--window', '22-06'], '--window'],
    [['--undo-window', 'soon'], '--undo-window'],
    [['--max', 'many'], '--max'],
    [['--brake-absent', '2'], '--brake-absent'],
    [['--format', 'xml'], '--format'],
    [['--kind', 'film'], 'film'],
  ])('refuses %j and says how it is written', async (words, named) => {
    const { plan } = setup({ 'l.txt': 'u1' });
    const { exit, err } = await plan('usage', 'l.txt', ...words);
    expect([exit, err]).toEqual([2, expect.stringContaining(named)]);
  });

  it('refuses a name that could not stand in a metric', async () => {
    const { plan } = setup({ 'l.txt': 'u1' });
    for (const name of ['Big', 'a b', '-x', 'x'.repeat(64)]) expect((await plan(name, 'l.txt')).exit).toBe(2);
  });
});

describe('expunge campaign run', () => {
  it('begins what was planned, with the hash and the count, once a second person approved it', async () => {
    const { as, plan, campaign } = setup({ 'r1.txt': ids('r1-', 8) });
    const { hash } = (await plan('r1', 'r1.txt')).json as { hash: string };
    const run = ['run', 'r1', '--plan', hash, '--confirm', '8'];
    const refused = await campaign(...run);
    expect([refused.exit, refused.err]).toEqual([3, expect.stringContaining('second person')]);
    expect((await campaign('approve', 'r1')).exit).toBe(3);
    expect((await as('nobody-key')('approve', 'r1')).exit).toBe(3);
    expect((await as('eve-key')('approve', 'r1')).exit).toBe(3);
    expect((await as('ben-key')('approve', 'r1', '--plan', 'other')).exit).toBe(3);
    expect((await as('ben-key')('approve', 'r1', '--plan', hash)).exit).toBe(0);
    expect((await as('ben-key')(...run)).exit).toBe(3);
    expect((await campaign(...run)).exit).toBe(0);
    expect(await (await ledger()).campaign('r1')).toMatchObject({ state: 'running', approvedBy: 'ben' });
    const again = await campaign(...run);
    expect([again.exit, again.err]).toEqual([3, expect.stringContaining('r1 is running')]);
  });

  it('is refused to the one who planned it', async () => {
    const { as } = setup({ 'own.txt': ids('own-', 8) });
    const words = ['--account', 'media-prod', '--operation', video, '--file', 'own.txt', '--json'];
    await as('ann-key')('plan', 'own', ...words);
    const { exit, err } = await as('ann-key')('approve', 'own');
    expect([exit, err]).toEqual([3, expect.stringContaining("can't approve it")]);
  });

  it('is refused after the list was changed, and lets the plan be made anew', async () => {
    const { cwd, plan, campaign } = setup({ 'ch.txt': 'ch1\nch2' });
    const { hash } = (await plan('changed', 'ch.txt')).json as { hash: string };
    writeFileSync(join(cwd, 'ch.txt'), 'ch1\nch2\nch3');
    const refused = await campaign('run', 'changed', '--plan', hash, '--confirm', '2');
    expect([refused.exit, refused.err]).toEqual([3, expect.stringContaining('has changed')]);
    const anew = (await plan('changed', 'ch.txt')).json as { hash: string };
    expect((await campaign('run', 'changed', '--plan', hash, '--confirm', '3')).exit).toBe(3);
    expect((await campaign('run', 'changed', '--plan', anew.hash, '--confirm', '3')).exit).toBe(0);
    const taken = await plan('changed', 'ch.txt');
    expect([taken.exit, taken.err]).toEqual([3, expect.stringContaining('another name')]);
  });

  it('runs nothing of a plan that was changed in the database', async () => {
    const { plan, campaign } = setup({ 'sp.txt': 'sp1\nsp2' });
    const { hash } = (await plan('spoilt', 'sp.txt')).json as { hash: string };
    const open = await ledger();
    const seq = (await open.campaign('spoilt'))?.seq ?? 0;
    const { database } = openDatabase(ledgerUrl());
    await database.write([
      CompiledQuery.raw(`UPDATE campaign_targets SET key = 'another' WHERE campaign = ${seq} AND n = 2`),
    ]);
    await database.close();
    const { exit, err } = await campaign('run', 'spoilt', '--plan', hash, '--confirm', '2');
    expect([exit, err]).toEqual([3, expect.stringContaining('does not hold what was planned')]);
    expect(await open.campaign('spoilt')).toMatchObject({ state: 'failed' });
  });
});

describe('expunge campaign pause, resume, cancel', () => {
  it('move it and say what can be done next', async () => {
    const { plan, campaign } = setup({ 'pc.txt': 'pc1\npc2' });
    const { hash } = (await plan('pc', 'pc.txt')).json as { hash: string };
    const early = await campaign('pause', 'pc');
    expect([early.exit, early.err]).toEqual([3, expect.stringContaining('expunge campaign run pc')]);
    await campaign('run', 'pc', '--plan', hash, '--confirm', '2');
    const paused = await campaign('pause', 'pc', '--reason', 'lunch');
    expect([paused.exit, paused.out]).toEqual([0, expect.stringContaining('expunge campaign resume pc')]);
    expect(await (await ledger()).campaign('pc')).toMatchObject({ state: 'paused', reason: 'lunch' });
    expect((await campaign('pause', 'pc')).exit).toBe(0);
    expect((await campaign('resume', 'pc')).exit).toBe(0);
    const cancelled = await campaign('cancel', 'pc', '--json');
    expect(cancelled.json).toMatchObject({ state: 'cancelled', callsInFlight: 0, left: 2 });
    const late = await campaign('resume', 'pc');
    expect([late.exit, late.err]).toEqual([3, expect.stringContaining('expunge campaign report pc')]);
  });

  it('cancel a plan that was never run', async () => {
    const { plan, campaign } = setup({ 'cp.txt': 'cp1' });
    await plan('cp', 'cp.txt');
    expect((await campaign('cancel', 'cp')).exit).toBe(0);
    expect(await (await ledger()).campaign('cp')).toMatchObject({ state: 'cancelled' });
  });

  it('name the campaigns that there are', async () => {
    const { campaign } = setup();
    const { exit, err } = await campaign('pause', 'nonesuch');
    expect([exit, err]).toEqual([2, expect.stringContaining('there is no campaign "nonesuch"')]);
  });
});
