import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fromFile, openEntries } from '../../src/producers/cli/entries.ts';

async function read(
  name: string,
  content: string | Uint8Array,
  more: { column?: string; megabytes?: number } = {},
) {
  const cwd = mkdtempSync(join(tmpdir(), 'expunge-entries-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  writeFileSync(join(cwd, name), content);
  const { entries, bad, source, unit } = await fromFile(name, { cwd, stdin: Readable.from([]), ...more });
  return { values: entries.map(({ value }) => value), lines: entries.map(({ at }) => at), bad, source, unit };
}

describe('fromFile', () => {
  it('reads one id a line, whichever way lines end, skips empty lines and counts them', async () => {
    const { values, lines, bad } = await read('ids.txt', '\uFEFFa\r\nb\n\n\r\nc');
    expect(values).toEqual(['a', 'b', 'c']);
    expect(lines).toEqual([1, 2, 5]);
    expect(bad).toEqual([]);
  });

  it('neither trims nor splits what stands on a line', async () => {
    const { values } = await read('ids.txt', ' a\nb \n\t\nc,d\ne\rf\ng\0h\n"i"\n');
    expect(values).toEqual([' a', 'b ', '\t', 'c,d', 'e\rf', 'g\0h', '"i"']);
  });

  it('holds bytes that are no UTF-8 against their line', async () => {
    const { values, bad } = await read('ids.txt', Buffer.from('a\nb\xffc\nd\n', 'latin1'));
    expect(values).toEqual(['a', 'd']);
    expect(bad).toMatchObject([{ at: 2, problem: 'is not UTF-8' }]);
  });

  it('tells a UTF-16 file as a whole', async () => {
    await expect(read('ids.txt', Buffer.from('\uFEFFa\nb\n', 'utf16le'))).rejects.toMatchObject({
      exit: 2,
      message: 'the file ids.txt is UTF-16: save it as UTF-8',
    });
  });

  it('takes the first column of a CSV file, and what its quotes protect', async () => {
    const { values, lines, source, bad } = await read(
      'ids.csv',
      '\uFEFFid,title\r\na,"one, two"\r\n"b","x"\n"c ""d""",y\n\ne\n',
    );
    expect(values).toEqual(['a', 'b', 'c "d"', 'e']);
    expect(lines).toEqual([2, 3, 4, 6]);
    expect(source).toBe('ids.csv, column "id"');
    expect(bad).toEqual([]);
  });

  it('takes the named column, and tells the lines that lack it', async () => {
    const { values, bad } = await read('ids.csv', 'title,id\none,a\ntwo\nthree,\n', { column: 'id' });
    expect(values).toEqual(['a', '']);
    expect(bad).toEqual([{ at: 3, text: 'two', problem: 'has no column 2', remedy: 'Complete the line.' }]);
  });

  it.each([
    ['id,title\na,b\n', 'url', 'ids.csv has no column "url"; it has: id, title'],
    ['id,id\na,b\n', 'id', 'ids.csv has two columns "id"'],
  ])('refuses a column that is not there or there twice', async (content, column, message) => {
    await expect(read('ids.csv', content, { column })).rejects.toMatchObject({ exit: 2, message });
  });

  it('names the line where a file stops being CSV', async () => {
    await expect(read('ids.csv', 'id\na\n"b\n')).rejects.toThrow(/^ids\.csv is not CSV at line \d/);
    await expect(read('ids.csv', 'id\na\nb"c\n')).rejects.toThrow(/line 3/);
  });

  it('reads NDJSON entries, and tells the lines that are none', async () => {
    const { values, bad } = await read('ids.ndjson', '"a"\n{"by":"imageUrl","url":"u"}\n{oops\n\n7\n');
    expect(values).toEqual(['a', { by: 'imageUrl', url: 'u' }, 7]);
    expect(bad).toMatchObject([{ at: 3, text: '{oops', problem: 'is not JSON' }]);
  });

  it.each(['txt', 'csv', 'ndjson'])('reads a gzipped .%s file like a plain one', async (type) => {
    const content = { txt: 'a\nb\n', csv: 'id\na\nb\n', ndjson: '"a"\n"b"\n' }[type] ?? '';
    const { values } = await read(`ids.${type}.gz`, gzipSync(content));
    expect(values).toEqual(['a', 'b']);
  });

  it.each([
    ['ids.txt.gz', 'a\nb\n', 'is not gzip, or was cut off'],
    ['ids.txt.gz', gzipSync('a'.repeat(10_000)).subarray(0, 30), 'is not gzip, or was cut off'],
  ])('refuses a damaged %s', async (name, content, why) => {
    await expect(read(name, content)).rejects.toMatchObject({ exit: 2, message: `the file ${name} ${why}` });
  });

  it.each([
    ['ids.txt', Buffer.alloc(2 ** 20 + 1, 'a\n')],
    ['ids.txt.gz', gzipSync(Buffer.alloc(2 ** 20 + 1, 'a\n'))],
  ])('refuses %s where it is larger than what is held in memory, unpacked', async (name, content) => {
    await expect(read(name, content, { megabytes: 1 })).rejects.toThrow('is larger than 1 MB: split it');
  });

  it.each([
    ['missing.txt', 'does not exist'],
    ['.', 'is a directory'],
  ])('says what is wrong with the file %s', async (name, why) => {
    const given = { cwd: tmpdir(), stdin: Readable.from([]) };
    await expect(fromFile(name, given)).rejects.toMatchObject({
      exit: 2,
      message: `the file ${name} ${why}`,
    });
  });

  it('reads standard input as text, its parts joined', async () => {
    const stdin = Readable.from([Buffer.from('a\nb\xc3', 'latin1'), Buffer.from('\xa4\n', 'latin1')]);
    const { entries, source } = await fromFile('-', { cwd: '/', stdin });
    expect(entries.map(({ value }) => value)).toEqual(['a', 'bä']);
    expect(source).toBe('standard input');
  });
});

describe('openEntries', () => {
  const csv = (text: string) => Readable.from([Buffer.from(text)]);

  it('reads standard input as what it is said to be, and a file whatever its name says', async () => {
    const stdin = await openEntries('-', {
      cwd: '/',
      stdin: csv('title,id\nt,a\n'),
      column: 'id',
      format: 'csv',
    });
    expect(stdin).toMatchObject({ source: 'standard input, column "id"', column: 'id', format: 'csv' });
    expect((await stdin.batches.next()).value).toEqual([{ at: 2, text: 'a', value: 'a' }]);
    const cwd = mkdtempSync(join(tmpdir(), 'expunge-entries-'));
    onTestFinished(() => rmSync(cwd, { recursive: true }));
    writeFileSync(join(cwd, 'ids.csv'), 'a,b\n');
    const text = await openEntries('ids.csv', { cwd, stdin: csv(''), format: 'text' });
    expect((await text.batches.next()).value).toEqual([{ at: 1, text: 'a,b', value: 'a,b' }]);
  });

  it('tells of a broken CSV record as of any other bad line', async () => {
    const { batches } = await openEntries('-', { cwd: '/', stdin: csv('id\nb"c\nd\n'), format: 'csv' });
    expect((await batches.next()).value).toMatchObject([
      { at: 2, text: 'b"c' },
      { at: 3, value: 'd' },
    ]);
  });

  it('ends the command where the input turns out to be unreadable only later', async () => {
    const stdin = csv(`id\n${'a\n'.repeat(100_000)}"b\n`);
    const { batches } = await openEntries('-', { cwd: '/', stdin, format: 'csv' });
    const read = async () => {
      for await (const batch of batches) expect(batch).not.toEqual([]);
    };
    await expect(read()).rejects.toMatchObject({
      exit: 2,
      message: expect.stringMatching(
        /^standard input is not CSV at line 100002 \(quote not closed\): /,
      ) as string,
    });
  });
});
