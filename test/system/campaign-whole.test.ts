/** A campaign from its list to its report; and lists that are wrong, which stop before they have done much. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import {
  callsOf,
  list,
  openWorld,
  planned,
  statusOf,
  started,
  told,
  type,
  video,
  type Status,
} from './campaigns.ts';
import { expectAgreement, quiet, until } from './judge.ts';
import { numbered } from './targets.ts';
import type { World } from './world.ts';

interface Report {
  readonly rows: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly sha256: string;
}

/** Written to a file of the world's. */
const reported = (world: World, name: string, file: string, ...flags: readonly string[]): Promise<Report> =>
  told<Report>(world, 'campaign', 'report', name, '-o', `${world.dir}/${file}`, ...flags);

const rowsOf = (world: World, file: string): readonly string[] =>
  readFileSync(`${world.dir}/${file}`, 'utf8').trimEnd().split(/\r?\n/).slice(1);

const ended = (world: World, name: string, state = 'completed'): Promise<void> =>
  until(`${name} is ${state}`, async () => (await statusOf(world, name)).state === state, 15_000);

/** Every kind of bad line of a CSV file, each with what is said of it. */
const bad: readonly (readonly [string | Buffer, string])[] = [
  ['cut short', 'has no column 2'],
  ['x,', 'is empty'],
  ['x,has space', 'holds U+0020'],
  ['x," v7"', 'holds U+0020'],
  ['x,"v1,v2"', 'holds U+002C'],
  ['x,"two\nlines"', 'holds U+000A'],
  ['x,v\u200b9', 'holds U+200B'],
  ['x,видео', 'holds U+0432'],
  ['x,-v1', 'does not begin with a letter or digit'],
  ['x,=cmd()', 'holds U+003D'],
  [`x,${'v'.repeat(129)}`, 'is longer than 128 characters'],
  [Buffer.from('782cff76', 'hex'), 'is not UTF-8'],
];

describe('a campaign', () => {
  it('goes from a list with every kind of bad line to a report that agrees with the provider to the id', async () => {
    const { world } = await openWorld({
      redisUrl: inject('redisUrl'),
      accounts: { acc: { [video]: { cap: 20 } } },
      settings: { approval: { above: 100 } },
    });
    const ids = {
      present: numbered('v', 900),
      absent: numbered('gone', 90),
      forbidden: numbered('mine', 10),
    };
    world.emulator.inventory({ DeleteVideo: { prefix: 'v', count: 900 } });
    world.emulator.inventory({ DeleteVideo: { prefix: 'mine', count: 10 } });
    world.emulator.setFaults([{ kind: 'forbid-ids', action: 'DeleteVideo', ids: ids.forbidden }]);
    const good = [...ids.present, ...ids.absent, ...ids.forbidden];
    const line = (text: string | Buffer) => Buffer.concat([Buffer.from(text), Buffer.from('\r\n')]);
    const path = `${world.dir}/list.csv`;
    // Good and bad by turns, under a byte order mark, with some ids twice.
    const lines = good.flatMap((id, n) => [
      `"a ""title""",${id}`,
      ...(n < bad.length ? [bad[n]?.[0] ?? ''] : []),
    ]);
    const twice = ids.present.slice(0, 7).map((id) => `again,${id}`);
    writeFileSync(path, Buffer.concat(['\ufefftitle,videoId', ...lines, ...twice].map(line)));

    const rejects = `${world.dir}/bad.csv`;
    const flags = ['--column', 'videoId', '--rejects', rejects, '--reason', 'spring'];
    const brakes = ['--brake-refused', '0.05', '--check-exists', '50'];
    const plan = await planned(world, 'spring', 'acc', path, ...flags, ...brakes);
    expect(plan).toMatchObject({ valid: 1_000, invalid: bad.length, duplicates: 7, rejects });
    const refused = readFileSync(rejects, 'utf8');
    let at = 3;
    for (const [text, problem] of bad) {
      expect(refused).toContain(`,${at},${problem}`);
      at += 2 + String(text).split('\n').length - 1;
    }
    expect(callsOf(world, 'acc').calls).toEqual([]);

    const run = ['campaign', 'run', 'spring', '--plan', plan.hash, '--confirm', '1000'];
    expect((await type(world, 'ann', ...run)).exit).toBe(3);
    expect((await type(world, 'ben', 'campaign', 'approve', 'spring', '--plan', plan.hash)).exit).toBe(0);
    await told(world, ...run);
    await ended(world, 'spring');
    const { settlements, done } = await statusOf(world, 'spring');
    expect({ done, settlements }).toEqual({
      done: 1_000,
      settlements: { deleted: 900, absent: 90, refused: 10 },
    });
    const deleted = world.emulator.calls().flatMap((call) => call.deleted);
    expect(deleted.length).toBe(900);
    expect(new Set(deleted)).toEqual(new Set(ids.present));
    await expectAgreement(world);

    const whole = await reported(world, 'spring', 'spring.csv');
    expect(whole).toMatchObject({ rows: 1_000, counts: settlements });
    const bytes = readFileSync(`${world.dir}/spring.csv`);
    expect(whole.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(rowsOf(world, 'spring.csv').map((row) => row.split(',')[0])).toEqual(good);

    await reported(world, 'spring', 'failed.csv', '--only', 'failed');
    const again = await planned(world, 'again', 'acc', `${world.dir}/failed.csv`);
    expect(again).toMatchObject({ valid: 10, invalid: 0, duplicates: 0 });

    // The rejects as somebody repairs them: what stands in the first column, and nothing else.
    await expect(planned(world, 'unrepaired', 'acc', rejects)).rejects.toThrow('no valid id is in it');
    const [head = '', ...rest] = readRejects(rejects);
    writeFileSync(rejects, [head, ...rest.map((tail, n) => `fixed${n},${tail}`)].join('\n'));
    const repaired = await planned(world, 'repaired', 'acc', rejects);
    expect(repaired).toMatchObject({ valid: bad.length, invalid: 0, duplicates: 0 });
  });
});

describe('a list of ids that do not exist', () => {
  it('stops at the canary, and again at its next stage if a person lets it go on', async () => {
    const { world } = await openWorld({
      redisUrl: inject('redisUrl'),
      accounts: { acc: { [video]: { cap: 20 } }, other: { [video]: { cap: 20 } } },
    });
    world.emulator.inventory({
      DeleteVideo: { prefix: 'v', count: 10 },
      DeleteImage: { prefix: 'i', count: 4_000 },
    });
    const sent = () => world.emulator.calls().length;
    const stopped = async (name: string): Promise<Status> => {
      await ended(world, name, 'paused');
      const before = sent();
      await quiet(1_000);
      expect(sent()).toBe(before);
      return statusOf(world, name);
    };
    await started(world, 'ghosts', 'acc', numbered('ghost', 4_000));
    const first = await stopped('ghosts');
    expect(first).toMatchObject({ by: 'expunge', done: 10, settlements: { absent: 10 }, canaryStage: 1 });
    expect(first.reason).toBe('10 of 10 settled ids are absent (100 %; 20 % allowed)');
    expect(callsOf(world, 'acc').calls.flatMap(({ ids }) => ids)).toEqual(numbered('ghost', 10));

    await told(world, 'campaign', 'resume', 'ghosts');
    const second = await stopped('ghosts');
    expect(second).toMatchObject({ by: 'expunge', done: 40, canaryStage: 2 });
    expect(second.reason).toBe('30 of 30 settled ids are absent (100 %; 20 % allowed)');

    // Now they are evidence for the lane too, whose own brake may be the first to stop them.
    await told(world, 'campaign', 'resume', 'ghosts');
    const braked = async () => (await statusOf(world, 'ghosts')).waits.some((wait) => wait.for === 'lane');
    await until('its lane is paused', braked, 15_000);
    const held = await statusOf(world, 'ghosts');
    expect(held.waits[0]?.text).toContain('brake: 100 of the last 100 ids were absent');
    await told(world, 'lane', 'resume', 'acc', video);
    const third = await stopped('ghosts');
    console.info('ghosts, let go on twice', { held: held.done, done: third.done, reason: third.reason });
    expect(third).toMatchObject({ by: 'expunge', canaryStage: 3 });
    expect(third.reason).toMatch(/^(\d+) of \1 settled ids are absent \(100 %; 20 % allowed\)$/);
    expect(third.done).toBeLessThan(400);
    // What the lane gave back unsent when its brake was pulled is no call.
    expect(third.calls).toBe(callsOf(world, 'acc').at.length);

    // Asked beforehand, such lists are not even planned: ghosts, and images that are taken for videos.
    const before = callsOf(world, 'acc').at.length;
    for (const prefix of ['ghost', 'i']) {
      const file = list(world, `${prefix}-wrong.txt`, numbered(prefix, 4_000));
      const what = ['--account', 'acc', '--operation', video, '--file', file, '--check-exists', '50'];
      const { exit, said } = await type(world, 'ann', 'campaign', 'plan', `${prefix}-wrong`, ...what);
      expect(said).toMatch(/Nothing was planned[^]*MOST OF THESE DON'T EXIST: 50 of 50/);
      expect(exit).toBe(3);
    }
    expect(callsOf(world, 'acc').at.length).toBe(before);
    await started(world, 'images', 'other', numbered('i', 4_000));
    expect(await stopped('images')).toMatchObject({ done: 10, settlements: { absent: 10 } });
  });
});

/** The head, and of each row all but its first cell: records, as cells may hold line ends. */
function readRejects(path: string): readonly string[] {
  const records = readFileSync(path, 'utf8').match(/(?:"(?:[^"]|"")*"|[^"\n])+/g) ?? [];
  const [head = '', ...rows] = records;
  return [head, ...rows.map((row) => row.replace(/^("(?:[^"]|"")*"|[^,]*),/, ''))];
}
