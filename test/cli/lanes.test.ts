import { describe, expect, it } from 'vitest';
import { operator } from '../../src/producers/cli/operator.ts';
import { absent, deleted, refused, unanswered, work } from './worker.ts';
import { accounts, image, ledger, media, thumbnails, video, world, shareLedger } from './world.ts';

shareLedger();

/** The rows that a command answers with, by operation. */
const rowsIn = (json: Record<string, unknown>) =>
  new Map((json['lanes'] as Record<string, unknown>[]).map((row) => [row['operation'], row]));

const states = async () =>
  Object.fromEntries((await (await ledger()).lanes()).map(({ operation, state }) => [operation, state]));

describe('expunge lanes', () => {
  it('shows each lane with its state, owner, open targets, dead letters, age and cap', async () => {
    const { run } = world();
    await run('enqueue', 'hw-prod', thumbnails, 'o1', 'o2');
    await work('hw-prod', thumbnails, [[refused, 'o2']]);
    const { exit, json } = await run('lanes', '--json');
    expect(exit).toBe(0);
    expect('halt' in json).toBe(false);
    expect(rowsIn(json).get(thumbnails)).toMatchObject({
      ...{ account: 'hw-prod', operation: thumbnails, state: 'open', owned: false, open: 1, deadLetters: 1 },
      cap: { calls: 100, per: 'minute' },
    });
    expect(rowsIn(json).get(thumbnails)?.['oldestSeconds']).toBeTypeOf('number');
    expect(rowsIn(json).get(image)).toMatchObject({ open: 0, oldestSeconds: null });

    const { out } = await run('lanes');
    expect(out).toMatch(/^account +operation +state +owner +open +dead letters +oldest +cap/);
    expect(out).toMatch(/hw-prod +huawei\.vod\.delete-thumbnails +open +no +1 +1 +\d+ s +100\/minute/);
    expect(out).toContain('No worker owns 1 lane with 1 open target: expunge serve');
  });

  it('shows an owner while it beats, and asks for no worker then', async () => {
    const open = await ledger();
    const lane = `media-prod~${video}`;
    await open.beat({ id: 'w', host: 'test', pid: 1, units: { [lane]: { calls: 30, per: 'second' } } });
    const taken = await open.take(lane, 'w', 1_000);
    const { json } = await world().run('lanes', '--json');
    expect(rowsIn(json).get(video)).toMatchObject({ owned: true });
    await open.release({ unit: lane, owner: 'w', epoch: taken?.epoch ?? 0 });
  });

  it('ends with 2 and the problems of a configuration that has some', async () => {
    const { err, out, exit } = await world({}, { accounts: { 'media-prod': 7 } }).run('lanes');
    expect(exit).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('accounts.media-prod');
  });
});

describe('expunge lane', () => {
  it('pauses one lane with a reason and lets it go on', async () => {
    const { run } = world();
    const paused = await run('lane', 'pause', 'media-prod', video, '--reason', 'wrong\nlist');
    expect(paused.exit).toBe(0);
    expect(paused.err).toContain(`media-prod ${video} is paused: nothing more is sent`);
    expect(paused.out).toMatch(/delete-video +paused .* wrong<U\+000A>list/);
    expect(paused.out).toContain(`Way out: expunge lane resume media-prod ${video}`);
    expect(await states()).toMatchObject({ [video]: 'paused', [image]: 'open' });

    const { json } = await run('lane', 'resume', 'media-prod', video, '--json');
    expect(rowsIn(json).get(video)).toMatchObject({ state: 'open', reason: '', by: operator() });
    expect(await states()).toMatchObject({ [video]: 'open' });
  });

  it('changes nothing where it is so already', async () => {
    const { run } = world();
    expect((await run('lane', 'resume', 'media-prod', video)).err).toContain('was open already');
    await run('lane', 'pause', 'media-prod', video, '--reason', 'first');
    const again = await run('lane', 'pause', 'media-prod', video, '--reason', 'second');
    expect(again.err).toContain('was paused already');
    expect(again.out).toContain('first');
  });

  it.each(['pause', 'resume'])(
    'refuses to %s a halted lane, which needs its account repaired',
    async (verb) => {
      await (await ledger()).setLane(`media-prod~${video}`, 'halted', 'SignatureDoesNotMatch', 'worker');
      const { exit, err } = await world().run('lane', verb, 'media-prod', video);
      expect(exit).toBe(3);
      expect(err).toContain('SignatureDoesNotMatch');
      expect(err).toContain(`expunge unhalt media-prod ${video}`);
      expect(await states()).toMatchObject({ [video]: 'halted' });
    },
  );

  it('names the known accounts and operations for one that is not there', async () => {
    const { exit, err } = await world().run('lane', 'pause', 'media-prod', 'alibaba.vod.delete-vidoe');
    expect(exit).toBe(2);
    expect(err).toContain(`Did you mean ${video}?\nThere are: `);
  });
});

describe('expunge lane cap', () => {
  const cap = (...argv: string[]) => world().run('lane', 'cap', 'media-prod', video, ...argv);

  it('sets the cap of a lane without a worker, shows who did, and how it was configured', async () => {
    const { exit, err, out } = await cap('12', '--reason', 'their\nevent');
    expect(exit).toBe(0);
    expect(err).toBe(
      `media-prod ${video} may send 12 calls a second from now on. Its worker follows within some 2 s.\n`,
    );
    expect(out).toMatch(/delete-video +open .* 12\/second \(set\)/);
    expect(out).toContain(
      `media-prod ${video}: cap set by ${operator()} to 12 (configured: 30/second): their<U+000A>event. ` +
        `Way back: expunge lane cap media-prod ${video} default`,
    );
    const { json } = await world().run('lanes', '--json');
    expect(rowsIn(json).get(video)).toMatchObject({
      cap: { calls: 12, per: 'second' },
      configuredCap: { calls: 30, per: 'second' },
      capSet: { calls: 12, by: operator(), reason: 'their\nevent' },
    });
    expect(rowsIn(json).get(image)).toMatchObject({ cap: { calls: 50, per: 'second' }, capSet: null });
  });

  it('takes it back by default, and changes nothing where it is so already', async () => {
    const before = await (await ledger()).events(1);
    expect((await cap('default')).err).toContain('had no cap but the configured one');
    expect(await (await ledger()).events(1)).toEqual(before);
    await cap('12');
    expect((await cap('12')).err).toContain('was 12 already');
    const { err, json } = await cap('default', '--json');
    expect(err).toContain('may send what is configured again');
    expect(rowsIn(json).get(video)).toMatchObject({ cap: { calls: 30, per: 'second' }, capSet: null });
  });

  it('shows the lowest cap that the workers are configured with', async () => {
    const open = await ledger();
    const units = { [`media-prod~${video}`]: { calls: 7, per: 'second' } } as const;
    await open.beat({ id: 'low', host: 'test', pid: 1, units });
    expect((await world().run('lanes')).out).toMatch(/delete-video +open .* 7\/second/);
    await open.leave('low');
  });

  it('warns above the default cap, and says whether that one is documented', async () => {
    const warned = await cap('31');
    expect(warned.exit).toBe(0);
    expect(warned.err).toContain('Warning: 31 calls a second is above the documented cap, 30 a second');
    const { err } = await world().run('lane', 'cap', 'hw-prod', thumbnails, '101');
    expect(err).toContain('Warning: 101 calls a minute is above the default, none being documented');
    expect((await cap('30')).err).not.toContain('Warning');
  });

  it.each(['0', '10001', '1.5', '-3', '1e2', 'many', ''])('refuses %j', async (calls) => {
    const { exit, err } = await cap('--', calls);
    expect(exit).toBe(2);
    expect(err).toContain('is no cap: write a whole number from 1 to 10000, or default');
    expect((await (await ledger()).lanes()).every(({ capSet }) => capSet === undefined)).toBe(true);
  });

  it('says which accounts of a quota group have the cap together', async () => {
    const [one, two] = [accounts()['media-prod'] as object, accounts()['media-prod'] as object].map(
      (account) => ({ ...account, quotaGroup: 'company' }),
    );
    const { runWith } = world({}, { accounts: { one, two } });
    const { err, json } = await runWith({ ownLedger: true }, 'lane', 'cap', 'one', video, '5', '--json');
    expect(err).toContain('It is one cap for its quota group: two and this account have it together.');
    const rows = json['lanes'] as Record<string, unknown>[];
    const capped = rows.filter((row) => row['capSet'] !== null);
    expect(capped.map((row) => [row['account'], row['operation']])).toEqual([
      ['one', video],
      ['two', video],
    ]);
  });
});

describe('expunge events', () => {
  it('tells who stopped, opened and slowed what, and why, of one lane or of everything', async () => {
    const { run } = world();
    await run('lane', 'pause', 'media-prod', image, '--reason', 'e1');
    await run('lane', 'cap', 'media-prod', image, '9', '--reason', 'e2');
    await run('halt', '--reason', 'e3');
    await run('unhalt', '--reason', 'e4');
    await run('lane', 'pause', 'media-prod', video, '--reason', 'e5');
    await run('lane', 'resume', 'media-prod', image, '--reason', 'e6');
    const lane = `media-prod~${image}`;
    const { json } = await run('events', '--last', '6', '--json');
    const rows = json['events'] as Record<string, unknown>[];
    expect(rows.map((row) => [row['lane'], row['what'], row['why']])).toEqual([
      [lane, 'lane paused', 'e1'],
      [lane, 'cap 9', 'e2'],
      ['', 'halt', 'e3'],
      ['', 'unhalt', 'e4'],
      [`media-prod~${video}`, 'lane paused', 'e5'],
      [lane, 'lane open', 'e6'],
    ]);
    for (const row of rows) {
      expect(row['actor']).toBe(operator());
      expect(row['at']).toMatch(/Z$/);
    }

    const { out } = await run('events', 'media-prod', image, '--last', '3');
    expect(out).toMatch(/^when +who +what +of +why\n/);
    expect(out).toMatch(/UTC +\S+ +halt +everything +e3\n/);
    expect(out).toMatch(new RegExp(`lane open +media-prod ${image} +e6$`, 'm'));
    expect(out).not.toContain('e5');
  });

  it.each([
    [['--last', '0'], '--last is how many'],
    [['media-prod'], 'name the operation too, or neither'],
    [['nobody', video], 'there is no account "nobody"'],
  ])('ends with 2 when given %j', async (argv, text) => {
    const { exit, err } = await world().run('events', ...argv);
    expect(exit).toBe(2);
    expect(err).toContain(text);
  });
});

describe('expunge halt', () => {
  it('stops everything with a reason, says so everywhere, and is ended by unhalt', async () => {
    const { run } = world();
    const halted = await run('halt', '--reason', 'wrong list', '--json');
    expect(halted.json['halt']).toMatchObject({ reason: 'wrong list', by: operator() });
    const { out } = await run('lanes');
    expect(out).toMatch(/EVERYTHING IS HALTED since .+ UTC by .+: wrong list\nexpunge unhalt ends it\./);
    const ended = await run('unhalt', '--json');
    expect('halt' in ended.json).toBe(false);
    expect(await (await ledger()).halted()).toBeUndefined();
  });

  it.each([
    [[], "required option '--reason <text>' not specified"],
    [['--reason', ' '], '--reason is empty'],
  ])('asks for a reason when given %j', async (argv, text) => {
    const { exit, err } = await world().run('halt', ...argv);
    expect(exit).toBe(2);
    expect(err).toContain(text);
    expect(await (await ledger()).halted()).toBeUndefined();
  });
});

describe('expunge unhalt', () => {
  it('ends the halts of single lanes too, and leaves paused ones paused', async () => {
    const open = await ledger();
    await open.setLane(`media-prod~${video}`, 'halted', 'bad key', 'worker');
    await open.setLane(`media-prod~${image}`, 'paused', 'brake', 'worker');
    const { err, out } = await world().run('unhalt');
    expect(err).toContain('No halt is in force. Paused lanes stay paused.');
    expect(out).toContain(`media-prod ${image} is paused. Way out: expunge lane resume`);
    expect(await states()).toMatchObject({ [video]: 'open', [image]: 'paused' });
  });

  it.each(['halted', 'paused'] as const)(
    'opens one %s lane, and leaves the halt of everything',
    async (state) => {
      const open = await ledger();
      await open.haltAll('stop', 'somebody');
      await open.setLane(`media-prod~${media}`, state, 'why', 'worker');
      await open.setLane(`media-prod~${video}`, 'halted', 'why', 'worker');
      const { err, out } = await world().run('unhalt', 'media-prod', media);
      expect(err).toContain(`media-prod ${media} is open`);
      expect(out).toContain('EVERYTHING IS HALTED');
      expect(await states()).toMatchObject({ [media]: 'open', [video]: 'halted' });
    },
  );

  it('takes both names or none', async () => {
    const { exit, err } = await world().run('unhalt', 'media-prod');
    expect(exit).toBe(2);
    expect(err).toContain('name the operation too, or neither');
  });
});

describe('expunge lookup', () => {
  const enqueue = ['enqueue', 'media-prod', video, '--reason', 'owner left'];
  type Found = Record<string, unknown>[];

  it('tells everything of a settled id: the requests, the calls, the answer and the times', async () => {
    const { run } = world();
    const { json: first } = await run(...enqueue, '--json', 'k1');
    const { json: second } = await run(...enqueue, '--json', 'k1');
    await work('media-prod', video, [[deleted, 'k1']]);
    const { json, exit } = await run('lookup', 'k1', '--json');
    expect(exit).toBe(0);
    const [target] = json['targets'] as Found;
    expect(json['id']).toBe('k1');
    expect(target).toMatchObject({
      ...{ account: 'media-prod', operation: video, kind: 'videoId', settlement: 'deleted', code: '' },
      ...{ requestId: 'provider-0', attempts: 1, ambiguous: false },
      requests: [first, second].map(({ request }) => ({ id: request, reason: 'owner left' })),
      calls: [{ result: 'answered', requestId: 'provider-0' }],
    });
    expect(target).not.toHaveProperty('state');
    expect(target).not.toHaveProperty('dueAt');
    for (const time of ['acceptedAt', 'settledAt']) expect(target?.[time]).toMatch(/^\d{4}-.*T.*Z$/);

    const { out } = await run('lookup', 'k1');
    expect(out).toMatch(/^videoId k1\n {2}media-prod, alibaba\.vod\.delete-video\n {2}DELETED \d{4}-/);
    expect(out).toContain('RequestId provider-0, 1 attempt');
    expect(out).toMatch(/asked for by .+ UTC, "owner left", request \w{26}/);
  });

  it('tells why an open id is open, and when it is due', async () => {
    const { run } = world();
    await run(...enqueue, '--not-before', '+2h', 'k2');
    const { json } = await run('lookup', 'k2', '--json');
    const [target] = json['targets'] as Found;
    expect(target).toMatchObject({ state: 'waiting', settledAt: null, calls: [] });
    expect(target).not.toHaveProperty('settlement');
    expect(target?.['dueAt']).toMatch(/Z$/);
    expect((await run('lookup', 'k2')).out).toMatch(/OPEN: waits in the ledger for its turn, .+, not before/);
  });

  it('says that an id found absent after an unanswered attempt may be our own doing', async () => {
    const { run } = world();
    await run(...enqueue, 'k3', 'k4');
    await work('media-prod', video, [
      [unanswered, 'k3'],
      [absent, 'k3'],
      [unanswered, 'k4'],
    ]);
    const note = 'absent after an unanswered attempt: we may have deleted it ourselves';
    const { json } = await run('lookup', 'k3', '--json');
    expect(json['targets']).toMatchObject([{ settlement: 'absent', ambiguous: true, attempts: 2, note }]);
    expect((await run('lookup', 'k3')).out).toContain(note);
    expect((await run('lookup', 'k4')).out).toContain('an unanswered attempt may have deleted it');
  });

  it('finds an id of several lanes, with options and parent', async () => {
    const { run } = world({ 'ids.ndjson': '{"task":"k5","asset":"a1"}\n' });
    await run('enqueue', 'hw-prod', thumbnails, '--file', 'ids.ndjson');
    await run('enqueue', 'media-prod', media, '--delete-physical-files', 'k5');
    const { json } = await run('lookup', 'k5', '--json');
    expect(json['targets']).toMatchObject([
      { account: 'hw-prod', kind: 'task', parent: 'a1' },
      { account: 'media-prod', kind: 'mediaId', options: 'deletePhysicalFiles=true' },
    ]);
    expect((await run('lookup', 'k5')).out).toContain('task k5 of a1\n');
  });

  it('shows nothing of a provider’s message that a terminal would act upon', async () => {
    const { run } = world();
    await run(...enqueue, 'k6');
    await work('media-prod', video, [[refused, 'k6']]);
    expect((await run('lookup', 'k6')).out).toContain('ForbiddenVideoIds: not<U+000A>allowed');
  });

  it.each([
    ['nobody', 'Ids are matched exactly, capitals included'],
    [' k1', 'It has spaces around it'],
    ['x\u001b[2J', 'has never heard of "x<U+001B>[2J"'],
  ])('ends with 1 and a hint for %j, which nobody enqueued', async (id, hint) => {
    const { exit, err, json } = await world().run('lookup', '--json', '--', id);
    expect(exit).toBe(1);
    expect(err).toContain('The ledger has never heard of');
    expect(err).toContain(hint);
    expect(json).toEqual({ id, targets: [] });
  });
});

describe('withLedger', () => {
  it.each(['file:.', 'file:expunge.yaml/ledger.db'])(
    'ends with 4 where %s can not be opened',
    async (url) => {
      const { exit, err } = await world({}, { database: { url } }).runWith(
        { ownLedger: true },
        ...['lookup', 'a'],
      );
      expect(exit).toBe(4);
      expect(err).toMatch(/^the ledger file:\/.+ can't be opened: /);
    },
  );

  it('ends with 4 when the ledger goes away half-way', async () => {
    const { exit, err } = await world().runWith({ ledgerAway: true }, 'lookup', 'a');
    expect(exit).toBe(4);
    expect(err).toMatch(/^the ledger file:.+ does not answer: disk full\nTry again when it does\./);
  });
});
