import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { operator } from '../../src/producers/cli/operator.ts';
import { absent, deleted, refused, work } from './worker.ts';
import { apiKeys, by } from './persons.ts';
import { image, ledger, media, thumbnails, video, world, shareLedger } from './world.ts';

shareLedger();

const enqueue = ['enqueue', 'media-prod', video];
/** Real time, but nobody waits longer than 10 ms. */
const hasty = {
  ...systemClock,
  after: (ms: number, then: () => void) => systemClock.after(Math.min(ms, 10), then),
};
/** What the ledger holds of an id, as far as these tests care. */
const known = async (id: string) => {
  const targets = await (await ledger()).lookup(id);
  return targets.map(({ kind, parent, options, state }) => [kind, parent, options, state].join(' ').trim());
};

describe('expunge enqueue', () => {
  it('records ids, says what it does not undo, and answers with the counts', async () => {
    const { run } = world();
    const { exit, out, err } = await run(...enqueue, 'r1', 'r2', 'r1');
    expect(exit).toBe(0);
    expect(out).toMatch(/^2 accepted; 1 id named more than once\.\nRequest \w{26}\./);
    expect(err).toContain('media-prod~alibaba.vod.delete-video: 2 targets to delete, in 1 s at best.');
    expect(err).toContain('! Copies in the CDN outlive the deletion');
    expect(err).toContain(
      "In the ledger only (no Redis runs here): a worker's feeder takes them from there.",
    );
    expect(await known('r1')).toEqual(['videoId   waiting']);
  });

  it('counts what is open and what is settled already, and sends the latter again when told so', async () => {
    const { run } = world();
    await run(...enqueue, 's1', 's2', 's3');
    await work('media-prod', video, [
      [deleted, 's1'],
      [absent, 's2'],
    ]);
    const { json } = await run(...enqueue, '--json', 's1', 's2', 's3', 's3', 's4');
    expect(json).toMatchObject({ accepted: 1, duplicates: 2, alreadySettled: 2 });
    expect(Object.keys(json)).toEqual(['request', 'accepted', 'duplicates', 'alreadySettled']);
    expect((await run(...enqueue, '--json', '--again', 's1')).json).toMatchObject({ accepted: 1 });
  });

  it('keeps requester, reason, urgency and the time before which nothing is sent', async () => {
    const { run } = world();
    await run(...enqueue, '--reason', 'owner left', '--urgent', '--not-before', '+1h', 'n1');
    const [target] = await (await ledger()).lookup('n1');
    expect(target?.requests).toMatchObject([{ requester: operator(), reason: 'owner left' }]);
    expect(target?.due).toBeGreaterThan(systemClock.now() + 3_500_000);
    expect(target?.state).toBe('waiting');
  });

  it('records the person whose key is given as the requester', async () => {
    const { runWith } = world({}, { api: { keys: apiKeys } });
    expect((await runWith(by('ann'), ...enqueue, 'by-1')).exit).toBe(0);
    expect((await runWith(by('ben'), ...enqueue, 'by-2')).exit).toBe(0);
    expect((await runWith({}, ...enqueue, 'by-3')).exit).toBe(0);
    const requester = async (id: string) => (await (await ledger()).lookup(id))[0]?.requests[0]?.requester;
    expect([await requester('by-1'), await requester('by-2'), await requester('by-3')]).toEqual([
      ...['ann', 'ben', operator()],
    ]);
  });

  it.each([
    ['stranger', 'EXPUNGE_API_KEY is no key of api.keys'],
    ['rob', 'rob may not do this: its key needs the scope enqueue or enqueue:media-prod or'],
    ['hal', 'hal may not do this: its key needs the scope enqueue or enqueue:media-prod or'],
  ])('enqueues nothing, with 3, for the key of %s', async (who, why) => {
    const { runWith } = world({}, { api: { keys: apiKeys } });
    const { exit, err } = await runWith(by(who), ...enqueue, `not-for-${who}`);
    expect(exit).toBe(3);
    expect(err).toContain(why);
    expect(await known(`not-for-${who}`)).toEqual([]);
  });

  it('is told that Redis does not answer, and accepts all the same', async () => {
    const { runWith } = world({}, { redis: { url: 'redis://:pass@127.0.0.1:9' } });
    const { exit, err } = await runWith({ clock: hasty }, ...enqueue, 'away1');
    expect(exit).toBe(0);
    expect(err).toMatch(/In the ledger only \(Redis at 127\.0\.0\.1:9 is not used, it does not answer: .+\)/);
    expect(err).not.toContain('pass@');
    expect(await known('away1')).toEqual(['videoId   waiting']);
  });

  it('enqueues nothing if one line is wrong, and names each with its reason and remedy', async () => {
    const ids = '\uFEFFgood1\r\nbad,one\r\n good2\r\nx\u202ey\nn\0l\n';
    const { run } = world({ 'ids.txt': ids });
    const { exit, err, out } = await run(...enqueue, '--file', 'ids.txt');
    expect(exit).toBe(2);
    expect(out).toBe('');
    expect(err.split('\n')).toEqual([
      'Nothing was enqueued: 4 problems in ids.txt (alibaba.vod.delete-video).',
      expect.stringMatching(/^ {2}line 2: "bad,one" holds U\+002C\. Give the id exactly/),
      expect.stringMatching(/^ {2}line 3: " good2" holds U\+0020\./),
      expect.stringMatching(/^ {2}line 4: "x<U\+202E>y" holds U\+202E\./),
      expect.stringMatching(/^ {2}line 5: "n<U\+0000>l" holds U\+0000\./),
      '',
    ]);
    expect(await known('good1')).toEqual([]);
  });

  it('tells lines that can not be read beside those that are refused, in the order of the file', async () => {
    const { run } = world({ 'ids.ndjson': '"j1"\n"a b"\n{oops\n{"by":"videoId","ID":"x"}\n' });
    const { exit, err } = await run(...enqueue, '--file', 'ids.ndjson');
    expect(exit).toBe(2);
    const told = err.match(/(line \d): .* (holds|is|ID is|id is) /g)?.map((line) => line.slice(0, 6));
    expect(told).toEqual(['line 2', 'line 3', 'line 4', 'line 4']);
    expect(err).toContain('line 3: "{oops" is not JSON.');
    expect(await known('j1')).toEqual([]);
  });

  it('lists the wrong lines for a program, and arguments by their place', async () => {
    const { run } = world();
    const { exit, json } = await run(...enqueue, '--json', 'fine', 'a b');
    expect(exit).toBe(2);
    const remedy = 'Give the id exactly as the provider shows it: letters, digits, _ and -.';
    expect(json['problems']).toEqual([{ argument: 2, value: 'a b', problem: 'holds U+0020', remedy }]);
  });

  it('judges 100,000 wrong lines in bounded time and shows twenty', async () => {
    const { run } = world({ 'ids.txt': 'no good\n'.repeat(100_000) });
    const began = performance.now();
    const { exit, err } = await run(...enqueue, '--file', 'ids.txt');
    expect(exit).toBe(2);
    expect(err.split('\n')).toHaveLength(23);
    expect(err).toContain('  … and 99,980 more');
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('records tens of thousands of lines in bounded time', async () => {
    const ids = Array.from({ length: 20_000 }, (_, n) => `bulk${n}`).join('\n');
    const { run } = world({ 'ids.txt': ids });
    const began = performance.now();
    const { json } = await run(...enqueue, '--json', '--yes', '--file', 'ids.txt');
    expect(json).toMatchObject({ accepted: 20_000, duplicates: 0, alreadySettled: 0 });
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it.each([
    ['ids.txt', '\n\n'],
    ['ids.csv', 'id,title\n'],
    ['ids.ndjson', ''],
  ])('says that %s is empty and enqueues nothing', async (name, content) => {
    const { run } = world({ [name]: content });
    const { exit, err } = await run(...enqueue, '--file', name);
    expect(exit).toBe(2);
    expect(err).toMatch(/^ids\.\w+(, column "id")? holds no ids: nothing was enqueued/);
  });

  it('reads ids from standard input', async () => {
    const { runWith } = world();
    const { json } = await runWith({ stdin: 'i1\ni2\n' }, ...enqueue, '--json', '--file', '-');
    expect(json).toMatchObject({ accepted: 2 });
  });

  it('takes plain ids for the kind that --kind names, and written-out ones for what they say', async () => {
    const url = 'https://example.com/k1.png';
    const { run } = world({ 'ids.ndjson': `"${url}"\n{"by":"imageId","id":"k2"}\n` });
    const images = ['enqueue', 'media-prod', image, '--json', '--kind', 'imageUrl', '--file', 'ids.ndjson'];
    expect((await run(...images)).json).toMatchObject({ accepted: 2 });
    expect(await known(url)).toEqual(['imageUrl   waiting']);
    expect(await known('k2')).toEqual(['imageId   waiting']);
  });

  it('takes thumbnails with their asset from NDJSON, and refuses an asset alone', async () => {
    const { run } = world({ 'ok.ndjson': '{"task":"t1","asset":"a1"}\n', 'bad.ndjson': '{"asset":"a1"}\n' });
    const of = (file: string) => ['enqueue', 'hw-prod', thumbnails, '--file', file];
    expect((await run(...of('ok.ndjson'))).exit).toBe(0);
    expect(await known('t1')).toEqual(['task a1  waiting']);
    expect((await run(...of('bad.ndjson'))).err).toContain('task is missing beside the asset');
  });

  it('passes options on only when asked, and says in capitals those that widen', async () => {
    const { run } = world();
    const plain = await run('enqueue', 'media-prod', media, 'm1');
    const wide = await run('enqueue', 'media-prod', media, '--delete-physical-files', 'm2');
    const narrow = await run('enqueue', 'media-prod', media, '--no-delete-physical-files', 'm3');
    const all = ['enqueue', 'media-prod', image, '--kind', 'videoId', '--image-type'];
    const types = await run(...all, 'All', 'm4');
    const some = await run(...all, 'CoverSnapshot', 'm5');
    expect(await Promise.all(['m1', 'm2', 'm3', 'm4', 'm5'].map(known))).toEqual([
      ['mediaId   waiting'],
      ['mediaId  deletePhysicalFiles=true waiting'],
      ['mediaId  deletePhysicalFiles=false waiting'],
      ['videoId  imageType=All waiting'],
      ['videoId  imageType=CoverSnapshot waiting'],
    ]);
    expect(wide.err).toContain('! DELETE PHYSICAL FILES = TRUE (Delete the files themselves too');
    expect(types.err).toContain('! IMAGE TYPE = ALL (');
    expect([plain, narrow, some].filter(({ err }) => / = (TRUE|ALL) /.test(err))).toEqual([]);
  });

  it('refuses options that do not fit, whichever entry they do not fit, and names the flag', async () => {
    const { run } = world({ 'mixed.ndjson': '"o1"\n{"by":"videoId","id":"o2"}\n' });
    const wrong = await run('enqueue', 'media-prod', video, '--image-type', 'All', 'o1');
    expect(wrong.err).toMatch(/^Nothing was enqueued\.\n--image-type is not a known field\./);
    const missing = await run('enqueue', 'media-prod', image, '--file', 'mixed.ndjson');
    expect(missing.exit).toBe(2);
    expect(missing.err).toContain('--image-type is missing. Give All |');
    expect(await known('o1')).toEqual([]);
  });

  it.each([
    [['media-prd', video, 'a'], 'there is no account "media-prd". Did you mean media-prod?'],
    [['media-prod', 'delete-video', 'a'], `has no operation "delete-video". Did you mean ${video}?`],
    [['media-prod', thumbnails, 'a'], 'There are: alibaba.vod.delete-image, alibaba.vod.delete-video'],
    [
      ['media-prod', video, '--kind', 'referenceid', 'a'],
      'has no kind "referenceid". Did you mean referenceId?',
    ],
    [['media-prod', video], 'the arguments holds no ids'],
    [['media-prod', video, '--file', 'x.txt', 'a'], 'as arguments or with --file, not both'],
    [['media-prod', video, '--column', 'c', 'a'], '--column goes with --file'],
    [['media-prod', video, '--not-before', 'soon', 'a'], '--not-before soon is not a time'],
    [['media-prod', video, '--reason', 'x'.repeat(1_025), 'a'], '--reason is longer than 1024 characters'],
    [['media-prod', video, '--everything', 'a'], "unknown option '--everything'"],
  ])('ends with 2 and the reason for %j', async (argv, text) => {
    const { exit, err } = await world().run('enqueue', ...argv);
    expect(err).toContain(text);
    expect(exit).toBe(2);
  });
});

describe('confirm', () => {
  const ids = Array.from({ length: 1_001 }, (_, n) => `c${n}`).join('\n');
  const file = [...enqueue, '--file', 'ids.txt'];

  it('asks a person for the count of more than 1,000 targets, and goes on when it is right', async () => {
    const { runWith } = world({ 'ids.txt': ids });
    const { exit, err, out } = await runWith({ tty: true, stdin: '1,001\n' }, ...file);
    expect(err).toContain('Type the number of targets, 1,001, to go on: ');
    expect(exit).toBe(0);
    expect(out).toContain('1,001 accepted');
  });

  it.each(['1000\n', 'y\n', '', '\n1001\n'])('enqueues nothing when the answer is %j', async (stdin) => {
    const { runWith } = world({ 'ids.txt': ids.replaceAll('c', 'd') });
    const { exit, err } = await runWith({ tty: true, stdin }, ...file);
    expect(exit).toBe(3);
    expect(err).toContain('That was not the number: nothing was enqueued.');
    expect(await known('d1')).toEqual([]);
  });

  it('requires --yes where nobody can be asked', async () => {
    const { run } = world({ 'ids.txt': ids.replaceAll('c', 'e') });
    const { exit, err } = await run(...file);
    expect(exit).toBe(3);
    expect(err).toContain('These are 1,001 targets and nobody is there to ask: add --yes.');
    expect((await run(...file, '--yes')).exit).toBe(0);
  });
});

describe('enqueue --wait', () => {
  /** Runs the command; once it says that it waits, does what `then` does. */
  async function waiting(argv: readonly string[], then: () => Promise<unknown>, options: object = {}) {
    let done: Promise<unknown> | undefined;
    const onErr = (err: string) => void (err.includes('Nothing is sent now') && (done ??= then()));
    const ran = await world().runWith({ clock: hasty, onErr, ...options }, ...argv, '--wait');
    await done;
    return ran;
  }

  it('says why nothing is sent, waits for the last target, and ends with the outcomes', async () => {
    const { exit, err, out } = await waiting([...enqueue, 'w1', 'w2', 'w3'], () =>
      work('media-prod', video, [
        [deleted, 'w1', 'w2'],
        [absent, 'w3'],
      ]),
    );
    expect(err).toContain('Nothing is sent now: no worker owns the lane. Way out: expunge serve');
    expect(err).toContain('[........................] 0/3  stands still');
    expect(out).toMatch(/^Settled in \d+ s:\nsettlement {2}targets\ndeleted {11}2\nabsent {12}1\n/);
    expect(out).toContain('! Deletion finishes asynchronously');
    expect(exit).toBe(0);
  });

  it('ends with 1 and the dead letters when one was refused', async () => {
    const { exit, out, json } = await waiting([...enqueue, '--json', 'x1', 'x2'], () =>
      work('media-prod', video, [
        [deleted, 'x1'],
        [refused, 'x2'],
      ]),
    );
    expect(exit).toBe(1);
    const [first, progress] = out.split('\n').map((line) => (line ? (JSON.parse(line) as object) : {}));
    expect(first).toMatchObject({ accepted: 2, duplicates: 0, alreadySettled: 0 });
    expect(progress).toMatchObject({
      ...{ event: 'progress', open: 2, etaSeconds: null, obstacle: 'no worker owns the lane' },
    });
    expect(json).toMatchObject({
      ...{ accepted: 2, open: 0, settlements: { deleted: 1, refused: 1 } },
      deadLetters: [{ id: 'x2', settlement: 'refused', code: 'ForbiddenVideoIds' }],
    });
  });

  it('shows dead letters with nothing in them that a terminal would act upon', async () => {
    const { out, exit } = await waiting([...enqueue, 'y1'], () =>
      work('media-prod', video, [[refused, 'y1']]),
    );
    expect(exit).toBe(1);
    expect(out).toMatch(
      /Dead letters:\nid {2}settlement.*\ny1 {2}refused.*ForbiddenVideoIds.*not<U\+000A>allowed/,
    );
  });

  it('tells a pause with its reason and the way out', async () => {
    const { run } = world();
    await run('lane', 'pause', 'media-prod', image, '--reason', 'wrong list');
    const stop = new AbortController();
    const { err } = await waiting(['enqueue', 'media-prod', image, 'p1'], async () => stop.abort(), {
      stopped: stop.signal,
    });
    expect(err).toMatch(
      /Nothing is sent now: the lane is paused by .+: wrong list\. Way out: expunge lane resume media-prod alibaba\.vod\.delete-image/,
    );
  });

  it('leaves the work going when it is interrupted, says where to look, and ends with 1', async () => {
    const stop = new AbortController();
    const { exit, out } = await waiting([...enqueue, 'z1'], async () => stop.abort(), {
      stopped: stop.signal,
    });
    expect(exit).toBe(1);
    expect(out).toContain('1 target still open: the work goes on without this command.');
    expect(out).toContain('expunge lookup ID');
    expect(await known('z1')).toEqual(['videoId   waiting']);
  });

  it('redraws one line on a terminal', async () => {
    const { err } = await waiting([...enqueue, 'l1'], () => work('media-prod', video, [[deleted, 'l1']]), {
      tty: true,
    });
    expect(err).toContain('\r\u001b[2K');
    expect(err).toContain('[........................] 0/1');
  });

  it('has nothing to wait for where all is settled', async () => {
    const { run } = world();
    await run(...enqueue, 'q1');
    await work('media-prod', video, [[deleted, 'q1']]);
    const { exit, out } = await run(...enqueue, 'q1', '--wait');
    expect(exit).toBe(0);
    expect(out).toContain('deleted');
  });
});
