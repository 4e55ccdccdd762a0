import { describe, expect, it } from 'vitest';
import { account, world } from './world.ts';

const told = (text: string, files: Readonly<Record<string, string>> = {}) =>
  world({ ...files, 'expunge.yaml': text })
    .problems()
    .map(({ path, problem, remedy }) => `${path}: ${problem} -> ${remedy}`);
const without = (field: string) => account().replace(new RegExp(`    ${field}: .*\n`), '');
const credentials = (text: string) => account().replace(/credentials: .*/, `credentials: ${text}`);
const two = (first: string, second: string) =>
  `accounts:\n  one: { provider: alibaba, region: cn-shanghai, ${first} }\n  two: { provider: alibaba, region: cn-beijing, ${second} }\n`;
const key = 'credentials: { accessKeyId: LTAI-same, accessKeySecret: hunter2hunter2 }';
const other = 'credentials: { accessKeyId: LTAI-other, accessKeySecret: hunter2hunter2 }';

describe('an account', () => {
  it.each(['Media', '-a', 'a_b', 'a~b', 'a'.repeat(64), '__proto__'])('is not called %s', (name) => {
    expect(told(account().replace('  a:', `  ${name}:`)).join()).toContain('is not a name');
  });

  it.each([
    ['region', without('region'), 'accounts.a.region: is missing'],
    ['credentials', without('credentials'), 'accounts.a.credentials: is missing'],
    ['provider', without('provider'), 'accounts.a.provider: is missing'],
  ])('without %s is told so once', (_, text, expected) => {
    const all = told(text);
    expect(all).toHaveLength(1);
    expect(all[0]).toContain(expected);
  });

  it('with a misspelt provider is judged as the one that was meant', () => {
    const all = told(account('operations: { alibaba.vod.delete-vide: {} }').replace('alibaba', 'alibabba'));
    expect(all).toEqual([
      'accounts.a.provider: is "alibabba", not one of the known words -> did you mean alibaba?',
      'accounts.a.operations.alibaba.vod.delete-vide: is not a field that is known here -> did you mean alibaba.vod.delete-video?',
    ]);
  });

  it("is refused another provider's operation, and told where it belongs", () => {
    expect(told(account('operations: { huawei.vod.delete-thumbnails: { cap: 100, per: minute } }'))).toEqual([
      "accounts.a.operations.huawei.vod.delete-thumbnails: is an operation of huawei, not of this account's provider -> move it to an account with provider: huawei",
    ]);
  });

  it.each(['0', '-1', '1.5', '10001', 'many', '""', 'null', '[1]'])('refuses the cap %s', (cap) => {
    const all = told(account(`operations: { alibaba.vod.delete-video: { cap: ${cap} } }`));
    expect(all).toHaveLength(1);
    expect(all[0]).toMatch(/^accounts\.a\.operations\.alibaba\.vod\.delete-video\.cap: is/);
  });

  it('takes caps from 1 to 10000 and refuses a period without a cap', () => {
    expect(told(account('operations: { alibaba.vod.delete-video: { cap: 1 } }'))).toEqual([]);
    expect(told(account('operations: { alibaba.vod.delete-video: { cap: 10000 } }'))).toEqual([]);
    expect(told(account('operations: { alibaba.vod.delete-video: { per: minute } }')).join()).toContain(
      '.cap: ',
    );
  });

  it.each([
    'https://vod.cn-shanghai.aliyuncs.com',
    'http://127.0.0.1:9090/',
    'http://[::1]:9090',
    'http://localhost:1',
    'http://emulator:9090',
    'http://10.1.2.3',
    'http://172.31.0.1',
    'http://192.168.1.1',
    'http://host.docker.internal:9090',
  ])('takes the endpoint %s', (endpoint) => expect(told(account(`endpoint: "${endpoint}"`))).toEqual([]));

  it.each([
    ['http://vod.cn-shanghai.aliyuncs.com', 'plain http'],
    ['http://172.32.0.1', 'plain http'],
    ['http://8.8.8.8', 'plain http'],
    ['http://[2001:db8::1]', 'plain http'],
    ['http://127.0.0.1.evil.example', 'plain http'],
    ['https://user:hunter2hunter2@host', 'user or password'],
    ['https://host/path', 'path'],
    ['https://host?q', 'query'],
    ['ftp://host', 'not an http'],
    ['host:80', 'not an http'],
  ])('refuses the endpoint %s', (endpoint, expected) => {
    const all = told(account(`endpoint: "${endpoint}"`));
    expect(all).toHaveLength(1);
    expect(all[0]).toContain(expected);
    expect(all[0]).not.toContain('hunter2');
  });

  it('is in the default egress group unless its endpoint is its own', () => {
    const egress = 'egress: { default: { perSecond: 300 }, vpc: { perSecond: 10 } }\n';
    const group = (...lines: string[]) =>
      world({ 'expunge.yaml': egress + account(...lines) }).config().accounts['a']?.egress;
    expect(group()).toBe('default');
    expect(group('endpoint: http://emulator:9090')).toBeUndefined();
    expect(group('endpoint: http://emulator:9090', 'egress: vpc')).toBe('vpc');
    expect(told(egress + account('egress: vpn')).join()).toContain('accounts.a.egress');
  });

  it.each([
    '{ chain: default }',
    '{ accessKeyId: x, accessKeySecret: y, securityToken: z }',
    '{ accessKeyIdFile: s, accessKeySecretFile: s, securityTokenFile: s }',
  ])('takes the credentials %s', (text) => expect(told(credentials(text), { s: 'secret' })).toEqual([]));

  it.each([
    ['{ chain: defualt }', ['accounts.a.credentials.chain']],
    ['{ chain: default, accessKeyId: x }', ['accounts.a.credentials.accessKeyId']],
    ['{ accessKeyId: x }', ['accounts.a.credentials.accessKeySecret']],
    ['{}', ['accounts.a.credentials.accessKeyId', 'accounts.a.credentials.accessKeySecret']],
    ['{ accessKeyId: x, accessKeyIdFile: s, accessKeySecret: y }', ['accounts.a.credentials.accessKeyId']],
    ['{ accessKeyId: x, accessKeySecretFile: nowhere }', ['accounts.a.credentials.accessKeySecretFile']],
    ['{ accessKeyId: 12, accessKeySecret: y }', ['accounts.a.credentials.accessKeyId']],
    ['LTAI', ['accounts.a.credentials']],
  ])('refuses the credentials %s', (text, paths) => {
    expect(
      world({ s: 'secret', 'expunge.yaml': credentials(text) })
        .problems()
        .map(({ path }) => path),
    ).toEqual(paths);
  });

  it.each([
    '{ accessKeyId: x, accessKeySecret:hunter2hunter2 }',
    '{ accessKeyId: x, accessKeySecret: y, hunter2hunter2 }',
    '{ accessKeyId: x, accessKeySecret: *hunter2hunter2 }',
    '{ accessKeyId: x, accessKeySecret: !hunter2hunter2 }',
    '{ accessKeyId: x, accessKeySecret: "y" hunter2hunter2 }',
    '{ accessKeyId: x, accessKeySecret: @hunter2hunter2 }',
    '{ chain: hunter2hunter2 }',
    'hunter2hunter2',
  ])('never repeats a secret: %s', (text) => {
    const all = told(credentials(text));
    expect(all).not.toEqual([]);
    expect(all.join()).not.toContain('hunter2');
  });

  it('of Huawei needs a project, and keys or a token', () => {
    const huawei = (rest: string) =>
      told(`accounts:\n  h: { provider: huawei, region: cn-north-4, ${rest} }\n`);
    expect(huawei('projectId: p, credentials: { accessKey: a, secretKey: b }')).toEqual([]);
    expect(huawei('projectId: p, credentials: { token: t }')).toEqual([]);
    expect(huawei('credentials: { token: t }')[0]).toContain('accounts.h.projectId: is missing');
    expect(huawei('projectId: p, credentials: { token: t, secretKey: b }')).not.toEqual([]);
    expect(told(account('projectId: p')).join()).toContain('accounts.a.projectId');
  });
});

describe('accounts together', () => {
  it('may not use one key twice, since the cap belongs to the cloud account', () => {
    const all = told(two(key, key));
    expect(all).toHaveLength(1);
    expect(all[0]).toMatch(
      /^accounts\.two\.credentials: uses the same key as one: the cap belongs to the cloud account/,
    );
    expect(all[0]).not.toContain('LTAI');
    expect(told(two(`quotaGroup: g, ${key}`, `quotaGroup: h, ${key}`))).toHaveLength(1);
    expect(told(two(`quotaGroup: g, ${key}`, key))).toHaveLength(1);
  });

  it('may use one key twice in a common quota group, and different keys freely', () => {
    expect(told(two(`quotaGroup: g, ${key}`, `quotaGroup: g, ${key}`))).toEqual([]);
    expect(told(two(key, other))).toEqual([]);
  });

  it('may not use one key through files, or the default chain, twice', () => {
    const file = 'credentials: { accessKeyIdFile: id, accessKeySecretFile: id }';
    expect(told(two(key, file), { id: 'LTAI-same\n' })).toHaveLength(1);
    expect(told(two(key, file), { id: 'LTAI-third\n' })).toEqual([]);
    expect(told(two('credentials: { chain: default }', 'credentials: { chain: default }'))).toHaveLength(1);
  });

  it('of a group agree on the cap of what they share', () => {
    const cap = (n: number) => `quotaGroup: g, operations: { alibaba.vod.delete-video: { cap: ${n} } }`;
    expect(told(two(`${cap(10)}, ${key}`, `${cap(10)}, ${other}`))).toEqual([]);
    const all = told(two(`${cap(10)}, ${key}`, `${cap(20)}, ${other}`));
    expect(all).toHaveLength(1);
    expect(all[0]).toContain(
      'accounts.two.operations.alibaba.vod.delete-video.cap: is 20 a second here and 10',
    );
  });

  it('of a group agree on the provider', () => {
    const huawei =
      '  h: { provider: huawei, region: cn-north-4, projectId: p, quotaGroup: g, credentials: { token: t } }\n';
    expect(told(account('quotaGroup: g') + huawei)).toEqual([
      'accounts.h.provider: is in quotaGroup g with a of alibaba: providers share no cap -> give them different quota groups',
    ]);
  });

  it('are compared also while another account has mistakes', () => {
    expect(told(`${two(key, key)}  three: { provider: huawei }\n`).length).toBeGreaterThan(2);
  });
});
