import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../src/producers/cli/operator.ts';
import { running } from './campaign.ts';
import { apiKeys, by } from './persons.ts';
import { deleted, exhausted, refused, work } from './worker.ts';
import { accounts, ledger, media, shareLedger, thumbnails, video, world } from './world.ts';

shareLedger();

/** Each test sees its own dead letters alone: those of the others are asked for again, and open. */
beforeEach(async () => {
  await world().run('dead', 'retry', '--yes');
});

const refusedBy =
  (code: string, message = 'no') =>
  (keys: readonly string[]) =>
    ({ then: 'settle', settlement: 'refused', keys, code, message }) as const;

/** Two of one kind and one of another in one lane, one in a second, one in another account. */
async function die(name: string): Promise<void> {
  const { run } = world();
  const ids = ['a', 'b', 'c', 'fine', 'open'].map((id) => `${name}-${id}`);
  await run('enqueue', 'media-prod', video, ...ids);
  await run('enqueue', 'media-prod', media, '--delete-physical-files', '--reason', 'owner left', `${name}-m`);
  await run('enqueue', 'hw-prod', thumbnails, `${name}-t`);
  await work('media-prod', video, [
    [refused, `${name}-a`, `${name}-b`],
    [exhausted, `${name}-c`],
    [deleted, `${name}-fine`],
  ]);
  await work('media-prod', media, [[refusedBy('Denied', '=cmd\u001b[2J'), `${name}-m`]], {
    deletePhysicalFiles: true,
  });
  await work('hw-prod', thumbnails, [[refusedBy('VOD.10001'), `${name}-t`]]);
}

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('expunge dead list', () => {
  it('counts what is alike, with an example, and nothing that is alive', async () => {
    await die('l1');
    const { run } = world();
    const { exit, json } = await run('dead', 'list', '--json');
    expect(exit).toBe(0);
    expect(json['total']).toBe(5);
    expect('ids' in json).toBe(false);
    const groups = json['groups'] as Record<string, unknown>[];
    expect(
      groups.map(({ operation, options, settlement, code, count }) => [
        operation,
        options,
        settlement,
        code,
        count,
      ]),
    ).toEqual([
      [thumbnails, undefined, 'refused', 'VOD.10001', 1],
      [media, 'deletePhysicalFiles=true', 'refused', 'Denied', 1],
      [video, undefined, 'refused', 'ForbiddenVideoIds', 2],
      [video, undefined, 'exhausted', 'timeout', 1],
    ]);
    expect(groups[3]).toMatchObject({ example: { kind: 'videoId', id: 'l1-c', message: 'given up' } });
    expect(groups[3]?.['latestAt']).toMatch(/Z$/);
    const { out } = await run('dead', 'list');
    expect(out).toMatch(
      /^account +operation +options +settlement +code +count +latest +for example +message\n/,
    );
    expect(out).toMatch(/media-prod +alibaba\.ice\.delete-media-infos .* l1-m +=cmd<U\+001B>\[2J\n/);
    expect(out).toContain('5 dead letters. Once the cause is repaired: expunge dead retry');
  });

  it('shows the latest ids of all lanes when asked', async () => {
    await die('l2');
    const { run } = world();
    const { json } = await run('dead', 'list', '--ids', '2', '--json');
    const latest = json['ids'] as Record<string, unknown>[];
    expect(latest.map(({ id }) => id)).toEqual(['l2-t', 'l2-m']);
    expect(latest[0]).toMatchObject({ code: 'VOD.10001', requestId: 'provider-0', attempts: 1 });
    expect((await run('dead', 'list', '--ids', '1')).out).toMatch(/\nsettled .*\n.* l2-t +VOD\.10001 +no\n/);
  });

  it('chooses by campaign, code, account and operation', async () => {
    await die('l3');
    await running({ account: 'media-prod', operation: video, name: 'l3', entries: ['l3-x', 'l3-y'] });
    await work('media-prod', video, [
      [refused, 'l3-x'],
      [deleted, 'l3-y'],
    ]);
    const { run } = world();
    const total = async (...flags: string[]) => (await run('dead', 'list', '--json', ...flags)).json['total'];
    expect(await total()).toBe(6);
    expect(await total('--campaign', 'l3')).toBe(1);
    expect(await total('--code', 'Denied')).toBe(1);
    expect(await total('--account', 'media-prod')).toBe(5);
    expect(await total('--operation', video)).toBe(4);
    expect(await total('--account', 'media-prod', '--operation', thumbnails)).toBe(0);
    expect(await total('--operation', video, '--code', 'timeout')).toBe(1);
    const none = await run('dead', 'list', '--code', 'Denied', '--operation', video);
    expect(none.exit).toBe(0);
    expect(none.out).toBe('There are no such dead letters. All of them: expunge dead list\n');
  });

  it.each([
    [['--account', 'media-prd'], 'Did you mean media-prod?'],
    [['--operation', 'delete-video'], `Did you mean ${video}?`],
    [['--campaign', 'nobody-knows'], 'there is no campaign'],
    [['--ids', 'x'], '--ids is how many'],
  ])('ends with 2 for %j', async (flags, text) => {
    const { exit, err } = await world().run('dead', 'list', ...flags);
    expect(exit).toBe(2);
    expect(err).toContain(text);
  });
});

describe('expunge dead export', () => {
  it('writes them as rows of a report, to stdout or to a file with its sum', async () => {
    await die('e1');
    const { run, cwd } = world();
    const { out, err } = await run('dead', 'export');
    expect(err).toContain('5 dead letters: 4 refused, 1 exhausted.');
    const rows = linesOf(out);
    expect(rows).toHaveLength(5);
    expect(rows.find(({ id }) => id === 'e1-m')).toMatchObject({
      ...{ entry: 'e1-m', account: 'media-prod', operation: media, options: 'deletePhysicalFiles=true' },
      ...{ settlement: 'refused', code: 'Denied', message: '=cmd\u001b[2J', requestId: 'provider-0' },
      ...{ attempts: 1, ambiguous: false, requester: operator(), reason: 'owner left', campaign: '' },
    });
    const { json } = await run('dead', 'export', '-o', 'dead.ndjson', '--operation', video, '--json');
    const text = readFileSync(join(cwd, 'dead.ndjson'), 'utf8');
    expect(linesOf(text).map(({ entry }) => entry)).toEqual(['e1-a', 'e1-b', 'e1-c']);
    expect(json).toMatchObject({ rows: 3, sha256: createHash('sha256').update(text).digest('hex') });
    const again = await run('enqueue', 'media-prod', video, '--file', 'dead.ndjson', '--json');
    expect(again.json).toMatchObject({ accepted: 3 });
  });
});

describe('expunge dead retry', () => {
  it('asks for those again that were chosen, by a new request with its reason', async () => {
    await die('r1');
    const { run } = world();
    const { exit, out, err, json } = await run('dead', 'retry', '--operation', video, '--json');
    expect(exit).toBe(0);
    expect(err).toContain(`media-prod~${video}: 3 dead letters to delete once more.`);
    expect(err).toContain('! Copies in the CDN outlive the deletion');
    const [request] = json['requests'] as Record<string, unknown>[];
    expect(json).toMatchObject({ accepted: 3 });
    expect(request).toMatchObject({
      account: 'media-prod',
      operation: video,
      accepted: 3,
      alreadySettled: 0,
    });
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    const [target] = await (await ledger()).lookup('r1-a');
    expect(target).toMatchObject({ settlement: null, attempts: 0, state: 'waiting' });
    expect(target?.requests.at(-1)).toMatchObject({
      ...{ id: request?.['request'], requester: operator(), reason: 'retry of dead letters' },
    });
    expect((await run('dead', 'list', '--json')).json['total']).toBe(2);
  });

  it('keeps what they took with them, says it in capitals, and names each request', async () => {
    await die('r2');
    const { run } = world();
    const { out, err } = await run('dead', 'retry', '--account', 'media-prod', '--reason', 'rights granted');
    expect(err).toContain('! DELETE PHYSICAL FILES = TRUE (');
    expect(out).toMatch(
      /^4 of 4 dead letters asked for again\.\nRequest \w{26}: media-prod .*\nRequest \w{26}: /,
    );
    const [target] = await (await ledger()).lookup('r2-m');
    expect(target).toMatchObject({ options: 'deletePhysicalFiles=true', settlement: null });
    expect(target?.requests.at(-1)).toMatchObject({ reason: 'rights granted' });
    const [other] = await (await ledger()).lookup('r2-t');
    expect(other?.settlement).toBe('refused');
  });

  it('has the number typed for many, and enqueues nothing where nobody is there', async () => {
    const { run, runWith } = world({
      'ids.txt': Array.from({ length: 1_200 }, (_, n) => `r3-${n}`).join('\n'),
    });
    await run('enqueue', 'media-prod', video, '--yes', '--file', 'ids.txt');
    await work('media-prod', video, [[refused, ...Array.from({ length: 1_200 }, (_, n) => `r3-${n}`)]]);
    const refusal = await run('dead', 'retry');
    expect(refusal.exit).toBe(3);
    expect(refusal.err).toContain('These are 1,200 targets and nobody is there to ask: add --yes.');
    const wrong = await runWith({ tty: true, stdin: '1201\n' }, 'dead', 'retry');
    expect(wrong.exit).toBe(3);
    expect((await run('dead', 'list', '--json')).json['total']).toBe(1_200);
    const typed = await runWith({ tty: true, stdin: '1,200\n' }, 'dead', 'retry');
    expect(typed.exit).toBe(0);
    expect(typed.out).toContain('1,200 of 1,200 dead letters asked for again.');
    expect((await run('dead', 'list', '--json')).json['total']).toBe(0);
  });

  it('asks in the name of the person whose key is given', async () => {
    await die('r6');
    const { runWith } = world({}, { api: { keys: apiKeys } });
    expect((await runWith(by('ben'), 'dead', 'retry', '--account', 'media-prod')).exit).toBe(0);
    const [target] = await (await ledger()).lookup('r6-a');
    expect(target?.requests.at(-1)?.requester).toBe('ben');
  });

  it.each([
    ['stranger', 'EXPUNGE_API_KEY is no key of api.keys'],
    ['rob', 'rob may not do this: its key needs the scope enqueue or enqueue:media-prod or'],
    // One of them was asked for with its files.
    ['ann', 'ann may not do this: its key needs the scope delete-physical-files or'],
    // Its scopes cover one of the accounts that have dead letters, which is not enough.
    ['ben', 'ben may not do this: its key needs the scope enqueue or enqueue:hw-prod or'],
  ])('asks for nothing, with 3, by the key of %s', async (who, why) => {
    await die(`r7-${who}`);
    const { run, runWith } = world({}, { api: { keys: apiKeys } });
    const { exit, err } = await runWith(by(who), 'dead', 'retry', '--yes');
    expect(exit).toBe(3);
    expect(err).toContain(why);
    expect((await run('dead', 'list', '--json')).json['total']).toBe(5);
  });

  it('has nothing to do where there is none, and says so', async () => {
    const { exit, out } = await world().run('dead', 'retry', '--code', 'Nobody');
    expect(exit).toBe(0);
    expect(out).toBe('There are no such dead letters: nothing was enqueued.\n');
  });

  it('refuses a lane that is configured no more', async () => {
    await die('r4');
    const { 'media-prod': prod } = accounts();
    const { exit, err } = await world({}, { accounts: { 'media-prod': prod } }).run('dead', 'retry');
    expect(exit).toBe(2);
    expect(err).toContain(`hw-prod ${thumbnails} has dead letters and is not configured any more`);
    expect((await world().run('dead', 'list', '--json')).json['total']).toBe(5);
  });

  it('stops where it is told to, with 1, and says that the same command goes on', async () => {
    await die('r5');
    const { exit, out } = await world().runWith({ stopped: AbortSignal.abort() }, 'dead', 'retry');
    expect(exit).toBe(1);
    expect(out).toContain('Stopped before the end: the rest are dead letters still.');
  });
});
