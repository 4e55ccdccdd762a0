import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatProblems, loadConfig } from '../../src/config.ts';
import { credentialSource } from '../../src/providers/credentials.ts';
import { systemClock } from '../../src/clock.ts';
import { account, operations, world } from './world.ts';

const long = 'k'.repeat(32);

describe('loadConfig', () => {
  it('needs no file: the defaults are a configuration', () => {
    const { config, cwd } = world();
    expect(config()).toEqual({
      dataDir: join(cwd, 'data'),
      redis: { prefix: 'expunge' },
      database: { url: `file:${join(cwd, 'data/ledger.db')}` },
      api: { host: '127.0.0.1', port: 8080, requestsPerSecond: 1_000, keys: [] },
      metrics: { host: '127.0.0.1', port: 9464 },
      approval: { above: 10_000 },
      egress: {},
      retry: { attempts: 8, ceilingMs: 30_000 },
      brake: { window: 200, minimum: 100, absentShare: 0.5, refusedShare: 0.5 },
      protected: { files: [], patterns: [] },
      foreignJobs: 'refuse',
      signingKeys: [],
      log: { level: 'info' },
      accounts: {},
    });
  });

  it('reads a full file with secrets from the environment inside flow maps', () => {
    const text = `
      redis: { url: redis://127.0.0.1:6379, prefix: media }
      database: { url: file:./here/ledger.db }
      api: { port: \${PORT}, keys: [ { name: ops, sha256: ${'Ab'.repeat(32)}, scopes: [enqueue:media-prod, read] } ] }
      egress: { default: { perSecond: 300 } }
      brake: false
      foreignJobs: allow
      accounts:
        media-prod:
          provider: alibaba
          region: cn-shanghai
          quotaGroup: "1234567890"
          credentials: { accessKeyId: \${AK}, accessKeySecret: \${SK}, securityToken: "\${STS}" }
          operations: { alibaba.vod.delete-image: { cap: 40 }, alibaba.vod.delete-video: {} }
        huawei-prod:
          provider: huawei
          region: cn-north-4
          endpoint: http://emulator:9090/
          projectId: 0a1b
          credentials: { token: \${TOKEN} }
          operations: { huawei.vod.delete-thumbnails: { cap: 90, per: minute } }`;
    const env = { PORT: '0', AK: 'LTAI 5: #{x}', SK: '*s"e\n${AK}', STS: 'sts', TOKEN: 'gA==' };
    const { config, cwd } = world({ 'expunge.yaml': text }, env);
    const read = config();
    expect(read.file).toBe(join(cwd, 'expunge.yaml'));
    expect(read.database.url).toBe(`file:${join(cwd, 'here/ledger.db')}`);
    expect(read.api).toMatchObject({ port: 0, keys: [{ sha256: 'ab'.repeat(32) }] });
    expect(read.brake).toBe(false);
    expect(read.accounts).toEqual({
      'media-prod': {
        name: 'media-prod',
        provider: 'alibaba',
        site: { region: 'cn-shanghai' },
        quotaGroup: '1234567890',
        egress: 'default',
        credentials: { accessKeyId: 'LTAI 5: #{x}', accessKeySecret: '*s"e\n${AK}', securityToken: 'sts' },
        operations: {
          'alibaba.vod.delete-image': { cap: 40, per: 'second' },
          'alibaba.vod.delete-video': { cap: 30, per: 'second' },
        },
      },
      'huawei-prod': {
        name: 'huawei-prod',
        provider: 'huawei',
        site: { region: 'cn-north-4', endpoint: 'http://emulator:9090', projectId: '0a1b' },
        credentials: { token: 'gA==' },
        operations: { 'huawei.vod.delete-thumbnails': { cap: 90, per: 'minute' } },
      },
    });
  });

  it('gives an account without operations all of its provider at their documented caps', () => {
    expect(world({ 'expunge.yaml': account() }).config().accounts['a']?.operations).toEqual({
      'alibaba.vod.delete-image': { cap: 50, per: 'second' },
      'alibaba.vod.delete-video': { cap: 30, per: 'second' },
    });
  });

  it('puts the environment above the file and an empty variable below it', () => {
    const file = `redis: { url: redis://file }\nsigningKey: ${'from-file'.repeat(4)}\nlog: { level: warn }\n`;
    const env = {
      REDIS_URL: 'redis://env',
      EXPUNGE_SIGNING_KEY: '',
      LOG_LEVEL: 'DEBUG',
      EXPUNGE_API_KEY: 'key',
    };
    const read = world({ 'expunge.yaml': file }, env).config();
    expect(read).toMatchObject({
      redis: { url: 'redis://env' },
      signingKeys: [{ id: 'default', key: 'from-file'.repeat(4) }],
      apiKey: 'key',
    });
    expect(read.log.level).toBe('debug');
  });

  it('signs with signingKey before the first of signingKeys, and accepts them all', () => {
    const list = `signingKeys: [ { id: next, key: next-${long} }, { id: old, key: old-${long} } ]`;
    const ids = (env: Record<string, string>) =>
      world({ 'expunge.yaml': list }, env)
        .config()
        .signingKeys.map(({ id }) => id);
    expect(ids({})).toEqual(['next', 'old']);
    expect(ids({ EXPUNGE_SIGNING_KEY: long })).toEqual(['default', 'next', 'old']);
  });

  it('takes --config before EXPUNGE_CONFIG before expunge.yaml', () => {
    const files = { 'expunge.yaml': 'dataDir: /1', 'two.yaml': 'dataDir: /2', 'three.yaml': 'dataDir: /3' };
    expect(world(files).config().dataDir).toBe('/1');
    expect(world(files, { EXPUNGE_CONFIG: 'two.yaml' }).config().dataDir).toBe('/2');
    expect(world(files, { EXPUNGE_CONFIG: 'two.yaml' }).config('three.yaml').dataDir).toBe('/3');
  });

  it('says that a file it was asked for does not exist', () => {
    expect(world().problems('none.yaml')).toMatchObject([{ problem: 'the file does not exist' }]);
  });

  it('takes paths of the file from the file, and those of the environment from the working directory', () => {
    const { cwd } = world();
    mkdirSync(join(cwd, 'etc'));
    writeFileSync(join(cwd, 'etc/id'), 'id');
    writeFileSync(join(cwd, 'etc/secret'), 'secret');
    const text = account().replace(
      /credentials: .*/,
      'credentials: { accessKeyIdFile: id, accessKeySecretFile: ./secret }',
    );
    writeFileSync(join(cwd, 'etc/e.yaml'), `dataDir: d\n${text}`);
    const loaded = loadConfig({ file: 'etc/e.yaml', env: { DATABASE_URL: 'file:x.db' }, cwd, operations });
    expect(loaded).toMatchObject({
      config: {
        dataDir: join(cwd, 'etc/d'),
        database: { url: `file:${join(cwd, 'x.db')}` },
        accounts: {
          a: {
            credentials: {
              accessKeyIdFile: join(cwd, 'etc/id'),
              accessKeySecretFile: join(cwd, 'etc/secret'),
            },
          },
        },
      },
    });
  });

  it('gives credentials that the providers understand', async () => {
    const { credentials } = world({ 'expunge.yaml': account() }).config().accounts['a']!;
    expect(credentialSource(credentials, { clock: systemClock })).toBeDefined();
  });

  it('tells all six mistakes of a file at once, each with path, line, problem and remedy', () => {
    const text = [
      'redis: { url: http://127.0.0.1:6379 }',
      'metrics: { prot: 9464 }',
      'accounts:',
      '  media-prod:',
      '    provider: alibaba',
      '    credentials: { accessKeyId: ${AK_NOT_SET}, accessKeySecret: hunter2hunter2 }',
      '    operations: { alibaba.vod.delete-video: { cap: 0 } }',
      '  huawei-prod:',
      '    provider: huawei',
      '    region: cn-north-4',
      '    credentials: { accessKey: hw, secretKey: hunter3hunter3 }',
      '',
    ].join('\n');
    const { problems } = world({ 'expunge.yaml': text });
    const told = problems().map(({ path, line, problem }) => [line, path, problem]);
    expect(told).toHaveLength(6);
    expect(told).toEqual(
      expect.arrayContaining([
        [1, 'redis.url', 'is not such an address'],
        [2, 'metrics.prot', 'is not a field that is known here'],
        [4, 'accounts.media-prod.region', 'is missing'],
        [
          6,
          'accounts.media-prod.credentials.accessKeyId',
          'needs the environment variable AK_NOT_SET, which is not set',
        ],
        [7, 'accounts.media-prod.operations.alibaba.vod.delete-video.cap', 'is 0'],
        [8, 'accounts.huawei-prod.projectId', 'is missing'],
      ]),
    );
    const text3am = formatProblems(problems());
    expect(text3am).toMatch(/^6 problems in the configuration; nothing was started\./);
    expect(text3am).toContain('accounts.media-prod.operations.alibaba.vod.delete-video.cap  (');
    expect(text3am).toContain('expunge.yaml:7)');
    expect(text3am).toContain('-> did you mean port?');
    expect(text3am).toContain('-> write a whole number from 1 to 10000');
    expect(text3am).not.toContain('hunter');
    for (const { remedy } of problems()) expect(remedy).not.toBe('');
  });

  it('names the variable whose value is wrong, and not the value', () => {
    const [problem, ...rest] = world({}, { DATABASE_URL: 'mysql://u:hunter2hunter2@h' }).problems();
    expect(rest).toEqual([]);
    expect(problem).toMatchObject({ path: 'database.url', variable: 'DATABASE_URL' });
    expect(formatProblems([problem!])).not.toContain('hunter2');
  });

  it.each([
    [
      'aprove:media-prod',
      'begins with "aprove"',
      'did you mean approve? The scopes are enqueue, campaign, approve',
    ],
    ['hunter2hunter2', 'is no scope that is known', 'delete-physical-files'],
    ['read:', 'names no account behind the colon', 'read:ACCOUNT:OPERATION'],
    ['read:*:alibaba.vod.delete-vidoe', 'names no operation', 'did you mean alibaba.vod.delete-video?'],
    ['read:a:alibaba.vod.delete-video:x', 'names no account behind the colon', '* is any account'],
  ])('refuses the scope %s and says what there is', (scope, problem, remedy) => {
    const keys = [{ name: 'a', sha256: 'a'.repeat(64), scopes: ['read', scope] }];
    const [found, ...rest] = world({ 'expunge.yaml': JSON.stringify({ api: { keys } }) }).problems();
    expect(rest).toEqual([]);
    expect(found?.path).toBe('api.keys.0.scopes.1');
    expect(found?.problem).toContain(problem);
    expect(found?.remedy).toContain(remedy);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  it.each([
    ['egress: { Default: { perSecond: 1 } }', 'egress.Default'],
    ['egress: { x: { perSecond: 0.5 } }', 'egress.x.perSecond'],
    ['brake: true', 'brake'],
    ['brake: { minimum: 300 }', 'brake.minimum'],
    ['brake: { absentShare: 2 }', 'brake.absentShare'],
    ['retry: { attempts: many }', 'retry.attempts'],
    ['foreignJobs: alow', 'foreignJobs'],
    [`signingKey: ${'k'.repeat(31)}`, 'signingKey'],
    ['signingKey: ""', 'signingKey'],
    [`signingKeys: [ { id: Old, key: ${long} } ]`, 'signingKeys.0.id'],
    ['signingKeys: [ { id: old, key: short } ]', 'signingKeys.0.key'],
    [`signingKeys: [ { id: a, key: ${long} }, { id: a, key: x${long} } ]`, 'signingKeys.1.id'],
    [`{ signingKey: ${long}, signingKeys: [ { id: default, key: x${long} } ] }`, 'signingKeys.0.id'],
    ['log: { level: loud }', 'log.level'],
    ['redis:', 'redis'],
    ['redis: { prefix: "{x}" }', 'redis.prefix'],
    ['api: { keys: [ { name: a, sha256: 12, scopes: [read] } ] }', 'api.keys.0.sha256'],
    ['api: { keys: [ { name: a, scopes: [] , sha256: ' + 'a'.repeat(64) + ' } ] }', 'api.keys.0.scopes'],
    ['metrics: { port: 70000 }', 'metrics.port'],
    ['accounts: [a]', 'accounts'],
    ['apiKey: x', 'apiKey'],
    ['- a', ''],
  ])('refuses %s at its path', (text, path) => {
    const problems = world({ 'expunge.yaml': text }).problems();
    expect(problems.map((one) => one.path)).toEqual([path]);
    expect(problems[0]?.problem).not.toBe('');
    expect(problems[0]?.remedy).not.toBe('');
  });
});
