/** `expunge keys`: what a key may do, who may make one, and that it is told once. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { operations } from '../../src/providers/operations.ts';
import { personWith, sha256Of } from '../../src/producers/person.ts';
import { accounts, ledger, media, shareLedger, video, world } from './world.ts';

shareLedger();

const fileKeys = [
  { name: 'root', sha256: sha256Of('root-key'), scopes: ['keys', 'approve', 'enqueue', 'read'] },
  { name: 'hw', sha256: sha256Of('hw-key'), scopes: ['keys:hw-prod', 'read:hw-prod', 'enqueue:media-prod'] },
  { name: 'plain', sha256: sha256Of('plain-key'), scopes: ['enqueue', 'campaign'] },
];
const setup = () => world({ 'ids.txt': 'v1\nv2\n' }, { api: { keys: fileKeys } });
const as = (name: string) => ({ env: { EXPUNGE_API_KEY: `${name}-key` } });
const stored = async (name: string) => (await (await ledger()).keys()).filter((key) => key.name === name);

describe('keys create', () => {
  it('tells the key on stdout and nowhere else, and keeps its hash', async () => {
    const { run } = setup();
    const { exit, out, err } = await run(
      'keys',
      'create',
      'told',
      '--scopes',
      'read, enqueue:media-prod,read',
    );
    expect(exit).toBe(0);
    expect(out).toMatch(/^expunge_[\w-]{43}\n$/);
    expect(err).not.toContain(out.trim());
    expect(err).toContain('of told may read, enqueue:media-prod; it lives until it is revoked');
    const [key, ...rest] = await stored('told');
    expect(rest).toEqual([]);
    expect(key).toMatchObject({
      sha256: sha256Of(out.trim()),
      scopes: ['read', 'enqueue:media-prod'],
      expires: 0,
    });
    expect(err).toContain(`Key ${key?.id}`);
    expect(JSON.stringify(key)).not.toContain(out.trim());
  });

  it('answers a program in one object, with the end of its life', async () => {
    const { run } = setup();
    const { json, out } = await run(
      'keys',
      'create',
      'json',
      '--scopes',
      'read',
      '--expires',
      '90d',
      '--json',
    );
    const [key] = await stored('json');
    expect(json).toEqual({
      ...{ id: key?.id, name: 'json', key: expect.stringMatching(/^expunge_/) as unknown, scopes: ['read'] },
      expires: new Date((key?.created ?? 0) + 90 * 86_400_000).toISOString(),
    });
    expect(out.trim().split('\n')).toHaveLength(1);
  });

  it.each([
    [['Bad'], 'no name for a key: begin with a letter'],
    [['x', '--scopes', 'raed'], '"raed" begins with "raed", which is no scope. did you mean read?'],
    [['x', '--scopes', ' , '], '--scopes is empty'],
    [['x', '--scopes', 'read:media-prd'], 'Did you mean media-prod?'],
    [['x', '--scopes', 'read:media-prod:delete'], 'names no operation that is known'],
    [['x', '--expires', '0d'], '--expires 0d is no time to live'],
    [['x', '--expires', '90'], 'such as 12h or 90d'],
    [['x', '--expires', '4000d'], 'up to 3650d'],
    [['x', '--expires', '1d', '--in-file'], '--expires goes with keys of the ledger'],
  ])('%j ends with exit 2 and says why', async (argv, message) => {
    const flags = argv.includes('--scopes') ? [] : ['--scopes', 'read'];
    const { exit, out, err } = await setup().run('keys', 'create', ...argv, ...flags);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(await stored('x')).toEqual([]);
  });

  it('lets two of a name live, and says what to do before a third', async () => {
    const { runWith } = setup();
    const create = () => runWith(as('root'), 'keys', 'create', 'pair', '--scopes', 'read');
    expect([(await create()).exit, (await create()).exit]).toEqual([0, 0]);
    const third = await create();
    expect([third.exit, third.out]).toEqual([3, '']);
    expect(third.err).toContain('pair has two live keys already. Revoke one (expunge keys list');
    const [first] = await stored('pair');
    await runWith(as('root'), 'keys', 'revoke', 'pair', '--id', first?.id ?? '');
    expect((await create()).exit).toBe(0);
    expect((await stored('pair'))[0]).toMatchObject({ createdBy: 'root' });
  });

  it.each([
    ['nobody', 'mine', 'approve', 'granting approve takes a person with a key'],
    ['nobody', 'mine', 'read,keys:hw-prod', 'granting keys:hw-prod takes'],
    ['nobody', 'root', 'read', 'there is, or was, a key of the name root'],
    ['plain', 'mine', 'enqueue', 'plain may not create this key: its own needs the scope keys'],
    ['root', 'mine', 'campaign,read', 'root may not grant campaign, which its own key may not do'],
    ['root', 'mine', 'urls:media-prod', 'root may not grant urls:media-prod'],
    ['hw', 'mine', 'read', 'hw may not create this key'],
    ['hw', 'mine', 'enqueue:media-prod', 'hw may not create this key'],
    ['hw', 'mine', 'enqueue:hw-prod', 'hw may not grant enqueue:hw-prod'],
    ['stranger', 'mine', 'read', 'EXPUNGE_API_KEY is no key of api.keys'],
  ])('refuses %s a key of %s for %s', async (who, name, list, message) => {
    const options = who === 'nobody' ? {} : as(who);
    const { exit, out, err } = await setup().runWith(options, 'keys', 'create', name, '--scopes', list);
    expect([exit, out]).toEqual([3, '']);
    expect(err).toContain(message);
    expect(await stored(name)).toEqual([]);
  });

  it('gives those with the scope what they may do themselves', async () => {
    const { runWith } = setup();
    const narrow = `read:hw-prod:huawei.vod.delete-thumbnails,keys:hw-prod`;
    expect((await runWith(as('hw'), 'keys', 'create', 'narrow', '--scopes', narrow)).exit).toBe(0);
    expect((await runWith(as('root'), 'keys', 'create', 'wide', '--scopes', 'approve,keys')).exit).toBe(0);
  });

  it('gives an unproven person no second key of a name, even when the first is revoked', async () => {
    const { run } = setup();
    expect((await run('keys', 'create', 'once', '--scopes', 'read')).exit).toBe(0);
    expect((await run('keys', 'create', 'once', '--scopes', 'read')).exit).toBe(3);
    await run('keys', 'revoke', 'once');
    expect((await run('keys', 'create', 'once', '--scopes', 'read')).err).toContain('set EXPUNGE_API_KEY');
  });

  it('--in-file stores nothing and tells an entry that the configuration takes', async () => {
    const { run } = setup();
    const argv = ['keys', 'create', 'boot', '--scopes', `keys,approve:media-prod`, '--in-file'];
    const { exit, out, err } = await run(...argv);
    expect(exit).toBe(0);
    expect(await stored('boot')).toEqual([]);
    const yaml = err.split('\n\n')[1] ?? '';
    const { cwd } = world({ 'expunge.yaml': `accounts: ${JSON.stringify(accounts())}\n${yaml}\n` });
    const loaded = loadConfig({ env: {}, cwd, operations });
    if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
    const person = personWith(out.trim(), loaded.config.api.keys);
    expect(person?.name).toBe('boot');
    expect([
      person?.may('keys', '*'),
      person?.may('approve', 'media-prod'),
      person?.may('approve', '*'),
    ]).toEqual([...[true, true, false]]);
    expect((await run(...argv, '--json')).json).toMatchObject({ entry: { name: 'boot' } });
  });
});

describe('keys create, in a name that somebody has', () => {
  it('takes the right to keep the keys of that name: a further one acts as them', async () => {
    const { runWith } = setup();
    const create = (by: string, name: string) =>
      runWith(as(by), 'keys', 'create', name, '--scopes', 'read:hw-prod');
    const refused = await create('hw', 'root');
    expect([refused.exit, refused.out]).toEqual([3, '']);
    expect(refused.err).toContain('hw may not create keys in the name of root');
    expect(await stored('root')).toEqual([]);
    // In their own name, in a new one, and in one whose keys they may end.
    for (const name of ['hw', 'newcomer', 'newcomer']) expect((await create('hw', name)).exit).toBe(0);
    expect((await create('root', 'hw')).exit).toBe(0);
  });
});

describe('keys list', () => {
  it('tells the file’s and the ledger’s, their states, and no hash', async () => {
    const { run, runWith } = setup();
    const { out: key } = await run(
      'keys',
      'create',
      'listed',
      '--scopes',
      'read:media-prod',
      '--expires',
      '2h',
    );
    await run('keys', 'create', 'ended', '--scopes', 'read');
    await run('keys', 'revoke', 'ended');
    const { json, out } = await runWith(as('root'), 'keys', 'list', '--json');
    const found = new Map((json['keys'] as { name: string }[]).map((each) => [each.name, each]));
    expect(found.get('root')).toEqual({
      ...{ id: sha256Of('root-key').slice(0, 12), name: 'root', scopes: fileKeys[0]?.scopes, state: 'live' },
      ...{ kept: 'file', created: null, createdBy: null, expires: null },
    });
    expect(found.get('listed')).toMatchObject({ scopes: ['read:media-prod'], state: 'live', kept: 'ledger' });
    expect(found.get('ended')).toMatchObject({ state: 'revoked', expires: null });
    for (const secret of [key.trim(), sha256Of(key.trim()), sha256Of('root-key')])
      expect(out).not.toContain(secret);
    const text = await runWith(as('root'), 'keys', 'list');
    expect(text.out).toMatch(/^id +name +state +created +expires +may\n/);
    expect(text.out).toMatch(/root +live +in the file +never +keys approve enqueue read\n/);
    expect(text.out).toMatch(/listed +live +\d{4}-.* UTC by \S+ +\d{4}-.* UTC +read:media-prod\n/);
  });

  it('is not for keys that may neither read nor keep keys', async () => {
    expect((await setup().runWith(as('plain'), 'keys', 'list')).exit).toBe(3);
    expect((await setup().runWith(as('hw'), 'keys', 'list')).exit).toBe(0);
  });
});

describe('keys revoke', () => {
  it('ends a key for the commands, too', async () => {
    const { run, runWith } = setup();
    const { out } = await run('keys', 'create', 'short', '--scopes', 'read');
    const env = { env: { EXPUNGE_API_KEY: out.trim() } };
    expect((await runWith(env, 'keys', 'list')).exit).toBe(0);
    const ended = await run('keys', 'revoke', 'short');
    expect([ended.exit, ended.out]).toEqual([0, 'short: 1 key revoked.\n']);
    const refused = await runWith(env, 'keys', 'list');
    expect(refused.exit).toBe(3);
    expect(refused.err).toContain('no live one of the ledger');
    expect((await run('keys', 'revoke', 'short')).out).toBe('short: was revoked before.\n');
  });

  it.each([
    [['nobody-at-all'], 2, 'there is no key of "nobody-at-all"'],
    [['root'], 3, 'take it out of api.keys there'],
    [['some', '--id', 'ffff'], 2, 'some has no key of the id "ffff"'],
  ])('%j ends with exit %i', async (argv, exit, message) => {
    const { run } = setup();
    await run('keys', 'create', 'some', '--scopes', 'read');
    const ended = await run('keys', 'revoke', ...argv);
    expect([ended.exit, ended.out]).toEqual([exit, '']);
    expect(ended.err).toContain(message);
  });

  it('is for those with the scope, and for one’s own key', async () => {
    const { run, runWith } = setup();
    const { out } = await run('keys', 'create', 'own', '--scopes', 'campaign');
    expect((await runWith(as('plain'), 'keys', 'revoke', 'own')).exit).toBe(3);
    expect((await runWith(as('hw'), 'keys', 'revoke', 'own')).exit).toBe(3);
    expect((await runWith({ env: { EXPUNGE_API_KEY: out.trim() } }, 'keys', 'revoke', 'own')).exit).toBe(0);
  });
});

describe('a key of the ledger', () => {
  it('plans campaigns by its scopes, in its name; what widens takes a scope of its own', async () => {
    const { run, runWith } = setup();
    const key = async (name: string, scopes: string) => {
      const { out } = await run('keys', 'create', name, '--scopes', scopes);
      return { env: { EXPUNGE_API_KEY: out.trim() } };
    };
    const plan = (name: string, operation: string, ...flags: string[]) => [
      ...['campaign', 'plan', name, '--account', 'media-prod', '--operation', operation, '--file', 'ids.txt'],
      ...flags,
    ];
    const narrow = await key('planner', `campaign:media-prod:${video},campaign:media-prod:${media}`);
    expect((await runWith(narrow, ...plan('kp1', video))).exit).toBe(0);
    expect((await (await ledger()).campaign('kp1'))?.requester).toBe('planner');
    const other = await runWith(narrow, ...plan('kp2', 'alibaba.vod.delete-image'));
    expect(other.exit).toBe(3);
    const widened = plan('kp3', media, '--delete-physical-files');
    const refused = await runWith(narrow, ...widened);
    expect(refused.exit).toBe(3);
    expect(refused.err).toContain('the scope delete-physical-files');
    expect(await (await ledger()).campaign('kp3')).toBeUndefined();
    const wide = await key('wide-planner', 'campaign,delete-physical-files:media-prod');
    expect((await runWith(wide, ...widened)).exit).toBe(0);
  });
});
