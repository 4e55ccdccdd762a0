/**
 * Ids as an attacker or a broken export writes them, all the way: accepted or refused at the door, queued, sent,
 * and held against what the emulator read on its side of the wire. Nothing is sent that was not asked for.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Call } from '../../src/emulator/call-record.ts';
import { acceptAll } from '../../src/producers/accept.ts';
import { operations } from '../../src/providers/operations.ts';
import type { Kind, Operation } from '../../src/providers/operation.ts';
import type { Target } from '../../src/deletion.ts';
import { everyTarget } from './targets.ts';
import { World } from './world.ts';

const cases = 100_000;
const huge = 'a'.repeat(10 << 20);
const pieces = [
  ...[
    ',',
    '\n',
    '\r\n',
    '\0',
    '%2C',
    '%2c',
    '%252C',
    '%00',
    '，',
    '‚',
    '\u200f',
    '\u202e',
    '\u200b',
    '\ufeff',
  ],
  ...['\ud800', '\udfff', '__proto__', 'constructor', '../', '%2e%2e/', ' ', '\t', '\u00a0', '@', '\\', '#'],
  ...['?', '&', '=', '+', '%', '*', ';', '"', "'", '<', '{}', '😀', 'ＡＢ', 'é', 'e\u0301', 'VideoIds='],
];
const piece = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 3 }));
const plain = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{5,30}$/);
const urlPlaces = ['https://img.example.com/', 'http://b.oss-cn-shanghai.aliyuncs.com/', 'OSS://bucket/'];

/** With something in it, before it, after it or around it; some plain; a few of 10 MB. */
function textOf(places: readonly string[]): fc.Arbitrary<string> {
  const place = fc.constantFrom(...places);
  const sound = fc.tuple(place, plain).map((parts) => parts.join(''));
  const spoilt = fc
    .tuple(place, plain, piece, plain, fc.nat(4))
    .map(
      ([before, a, odd, b, at]) =>
        [before + a + odd + b, before + odd + a, before + a + odd, odd + before + a + odd, before + odd][
          at
        ] ?? '',
    );
  const odd = fc.array(piece, { maxLength: 4 }).map((parts) => parts.join(''));
  return fc.oneof(
    { weight: 300, arbitrary: sound },
    { weight: 7_000, arbitrary: spoilt },
    { weight: 2_690, arbitrary: odd },
    { weight: 10, arbitrary: fc.constant(huge) },
  );
}
const idText = textOf(['']);
const urlText = textOf(urlPlaces);

/** Options that fit the kind, mostly. */
function optionsOf({ options }: Operation, kind: string): fc.Arbitrary<object | undefined> {
  const fitting: (object | undefined)[] =
    kind === 'videoId' && options.length > 0
      ? [{ imageType: 'All' }, { imageType: 'SpriteSnapshot,CoverSnapshot' }]
      : options[0]?.name === 'deletePhysicalFiles'
        ? [undefined, { deletePhysicalFiles: true }, { deletePhysicalFiles: false }]
        : [undefined];
  const unfit = [
    { imageType: 'All' },
    { deletePhysicalFiles: 'yes' },
    { imageType: 'All,\nCoverSnapshot' },
    { force: true },
  ];
  return fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...fitting) },
    { weight: 1, arbitrary: fc.constantFrom(...unfit) },
  );
}

/** An entry of a kind of the operation: as a string, written out, or written out wrongly. */
function entryOf({ parentField }: Operation, { name, field }: Kind): fc.Arbitrary<unknown> {
  const id = field === 'url' ? urlText : idText;
  const fieldsAs = (form: number, id: string, other: string): unknown => {
    const written = { by: name, [field]: id };
    if (form === 0) return id;
    if (form === 1) return { ...written, [other.slice(0, 99)]: other.slice(0, 99) };
    if (form === 2) return JSON.parse(`{"by":"${name}","__proto__":{"${field}":"inherited-1"}}`);
    return form <= 10 && parentField ? { ...written, [parentField]: other } : written;
  };
  return fc.tuple(fc.nat(20), id, idText).map(([form, id, other]) => fieldsAs(form, id, other));
}

const asked = fc
  .constantFrom(...operations.flatMap((operation) => operation.kinds.map((kind) => ({ operation, kind }))))
  .chain(({ operation, kind }) =>
    fc.record({
      operation: fc.constant(operation),
      entry: entryOf(operation, kind),
      options: optionsOf(operation, kind.name),
    }),
  );

const parameterOf: Readonly<Record<string, string>> = {
  'DeleteImage imageId': 'ImageIds',
  'DeleteImage imageUrl': 'ImageURLs',
  'DeleteImage videoId': 'VideoId',
  'DeleteVideo videoId': 'VideoIds',
  'DeleteVideo referenceId': 'ReferenceIds',
  'DeleteMediaInfos mediaId': 'MediaIds',
  'DeleteMediaInfos inputUrl': 'InputURLs',
  'DeleteThumbnails task': 'task_id',
};

/** What must be read at the other end: action, parameter, id, and what goes with it. */
const wanted = ({ action }: Operation, { by, id, parent, options }: Target): string =>
  JSON.stringify([
    ...[action, parameterOf[`${action} ${by}`], id],
    parent ? `asset_id=${parent}` : options.replace(/^[a-z]/, (letter) => letter.toUpperCase()),
  ]);
const read = ({ action, by, ids, options }: Call): readonly string[] =>
  ids.map((id) => JSON.stringify([action, by, id, options]));

let world: World;
afterEach(() => world.close());

describe('hostile ids', () => {
  it('are refused with the reason, or sent exactly as they were asked for (100,000 cases)', async () => {
    const caps = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, { cap: 200 }]));
    const namesOf = (provider: string) =>
      operations.filter((operation) => operation.provider === provider).map(({ name }) => name);
    world = await World.open({
      redisUrl: inject('redisUrl'),
      accounts: { acc: caps(namesOf('alibaba')), huawei: caps(namesOf('huawei')) },
      // Media by URL can't be read: those named under two options are tried until they are exhausted.
      settings: { brake: false, retry: { attempts: 3, ceilingMs: 20 } },
    });
    for (const { action } of operations) world.emulator.inventory({ [action]: { any: true } });

    const began = performance.now();
    const expected = new Set<string>();
    const accepted = new Map<string, { operation: Operation; options: unknown; entries: unknown[] }>();
    let refused = 0;
    fc.assert(
      fc.property(asked, ({ operation, entry, options }) => {
        const result = acceptAll('acc', operation, [entry], options);
        if ('problems' in result) {
          refused++;
          expect(result.problems.length).toBeGreaterThan(0);
          for (const { pointer, problem, remedy } of result.problems) {
            expect(pointer).toMatch(/^\/(targets\/0|options)/);
            expect(problem).not.toBe('');
            expect(remedy).not.toBe('');
            // Printable and short, whatever was asked for.
            expect(pointer + problem + remedy).toMatch(/^[\x20-\x7e…]{1,700}$/);
          }
          return;
        }
        const target = result.targets[0]?.target;
        if (!target) throw new Error('accepted, and no target');
        expect(typeof entry === 'string' ? entry : Object.values(entry as object)).toContain(target.id);
        expected.add(wanted(operation, target));
        const name = JSON.stringify([operation.name, options]);
        const group = accepted.get(name) ?? { operation, options, entries: [] };
        group.entries.push(entry);
        accepted.set(name, group);
      }),
      { numRuns: cases, seed: 20_260 },
    );

    const accepting = performance.now() - began;
    world.worker();
    const requests: string[] = [];
    for (const { operation, options, entries } of accepted.values()) {
      const account = operation.provider === 'huawei' ? 'huawei' : 'acc';
      requests.push((await world.enqueue(account, operation.name, entries, { options })).request);
    }
    for (const request of requests) await world.settled(request);
    const deletions = world.emulator.calls().filter(({ action }) => action.startsWith('Delete'));
    console.info(
      `hostile: ${cases} cases, ${refused} refused, ${expected.size} different targets in ${deletions.length} calls`,
      `(${Math.round(accepting)} ms to accept, ${Math.round(performance.now() - began - accepting)} to drain)`,
    );
    expect(new Set(deletions.flatMap(read))).toEqual(expected);
    // Were nothing ever taken, it would say nothing.
    expect(expected.size).toBeGreaterThan(1_000);
    expect(refused).toBeGreaterThan(cases / 2);
    const open = (await everyTarget(world)).filter(({ settlement }) => settlement === null);
    expect(open).toEqual([]);
  });
});
