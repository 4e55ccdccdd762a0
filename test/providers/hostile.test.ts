import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch, Target } from '../../src/deletion.ts';
import { operations } from '../../src/providers/operations.ts';
import type { Operation, Site } from '../../src/providers/operation.ts';
import { examples, idsOnTheWire, problemsOf } from './world.ts';

const site: Site = { region: 'cn-north-4', projectId: '0f51' };

const pieces = [
  ',',
  '\n',
  '\r\n',
  '\0',
  '%2C',
  '%2c',
  '%252C',
  '%00',
  '，',
  '\u200f',
  '\u202e',
  '\u200b',
  '\ud800',
  '\udfff',
  '__proto__',
  'constructor',
  '../',
  '/..',
  '%2e%2e/',
  ' ',
  '\t',
  '\u00a0',
  '@',
  '\\',
  '#',
  '?',
  '&',
  '=',
  '+',
  '%',
  '*',
  '😀',
  'ＡＢ',
  '封面',
];
const hostile = fc.array(
  fc.oneof(
    fc.constantFrom(...pieces),
    fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/),
    fc.string({ unit: 'binary', maxLength: 6 }),
  ),
  { minLength: 1, maxLength: 5 },
);
const prefixed = fc
  .tuple(
    fc.constantFrom(
      '',
      'https://img.example.com/',
      'http://b.oss-cn-shanghai.aliyuncs.com/',
      'OSS://bucket/',
    ),
    hostile,
  )
  .map(([prefix, parts]) => prefix + parts.join(''));

/** What one kind makes of a text; undefined where it is refused. */
function attempt(operation: Operation, kind: string, text: string): Target | undefined {
  const field = operation.kinds.find(({ name }) => name === kind)!.field;
  const options = examples(operation).find((example) => example.kind === kind)?.options;
  const result = operation.accept({ by: kind, [field]: text }, options);
  return 'problems' in result ? undefined : result;
}

describe('accept', () => {
  it('takes no hostile text, unless the wire gives back exactly that one (10,000 cases)', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...operations), prefixed, fc.nat(), (operation, text, n) => {
        const kind = operation.kinds[n % operation.kinds.length]!.name;
        const target = attempt(operation, kind, text);
        if (!target) return;
        taken++;
        expect(target.id).toBe(text);
        // Beside a harmless neighbour, so that a split would show.
        const beside = attempt(operation, kind, operation.kinds.find(({ name }) => name === kind)!.example)!;
        const alone = operation.batchKey(target) !== operation.batchKey(beside);
        const batch: Batch = alone || beside.id === text ? [target] : [target, beside];
        const { query } = operation.request(batch, site);
        expect(idsOnTheWire(query)).toEqual(batch.map(({ id }) => id));
        for (const [, value] of query) expect(decodeURIComponent(encodeURIComponent(value))).toBe(value);
      }),
      { numRuns: 10_000 },
    );
    // Were nothing ever taken, the property would say nothing.
    expect(taken).toBeGreaterThan(100);
  });

  it.each(pieces.filter((piece) => !/^[\w?=&]+$/.test(piece)))('takes no id with %j in it', (piece) => {
    for (const operation of operations) {
      for (const { name } of operation.kinds.filter(({ field }) => field !== 'url')) {
        for (const text of [`abcdef${piece}`, `${piece}abcdef`, `abc${piece}def`]) {
          expect(attempt(operation, name, text)).toBeUndefined();
        }
      }
    }
  });

  it('refuses 10 MB at once, and does not repeat them', () => {
    const huge = 'a'.repeat(10 * 1024 * 1024);
    for (const operation of operations) {
      for (const { name, field } of operation.kinds) {
        const problems = problemsOf(operation, { by: name, [field]: huge }, { [huge]: 1 });
        expect(JSON.stringify(problems).length).toBeLessThan(1500);
        expect(problems.length).toBeGreaterThan(1);
      }
    }
  });

  it('refuses every value that is neither a text nor an object of known fields', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...operations),
        fc.anything(),
        fc.anything(),
        (operation, input, options) => {
          const result = operation.accept(input, options);
          if ('problems' in result) expect(result.problems.length).toBeGreaterThan(0);
          else expect(typeof input).toBe('string');
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('does not take what stands on a prototype for a field', () => {
    const [images] = operations;
    const inherited = Object.create({ by: 'imageId', id: 'abc' }) as object;
    expect(problemsOf(images!, inherited)).toMatchObject([{ pointer: '/by' }]);
    expect(problemsOf(images!, JSON.parse('{"by":"imageId","id":"abc","__proto__":{"x":1}}'))).toMatchObject([
      { pointer: '/__proto__', problem: 'is not a known field' },
    ]);
    expect(problemsOf(images!, { by: 'constructor', id: 'abc' })).toMatchObject([{ pointer: '/by' }]);
  });
});
