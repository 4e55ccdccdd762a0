import { describe, expect, it } from 'vitest';
import { readFileText } from '../../src/config/file.ts';

const read = (text: string, env: Record<string, string> = {}) => readFileText(text, env);

describe('readFileText', () => {
  it('substitutes in plain, quoted, nested and partial values, and not twice', () => {
    const text = 'a: ${X}\nb: "<${X}>"\nc: { d: ${X}, e: [ \'${X}${Y}\' ] }\nf: |\n  ${Y}\n';
    expect(read(text, { X: '${Y}', Y: '1' }).value).toEqual({
      a: '${Y}',
      b: '<${Y}>',
      c: { d: '${Y}', e: ['${Y}1'] },
      f: '1\n',
    });
  });

  it('keeps $${X} as ${X} and leaves comments alone', () => {
    expect(read('a: $${X}\nb: { c: $${X} } # ${NOT_SET}\n')).toMatchObject({
      value: { a: '${X}', b: { c: '${X}' } },
      findings: [],
    });
  });

  it.each([
    ['a: ${X}', 'X, which is not set'],
    ['a: ${E}', 'E, which is empty'],
    ['a: ${X:-b}', 'not the name'],
    ['a: ${}', 'not the name'],
    ['${X}: a', 'not a name for a field'],
    ['__proto__: a', 'not a name for a field'],
    ['a: 1\na: 2', 'twice'],
    ['a: *b', 'alias'],
    ['a: !b c', 'tag'],
    ['a:\n\tb: 1', 'tab'],
    ['a: "b', 'not closed'],
    ['a: b: c', '": "'],
    ['a: 1\n---\nb: 1', 'second document'],
    ['? [a]\n: b', 'not a text'],
  ])('finds what is wrong with %j', (text, expected) => {
    const { findings } = read(text, { E: '' });
    expect(findings.map(({ problem }) => problem).join()).toContain(expected);
  });

  it('reads words as YAML 1.2 does', () => {
    expect(read('a: no\nb: 012\nc: 1e3\nd: ~\ne: 0o10').value).toEqual({
      a: 'no',
      b: 12,
      c: 1000,
      d: null,
      e: 8,
    });
  });

  it('knows the line of a path, and the nearest above one that is missing', () => {
    const { lineOf } = read('a:\n  b:\n    - 1\n    - 2\n');
    expect(lineOf(['a', 'b', 1])).toBe(4);
    expect(lineOf(['a', 'c', 'd'])).toBe(1);
    expect(lineOf(['z'])).toBeUndefined();
  });
});
