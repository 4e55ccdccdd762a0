import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Account } from '../../src/config.ts';
import type { Failure } from '../../src/deletion.ts';
import { type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';
import { hintFor } from '../../src/producers/cli/failure-hints.ts';
import { vodDeleteVideo } from '../../src/providers/alibaba/vod-delete-video.ts';
import type { Read } from '../../src/providers/operation.ts';
import { operations } from '../../src/providers/operations.ts';
import { accounts, image, media, secret, thumbnails, video, world, shareLedger } from './world.ts';

shareLedger();

async function emulator(options: Partial<EmulatorOptions> = {}) {
  const started = await startEmulator({
    clock: systemClock,
    accounts: [
      { name: 'media-prod', provider: 'alibaba', accessKeyId: 'key-a', secret, caps: {} },
      { name: 'hw-prod', provider: 'huawei', accessKeyId: 'key-h', secret, projectId: 'project', caps: {} },
    ],
    ...options,
  });
  onTestFinished(() => started.close());
  return started;
}

interface Check {
  readonly account: string;
  readonly operation: string;
  readonly ok: boolean;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** One account with changes, checked. */
async function check(endpoint: string, name: string, change: object, ...argv: string[]) {
  const all = accounts(endpoint);
  const { run } = world({}, { accounts: { [name]: { ...(all[name] as object), ...change } } });
  const ran = await run('accounts', 'check', ...argv);
  const checks = argv.includes('--json') ? (ran.json as unknown as Check[]) : [];
  return { exit: ran.exit, out: ran.out, checks };
}

describe('expunge accounts check', () => {
  it('signs a read for each operation, with an id that does not exist, and deletes nothing', async () => {
    const { url, calls } = await emulator();
    const { run } = world({}, { accounts: accounts(url) });
    const { exit, json, out } = await run('accounts', 'check', '--json');
    expect(exit).toBe(0);
    expect(
      (json as unknown as Check[]).map(({ account, operation, ok }) => [account, operation, ok]),
    ).toEqual([
      ['media-prod', image, true],
      ['media-prod', video, true],
      ['media-prod', media, true],
      ['hw-prod', thumbnails, true],
    ]);
    expect(out).not.toContain(secret);
    const actions = calls().map(({ action }) => action);
    expect(actions.sort()).toEqual([
      'BatchGetMediaInfos',
      'GetImageInfos',
      'GetVideoInfos',
      'ListThumbnails',
    ]);
    const ids = calls().flatMap(({ ids: each }) => each);
    expect(ids).toHaveLength(4);
    for (const id of ids) expect(id).toMatch(/^check-[0-9a-f]{32}$/);
    expect((await run('accounts', 'check', 'hw-prod')).out).toContain('Only reads were made');
  });

  it.each([
    [
      'media-prod',
      { credentials: { accessKeyId: 'key-a', accessKeySecret: 'wrong-secret-of-a' } },
      'SignatureDoesNotMatch',
      'The secret does not belong to the key id',
    ],
    [
      'media-prod',
      { credentials: { accessKeyId: 'key-b', accessKeySecret: secret } },
      'InvalidAccessKeyId.NotFound',
      'The key is unknown',
    ],
    [
      'hw-prod',
      { credentials: { accessKey: 'key-h', secretKey: 'wrong-secret-of-h' } },
      'APIGW.0301',
      'the clock of this machine',
    ],
  ])('tells credentials of %s that are wrong: %j', async (name, change, code, hint) => {
    const { url } = await emulator();
    const { exit, checks, out } = await check(url, name, change, '--json');
    expect(exit).toBe(1);
    expect(checks.length).toBeGreaterThan(0);
    for (const each of checks) expect(each).toMatchObject({ ok: false, code });
    expect(checks[0]?.hint).toContain(hint);
    expect(out).not.toContain('wrong-secret');
  });

  it('tells a clock that is off', async () => {
    const { url } = await emulator({ frozenNow: systemClock.now() - 3_600_000 });
    const { exit, checks } = await check(url, 'media-prod', {}, '--json');
    expect(exit).toBe(1);
    expect(checks[0]).toMatchObject({ ok: false, code: 'InvalidTimeStamp.Expired' });
    expect(checks[0]?.hint).toContain('The clock of this machine is off');
  });

  it('tells a key that may not read, and that it may work all the same', async () => {
    const { url, setFaults } = await emulator();
    setFaults([{ kind: 'unknown-code', code: 'Forbidden.RAM', share: 1 }]);
    const { checks } = await check(url, 'media-prod', {}, '--json');
    expect(checks[1]).toMatchObject({ ok: false, code: 'Forbidden.RAM' });
    expect(checks[1]?.hint).toContain(
      'may not call GetVideoInfos. A key that may only delete (vod:DeleteVideo)',
    );
  });

  it('takes throttling for what it is: the signature was accepted', async () => {
    const { url, setFaults } = await emulator();
    setFaults([{ kind: 'throttle', share: 1 }]);
    const { exit, checks } = await check(url, 'media-prod', {}, '--json');
    expect(exit).toBe(0);
    expect(checks[0]).toMatchObject({ ok: true, code: expect.stringMatching(/Throttling/) as unknown });
  });

  it('tells once for an account that nobody listens at its endpoint', async () => {
    const none = await check('http://127.0.0.1:9', 'media-prod', {});
    expect(none.exit).toBe(1);
    expect(none.out).toMatch(/media-prod +alibaba\.vod\.delete-image +FAILED +connect-refused/);
    // All three operations have one cause, which is told once.
    expect(none.out.match(/Nothing listens at http:\/\/127\.0\.0\.1:9/g)).toHaveLength(1);
  });

  it('tells a credential file that holds no credential, without a call and without its content', async () => {
    const { url, calls } = await emulator();
    const file = join(world().cwd, 'secret');
    writeFileSync(file, 'two words\n');
    const credentials = { accessKeyId: 'key-a', accessKeySecretFile: file };
    const { exit, checks, out } = await check(url, 'media-prod', { credentials }, '--json');
    expect(exit).toBe(1);
    expect(checks[0]).toMatchObject({ ok: false, code: 'credentials' });
    expect(checks[0]?.hint).toContain('Repair accounts.media-prod.credentials');
    expect(out).not.toContain('two words');
    expect(calls()).toEqual([]);
  });

  it('names the known accounts for one that is not there', async () => {
    const { exit, err } = await world().run('accounts', 'check', 'media');
    expect(exit).toBe(2);
    expect(err).toContain('there is no account "media"');
    expect(err).toContain('There are: media-prod, hw-prod');
  });
});

describe('hintFor', () => {
  const account = { name: 'media-prod', site: { region: 'cn-shangai' } } as Account;
  const failure = (code: string, is: Failure['class'] = 'transient') =>
    ({ ...{ code, class: is, message: '', requestId: '' }, ambiguous: false, known: true }) as const;
  const hint = (...given: Parameters<typeof failure>) =>
    hintFor(failure(...given), account, vodDeleteVideo, vodDeleteVideo.read as Read);

  it.each([
    ['dns', 'is the region cn-shangai spelt right?'],
    ['connect-timeout', "the host of region cn-shangai can't be reached from here"],
    ['unreadable', 'is not the provider'],
    ['InvalidAction.NotFound', 'is the region cn-shangai of accounts.media-prod right'],
    ['InvalidSecurityToken.Expired', 'The temporary token has run out'],
    ['OperationDenied.Suspended', 'not activated, or suspended'],
    ['APIG.0302', 'may not call GetVideoInfos'],
    ['VOD.10054', "don't belong together"],
    ['constructor', 'trouble of its own'],
  ])('says of %s in plain words what it most likely means', (code, text) =>
    expect(hint(code)).toContain(text),
  );

  it("says of any other code that ends authorisation that the account can't act", () =>
    expect(hint('UserNotFound', 'unauthorized')).toContain("The account can't act: look the code up"));
});

describe('expunge operations', () => {
  it('shows limits, kinds, options and permission of each, and all of its warnings', async () => {
    const { out, exit } = await world().run('operations');
    expect(exit).toBe(0);
    for (const { name, warnings, permission, kinds, options } of operations) {
      expect(out).toContain(`${name}: `);
      for (const text of [permission, ...warnings, ...kinds.map((kind) => kind.example)])
        expect(out).toContain(text);
      for (const { values } of options) expect(out).toContain(values);
    }
    expect(out).toMatch(
      /alibaba\.ice\.delete-media-infos +DeleteMediaInfos +20 +10\/second \(not documented\)/,
    );
    expect(out).toMatch(
      /alibaba\.vod\.delete-image +DeleteImage +20 +50\/second +imageId, imageUrl, videoId/,
    );
    expect(out).toContain('--delete-physical-files');
  });

  it('lists the same for a program, and needs no configuration', async () => {
    const { json, exit } = await world({ 'expunge.yaml': 'nonsense: true' }).run('operations', '--json');
    expect(exit).toBe(0);
    expect(json).toMatchObject(
      operations.map(({ name, cap, batchLimit, permission, warnings, kinds }) => ({
        ...{ name, cap, batchLimit, permission, warnings },
        kinds: kinds.map((kind) => ({ name: kind.name, field: kind.field })),
      })),
    );
    expect(json).toHaveLength(operations.length);
  });
});

describe('expunge config print', () => {
  const settings = {
    ...{
      signingKey: 'signing-key-of-jobs-which-is-long',
      redis: { url: 'redis://user:pass-of-redis@redis:6379' },
    },
    approval: { above: 77 },
  };

  it.each([[[]], [['--json']]])('shows what is in force and no secret, with %j', async (argv) => {
    const { out, exit } = await world({}, settings).run('config', 'print', ...argv);
    expect(exit).toBe(0);
    for (const hidden of [secret, 'signing-key-of-jobs-which', 'pass-of-redis'])
      expect(out).not.toContain(hidden);
    for (const shown of ['key-a', '77', 'media-prod', 'redis:6379']) expect(out).toContain(shown);
  });

  it('nests like YAML for people, and is one object for programs', async () => {
    const { run } = world({}, settings);
    expect((await run('config', 'print')).out).toMatch(/\napproval:\n {2}above: 77\n/);
    expect((await run('--json', 'config', 'print')).json).toMatchObject({
      approval: { above: 77 },
      accounts: { 'media-prod': { operations: { [video]: { cap: 30, per: 'second' } } } },
    });
  });

  it('prints all mistakes of a configuration at once', async () => {
    const { exit, err } = await world({}, { approval: { above: -1 }, metrics: { prot: 1 } }).run(
      'config',
      'print',
    );
    expect(exit).toBe(2);
    expect(err).toContain('approval.above');
    expect(err).toContain('metrics.prot');
  });
});
