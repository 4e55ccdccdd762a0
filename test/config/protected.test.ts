import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { redactedConfig } from '../../src/config.ts';
import { lanesOf } from '../../src/lanes.ts';
import { protectionOf } from '../../src/protection.ts';
import { account, world } from './world.ts';

const yaml = (protect: object, more = '') => `protected: ${JSON.stringify(protect)}\n${more}`;
/** What is said of a file with this content. */
const said = (content: string) =>
  world({ 'expunge.yaml': yaml({ files: ['keep.txt'] }), 'keep.txt': content })
    .problems()
    .map(({ path, problem }) => `${path} ${problem}`);

describe('protected', () => {
  it('is nothing by default', () => {
    expect(world().config().protected).toEqual({ files: [], patterns: [] });
  });

  it('reads files that stand beside the configuration, one id a line, and keeps patterns', () => {
    const files = {
      'expunge.yaml': yaml({ files: ['keep.txt'], patterns: ['prod-*'] }),
      'keep.txt': '\uFEFF# never\r\nv1\r\n\r\n  v2 \n#v3\nhttps://h/p#x\nv1',
    };
    const { config, cwd } = world(files);
    const { files: read, patterns } = config().protected;
    expect(patterns).toEqual(['prod-*']);
    expect(read).toEqual([
      {
        path: join(cwd, 'keep.txt'),
        lines: new Map([
          ['v1', 2],
          ['v2', 4],
          ['https://h/p#x', 6],
        ]),
      },
    ]);
    expect(protectionOf(config().protected).why('v2')).toBe(`line 4 of ${join(cwd, 'keep.txt')}`);
  });

  it('tells every mistake at once, also beside mistakes elsewhere', () => {
    const protect = { files: ['none.txt', 'dir', 'latin.txt'], patterns: ['', 'two words', 'ok*'] };
    const { problems, cwd } = world({
      'expunge.yaml': `log: { level: loud }\n${yaml(protect, account('protected: { files: [no.txt], pattern: [x] }'))}`,
      'latin.txt': '',
    });
    mkdirSync(join(cwd, 'dir'));
    expect(problems().map(({ path, problem }) => `${path} ${problem}`)).toEqual([
      'protected.patterns.0 is empty',
      'protected.patterns.1 is malformed',
      'log.level is a text, not one of the known words',
      'protected.files.0 names a file that does not exist',
      'protected.files.1 names a file that is a directory',
      'protected.files.2 names a file without an id in it: it would protect nothing',
      'accounts.a.protected.pattern is not a field that is known here',
      'accounts.a.protected.files.0 names a file that does not exist',
    ]);
    expect(problems().every(({ line }) => line !== undefined)).toBe(true);
  });

  it('is a group of lists', () => {
    const text = 'protected: keep.txt\n';
    expect(world({ 'expunge.yaml': text }).problems()).toMatchObject([{ path: 'protected' }]);
    const wrong = yaml({ files: 'keep.txt', patterns: [7] });
    expect(world({ 'expunge.yaml': wrong }).problems()).toMatchObject([
      { path: 'protected.files', problem: 'is a text, not a list' },
      { path: 'protected.patterns.0', problem: 'is 7, a number' },
    ]);
  });

  it.each([
    ['# a comment alone\n', 'without an id in it'],
    ['v1\nv2, v3\n', 'whose line 2 holds a space or an invisible character'],
    ['v1\nv\u200B2\n', 'whose line 2 holds'],
    ['v\u00001\n', 'whose line 1 holds'],
  ])('refuses the file %j', (content, problem) => {
    expect(said(content)).toEqual([expect.stringContaining(`protected.files.0 names a file ${problem}`)]);
  });

  it('tells of a file that is no list of ids in a few problems, not in thousands', () => {
    expect(said('id, name\n'.repeat(10_000))).toHaveLength(5);
  });

  it('protects in one account what only that account names, beside what all do', () => {
    const { config } = world({
      'expunge.yaml': yaml(
        { patterns: ['all-*'] },
        [
          account('protected: { files: [a.txt] }'),
          '  b:\n    provider: alibaba\n    region: cn-shanghai\n    credentials: { accessKeyId: id-b, accessKeySecret: x }\n',
        ].join(''),
      ),
      'a.txt': 'v1\n',
    });
    const lanes = lanesOf({ ...config(), accounts: ofVideo(config().accounts) });
    const protects = (name: string, id: string) =>
      lanes.find(({ account }) => account.name === name)?.protection.why(id) !== undefined;
    expect([protects('a', 'v1'), protects('b', 'v1')]).toEqual([true, false]);
    expect([protects('a', 'all-1'), protects('b', 'all-1')]).toEqual([true, true]);
  });

  it('is printed by the paths of its files, not by what they hold', () => {
    const { config, cwd } = world({
      'expunge.yaml': yaml(
        { files: ['keep.txt'], patterns: ['p*'] },
        account('protected: { files: [keep.txt] }'),
      ),
      'keep.txt': 'v1\n',
    });
    expect(redactedConfig(config())).toMatchObject({
      protected: { files: [join(cwd, 'keep.txt')], patterns: ['p*'] },
      accounts: { a: { protected: { files: [join(cwd, 'keep.txt')], patterns: [] } } },
    });
    expect(JSON.stringify(redactedConfig(config()))).not.toContain('v1');
  });
});

/** The made-up operations of these tests are no lanes of the product's: one that is. */
const ofVideo = (accounts: ReturnType<ReturnType<typeof world>['config']>['accounts']) =>
  Object.fromEntries(
    Object.entries(accounts).map(([name, each]) => {
      return [
        name,
        { ...each, operations: { 'alibaba.vod.delete-video': { cap: 30, per: 'second' as const } } },
      ];
    }),
  );
