import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestLine } from '../../../src/producers/entries/blocks.ts';
import { readEntries } from '../../../src/producers/entries/entries.ts';
import type { Format } from '../../../src/producers/entries/format.ts';
import { all, parts } from './reading.ts';

/** Something of everything, for each format. */
const inputs: Readonly<Record<Format, Buffer>> = {
  text: Buffer.concat([
    Buffer.from('\uFEFFa\r\nbä€😀\n\n\r\n c,d \n'),
    Buffer.from('x\xff\xc3\ny\n\xf0\x9f\x98', 'latin1'),
    Buffer.from(`\n${'l'.repeat(longestLine + 1)}\nlast\r`),
  ]),
  csv: Buffer.concat([
    Buffer.from('\uFEFFid,title\r\na,"one, ""two""\r\nand\n\nthree"\r\n\r\n"b"\nc"d,x\n"é\n",y\n'),
    Buffer.from('x\xff,z\ny,\xff\n', 'latin1'),
    Buffer.from(`"e"f,g\n${'l"'.repeat(longestLine)}\n,\nlast,"`),
    Buffer.from('q"'),
  ]),
  ndjson: Buffer.from(
    '\uFEFF"a"\r\n{"by":"imageUrl","url":"ä"}\n{oops\n\n7\nnull\n' +
      `"${'l'.repeat(longestLine)}"\n{"entry":"e","line":3,"problem":"is not JSON"}\n[]`,
  ),
};

describe('readEntries', () => {
  it.each(Object.keys(inputs) as Format[])(
    'reads the same %s however its bytes come in parts',
    async (format) => {
      const whole = await all(inputs[format], { format });
      expect(whole.entries.length).toBeGreaterThan(6);
      const bytes = inputs[format].length;
      // Where the line that is too long lies, any cut is like the next.
      const places = fc.nat(200).chain((at) => fc.constantFrom(at, bytes - 1 - at, longestLine + at));
      await fc.assert(
        fc.asyncProperty(fc.array(places, { maxLength: 40 }), async (cuts) => {
          const sorted = [...new Set([0, ...cuts.filter((at) => at > 0 && at < bytes), bytes])].sort(
            (a, b) => a - b,
          );
          const cut = sorted.slice(1).map((end, index) => inputs[format].subarray(sorted[index], end));
          const { entries, fingerprint } = await all(piecewise(cut), { format });
          expect(entries).toEqual(whole.entries);
          expect(fingerprint).toEqual(whole.fingerprint);
        }),
        { numRuns: 60 },
      );
    },
  );

  it.each(['text', 'csv', 'ndjson'] as const)(
    'reads the same %s byte by byte, packed or not',
    async (format) => {
      const short = { text: 'ä\r\n€\nb', csv: 'id,x\r\n"ä\r\n",€\n"b""",', ndjson: '"ä"\r\n"b"' }[format];
      const whole = await all(short, { format });
      expect((await all(parts(short, 1), { format })).entries).toEqual(whole.entries);
      const packed = Buffer.concat([gzipSync(short.slice(0, 4)), gzipSync(short.slice(4))]);
      expect((await all(parts(packed, 1), { format, gzip: true })).entries).toEqual(whole.entries);
    },
  );

  it('tells of every text line that is none, with its number, and reads on', async () => {
    const { good, bad } = await all(inputs.text);
    expect(good).toEqual([
      [1, 'a'],
      [2, 'bä€😀'],
      [5, ' c,d '],
      [7, 'y'],
      [10, 'last'],
    ]);
    expect(bad.map(({ at, problem }) => [at, problem])).toEqual([
      [6, 'is not UTF-8'],
      [8, 'is not UTF-8'],
      [9, 'is longer than 64 KB'],
    ]);
    expect(bad[2]?.text).toBe('l'.repeat(2_048));
  });

  it('takes a line of 64 KB, and none that is a byte longer, wherever it stands', async () => {
    for (const before of ['', 'a\n', 'a\n'.repeat(40_000)])
      for (const after of ['', '\n', '\nb\n']) {
        const fits = await all(`${before}${'x'.repeat(longestLine)}${after}`);
        expect(fits.bad).toEqual([]);
        const { bad, good } = await all(`${before}${'x'.repeat(longestLine + 1)}${after}`);
        expect(bad).toMatchObject([{ at: before.length / 2 + 1, problem: 'is longer than 64 KB' }]);
        expect(good).toHaveLength(fits.good.length - 1);
      }
  });

  it('does not break a character where it cuts a line that is too long', async () => {
    const { bad } = await all(`a${'ä'.repeat(longestLine)}`);
    expect(bad[0]?.text).toBe(`a${'ä'.repeat(1_023)}`);
  });

  it('tells of every CSV record that is none, with the line on which it begins, and reads on', async () => {
    const { good, bad } = await all(inputs.csv.subarray(0, -3), { format: 'csv' });
    expect(good).toEqual([
      [2, 'a'],
      [7, 'b'],
      [9, 'é\n'],
      [12, 'y'],
      [15, ''],
      [16, 'last'],
    ]);
    expect(bad.map(({ at, problem }) => [at, problem])).toEqual([
      [8, 'is not CSV (invalid opening quote)'],
      [11, 'is not UTF-8'],
      [13, 'is not CSV (invalid closing quote)'],
      [14, 'is longer than 64 KB'],
    ]);
    expect(bad[0]?.text).toBe('c"d,x');
  });

  it('reads JSON values of every kind, and what a rejects file holds for a line', async () => {
    const { good, bad } = await all(inputs.ndjson, { format: 'ndjson' });
    expect(good).toEqual([
      [1, 'a'],
      [2, { by: 'imageUrl', url: 'ä' }],
      [5, 7],
      [6, null],
      [8, 'e'],
      [9, []],
    ]);
    expect(bad.map(({ at, problem }) => [at, problem])).toEqual([
      [3, 'is not JSON'],
      [7, 'is longer than 64 KB'],
    ]);
  });

  it('forgets what a line of a rejects file was before, once it has an entry', async () => {
    const line = { line: 3, problem: 'is not JSON', text: '{oops' };
    const content = [
      { entry: null, ...line },
      { entry: 'mended', ...line },
    ].map((each) => JSON.stringify(each));
    const { entries } = await all(content.join('\n'), { format: 'ndjson' });
    expect(entries).toEqual([
      { at: 1, text: '{oops', value: null },
      { at: 2, text: '"mended"', value: 'mended' },
    ]);
  });

  it('hands out batches of the same size, the last one excepted', async () => {
    const { batches } = await all('a\n'.repeat(10), { batch: 4 });
    expect(batches.map((batch) => batch.length)).toEqual([4, 4, 2]);
  });

  it.each(['', '\n', '\uFEFF', '\uFEFF\r\n'])(
    'reads nothing from an input without any line (%j)',
    async (nothing) => {
      for (const format of ['text', 'csv', 'ndjson'] as const) {
        expect((await all(nothing, { format })).entries).toEqual([]);
        expect((await all(gzipSync(nothing), { format, gzip: true })).entries).toEqual([]);
      }
    },
  );

  it('names the column that it reads', async () => {
    const content = 'title,id\nt,a\n';
    expect(await all(content, { format: 'csv', column: 'id' })).toMatchObject({
      column: 'id',
      good: [[2, 'a']],
    });
    expect(await all(content, { format: 'csv' })).toMatchObject({ column: 'title', good: [[2, 't']] });
    expect((await all('', { format: 'csv' })).column).toBeUndefined();
    await expect(all('', { format: 'csv', column: 'id' })).rejects.toThrow('has no column "id"');
  });

  it('answers the hash and the length of the bytes as they came, packed or not', async () => {
    const content = Buffer.from('\uFEFFa\r\n');
    const packed = gzipSync(content);
    for (const [bytes, gzip] of [
      [content, false],
      [packed, true],
    ] as const) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect((await all(bytes, { gzip })).fingerprint).toEqual({ sha256, bytes: bytes.length });
    }
  });

  it.each([
    ['one whose quote never closes', 'id\na\nb,"c\nd\n', 3, 'quote not closed'],
    ['one that breaks on a later line than it begins', 'id\na\n"b\nc\n"d"\n', 3, 'invalid closing quote'],
    ['one that goes on after it broke', 'id\n"b"c,"d\n",e\n', 2, 'invalid closing quote'],
    [
      'one that goes on for more than a megabyte',
      `id\na\n"${'b\n'.repeat(600_000)}"\n`,
      3,
      'quote not closed',
    ],
    ['a line too long within one', `id\na\n"b\n${'c'.repeat(longestLine + 1)}\n"\n`, 3, 'quote not closed'],
    ['a line too long that opens one', `id\n"${'c'.repeat(longestLine + 1)}\nd"\n`, 2, 'quote not closed'],
    ['a heading that is none', 'i"d\na\n', 1, 'is not CSV (invalid opening quote)'],
  ])('ends at a CSV record of which nobody knows the end: %s', async (_, content, line, why) => {
    await expect(all(content, { format: 'csv' })).rejects.toMatchObject({
      name: 'NotCsv',
      message: expect.stringContaining(`is not CSV at line ${line} (${why})`) as string,
    });
  });

  it('takes broken quotes for the end of the input where it is told to', async () => {
    await expect(all('id\na\nb"c\n', { format: 'csv', strict: true })).rejects.toThrow(/line 3/);
  });

  it.each([
    ['UTF-16', Buffer.from('\uFEFFa\n', 'utf16le'), 'is UTF-16: save it as UTF-8'],
    [
      'UTF-16, the other way round',
      Buffer.from('\uFEFFa\n', 'utf16le').swap16(),
      'is UTF-16: save it as UTF-8',
    ],
    [
      'gzip under another name',
      gzipSync('a\n'),
      'is gzip: unpack it, or say that it is (a name that ends with .gz, Content-Encoding: gzip)',
    ],
  ])('refuses %s as a whole', async (_, content, message) => {
    await expect(all(parts(content, 1))).rejects.toMatchObject({ name: 'Unreadable', message });
  });

  const member = gzipSync('a\n'.repeat(100_000));
  it.each([
    ['cut off', [member.subarray(0, -1)]],
    ['cut off after its first member', [member, member.subarray(0, 20)]],
    ['empty', []],
    ['no gzip', [Buffer.from('a\n')]],
    ['followed by something else', [member, Buffer.from('a\n')]],
    ['followed by something else and more', [member, Buffer.from('a\n'), member]],
    ['followed by zeros', [Buffer.concat([member, Buffer.alloc(9)])]],
    ['interrupted by zeros', [Buffer.concat([member, Buffer.alloc(9)]), member, member]],
  ])('rejects gzip that is %s', async (_, pieces) => {
    await expect(all(piecewise(pieces), { gzip: true })).rejects.toMatchObject({
      name: 'Unreadable',
      message: 'is not gzip, or was cut off',
    });
  });

  it('rejects where its source breaks off, packed or not', async () => {
    for (const gzip of [false, true]) {
      const broken = (async function* () {
        yield gzip ? member : Buffer.from('a\n'.repeat(100_000));
        throw new Error('the disk is gone');
      })();
      await expect(all(broken, { gzip })).rejects.toThrow('the disk is gone');
    }
  });

  it('lets go of its source when it is left early', async () => {
    for (const reads of [1, 2]) {
      let left = false;
      const endless = (async function* () {
        try {
          for (;;) yield Buffer.from('a\n'.repeat(9_000));
        } finally {
          left = true;
        }
      })();
      const { batches } = await readEntries(endless, { format: 'text', gzip: false });
      for (let n = 0; n < reads; n++) await batches.next();
      await batches.return(undefined);
      expect(left).toBe(true);
    }
  });

  it('stops at the bound, unpacked', async () => {
    const large = Buffer.alloc(2 ** 20 + 1, 'a\n');
    for (const [bytes, gzip] of [
      [large, false],
      [gzipSync(large), true],
    ] as const)
      await expect(all(bytes, { gzip, megabytes: 1 })).rejects.toThrow('is larger than 1 MB: split it');
    expect((await all(large.subarray(1), { megabytes: 1 })).good).toHaveLength(2 ** 19);
  });
});

async function* piecewise(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
