import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createRejects, rejectsOf } from '../../../src/producers/campaign/rejects.ts';
import type { BadEntry } from '../../../src/producers/entries/entries.ts';
import { formatOf, type Format } from '../../../src/producers/entries/format.ts';
import { all } from '../entries/reading.ts';

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'expunge-rejects-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return { path, files: () => readdirSync(path).sort(), at: (name: string) => join(path, name) };
}

const refused = (at: number, value: unknown): BadEntry => ({
  ...{ at, value, text: typeof value === 'string' ? value : JSON.stringify(value) },
  ...{ problem: 'holds U+002C', remedy: 'Give the id, "exactly".' },
});
const unread = (at: number, text: string): BadEntry => ({
  at,
  text,
  problem: 'is not UTF-8',
  remedy: 'Save it.',
});

interface Given {
  readonly format?: Format;
  readonly column?: string;
  readonly path?: string;
}

async function write(into: ReturnType<typeof folder>, lines: readonly BadEntry[], given: Given = {}) {
  const { format = 'text', path, column } = given;
  const otherwise = into.at(rejectsOf('ids.txt', format));
  const rejects = await createRejects({ clock: systemClock, format, column, path, otherwise });
  for (const line of lines) await rejects.add(line);
  return { path: await rejects.finish(), rejects };
}

/** What a plan of the rejects file reads. */
async function read(path: string | undefined, column?: string) {
  if (path === undefined) throw new Error('there is no file');
  const { good, bad } = await all(readFileSync(path), { format: formatOf(path).format, column });
  expect(bad).toEqual([]);
  return good.map(([, value]) => value);
}

const twenty = Array.from({ length: 20 }, (_, index) => refused(index + 1, `id,${index}`));

describe('createRejects', () => {
  it('writes no file for twenty lines, and all of them for one more', async () => {
    const into = folder();
    const few = await write(into, twenty);
    expect(few).toMatchObject({ path: undefined, rejects: { total: 20, first: twenty } });
    expect(into.files()).toEqual([]);
    const many = await write(into, [...twenty, refused(70, 'more')]);
    expect(many).toMatchObject({ path: into.at('ids.rejects.csv'), rejects: { total: 21, first: twenty } });
    expect(into.files()).toEqual(['ids.rejects.csv']);
    expect(await read(many.path)).toEqual([...twenty.map(({ text }) => text), 'more']);
  });

  it('writes every line to a path that is given, and nothing where there is none', async () => {
    const into = folder();
    const path = into.at('mine.csv');
    expect(await write(into, [], { path })).toMatchObject({ path: undefined });
    expect(into.files()).toEqual([]);
    expect((await write(into, [refused(3, 'a')], { path })).path).toBe(path);
    expect(readFileSync(path, 'utf8')).toBe(
      'id,line,problem,remedy,text\na,3,holds U+002C,"Give the id, ""exactly"".",\n',
    );
  });

  it('gives back every text that it was given', async () => {
    const into = folder();
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', ' ', '\0', 'ä') }),
    );
    let n = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1 }),
        fc.constantFrom('id', 'line', '', 'a "b", c'),
        async (ids, column) => {
          const values = ids.map((each) => each.replaceAll('\uFFFD', '?').replace(/^\{/, '['));
          const path = into.at(`${n++}.csv`);
          await write(
            into,
            values.map((value, index) => refused(index + 1, value)),
            { path, format: 'csv', column },
          );
          expect(await read(path)).toEqual(values);
          expect(await read(path, column)).toEqual(values);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('gives back every JSON value that it was given, also by way of a second file', async () => {
    const into = folder();
    const values = [
      'a',
      { by: 'imageUrl', url: 'ä,"' },
      7,
      [],
      { entry: 1 },
      { entry: 'x', problem: 'y' },
      false,
    ];
    const once = await write(
      into,
      values.map((value, at) => refused(at, value)),
      { path: into.at('1.ndjson'), format: 'ndjson' },
    );
    const { entries } = await all(readFileSync(once.path ?? ''), { format: 'ndjson' });
    expect(entries.map((each) => ('value' in each ? each.value : undefined))).toEqual(values);
    expect(entries.map(({ text }) => text)).toEqual(values.map((value) => JSON.stringify(value)));
    const again = entries.map((each) => ({ ...each, problem: 'is wrong', remedy: 'Mend it.' }));
    const twice = await write(into, again, { path: into.at('2.ndjson'), format: 'ndjson' });
    expect(await read(twice.path)).toEqual(values);
  });

  it('gives back an object that stood in a cell', async () => {
    const into = folder();
    const value = { by: 'imageUrl', url: 'a,"b"' };
    const { path } = await write(into, [refused(1, value)], { path: into.at('a.csv'), format: 'csv' });
    expect(await read(path)).toEqual([value]);
  });

  it('leaves the place of the value empty for a line that was no entry, and shows what it said', async () => {
    const into = folder();
    const csv = await write(into, [unread(4, 'looks-like-an-id')], { path: into.at('a.csv') });
    expect(readFileSync(csv.path ?? '', 'utf8')).toContain('\n,4,is not UTF-8,Save it.,looks-like-an-id\n');
    expect(await read(csv.path)).toEqual(['']);
    const json = await write(into, [unread(4, 'looks-like-an-id')], {
      path: into.at('a.ndjson'),
      format: 'ndjson',
    });
    const { entries } = await all(readFileSync(json.path ?? ''), { format: 'ndjson' });
    expect(entries).toEqual([{ at: 1, text: 'looks-like-an-id', value: null }]);
  });

  it('does not pass on a number that is not the one that was written, nor a value that is cut', async () => {
    const into = folder();
    const raw = '{"videoId":12345678901234567890}';
    const large = { ...refused(1, JSON.parse(raw)), text: raw };
    const path = into.at('a.ndjson');
    await write(into, [large, refused(2, 'x'.repeat(2_100))], { path, format: 'ndjson' });
    expect(await read(path)).toEqual([null, null]);
    expect(readFileSync(path, 'utf8')).toContain('"text":"{\\"videoId\\":12345678901234567890}"');
    const text = await write(into, [refused(2, 'x'.repeat(2_100))], { path: into.at('a.csv') });
    expect(await read(text.path)).toEqual([`${'x'.repeat(2_048)}…`]);
  });

  it('gets over a line that is nested as deep as a line can be', async () => {
    const into = folder();
    const text = '['.repeat(30_000) + ']'.repeat(30_000);
    const { entries } = await all(text, { format: 'ndjson' });
    expect(entries).toHaveLength(1);
    const bad = entries.map((each) => ({ ...each, problem: 'is wrong', remedy: 'Mend it.' }));
    expect(
      await read((await write(into, bad, { path: into.at('a.ndjson'), format: 'ndjson' })).path),
    ).toEqual([null]);
  });

  it('never takes the place of a file: a path that is given is refused, another name is found', async () => {
    const into = folder();
    const path = into.at('mine.csv');
    writeFileSync(path, 'precious');
    const taken = createRejects({ clock: systemClock, format: 'text', path, otherwise: '' });
    await expect(taken).rejects.toMatchObject({
      name: 'NoRejects',
      message: `${path} exists: move it away, or give the rejects another name`,
    });
    const many = [...twenty, refused(70, 'more')];
    const paths = [await write(into, many), await write(into, many), await write(into, many)].map(
      (each) => each.path,
    );
    expect(paths).toEqual(['ids.rejects.csv', 'ids.rejects-2.csv', 'ids.rejects-3.csv'].map(into.at));
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('refuses a file that was made while it was written', async () => {
    const into = folder();
    const path = into.at('mine.csv');
    const rejects = await createRejects({ clock: systemClock, format: 'text', path, otherwise: '' });
    await rejects.add(refused(1, 'a'));
    writeFileSync(path, 'precious');
    await expect(rejects.finish()).rejects.toThrow('exists');
    await rejects.discard();
    expect(into.files()).toEqual(['mine.csv']);
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('refuses a name that says another format than it writes, and at the first line a folder that is not there', async () => {
    const into = folder();
    const name = { path: into.at('a.csv'), format: 'ndjson' } as const;
    await expect(write(into, twenty, name)).rejects.toThrow(/name that ends with \.ndjson$/);
    const place = into.at('missing/a.csv');
    const rejects = await createRejects({ clock: systemClock, format: 'text', path: place, otherwise: '' });
    await expect(rejects.add(refused(1, 'a'))).rejects.toThrow("can't be written (ENOENT)");
  });

  it('is not there under its name before it is complete, and leaves nothing when it is discarded', async () => {
    const into = folder();
    const path = into.at('mine.csv');
    const rejects = await createRejects({ clock: systemClock, format: 'text', path, otherwise: '' });
    for (let n = 0; n < 5_000; n++) await rejects.add(refused(n, `id,${n}`));
    expect(into.files()).toEqual([expect.stringMatching(/^mine\.csv\..*\.part$/)]);
    await rejects.discard();
    expect(into.files()).toEqual([]);
  });
});

describe('rejectsOf', () => {
  it.each([
    ['ids.txt', 'text', 'ids.rejects.csv'],
    ['a.b/ids', 'text', 'a.b/ids.rejects.csv'],
    ['../ids.CSV.gz', 'csv', '../ids.rejects.csv'],
    ['ids.rejects.csv', 'csv', 'ids.rejects.csv'],
    ['ids.rejects-2.ndjson', 'ndjson', 'ids.rejects.ndjson'],
    ['-', 'csv', 'rejects.csv'],
    ['-', 'ndjson', 'rejects.ndjson'],
  ] as const)('names the rejects of %s (%s) %s', (file, format, name) => {
    expect(rejectsOf(file, format)).toBe(name);
  });
});
