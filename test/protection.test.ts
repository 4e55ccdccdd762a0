import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globOf, protectionOf, type ProtectedLists } from '../src/protection.ts';

/** By the definition: a star is nothing, or one character and a star. Takes exponential time. */
function naive([first, ...rest]: readonly string[], [head, ...tail]: readonly string[]): boolean {
  if (first === undefined) return head === undefined;
  if (first === '*')
    return naive(rest, head === undefined ? [] : [head, ...tail]) || eats(first, rest, head, tail);
  return head !== undefined && (first === '?' || first === head) && naive(rest, tail);
}
const eats = (
  star: string,
  rest: readonly string[],
  head: string | undefined,
  tail: readonly string[],
): boolean => head !== undefined && naive([star, ...rest], tail);

describe('globOf', () => {
  it.each([
    ['prod-*', 'prod-1', true],
    ['prod-*', 'prod-', true],
    ['prod-*', 'Prod-1', false],
    ['prod-*', 'my-prod-1', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a?c', 'a😀c', true],
    ['exact', 'exact', true],
    ['exact', 'exactly', false],
    ['*', '', true],
    ['https://cdn.example.com/*/brand/*.png', 'https://cdn.example.com/a/b/brand/x.png', true],
    ['a.c', 'abc', false],
    ['[ab]+(c|d)$', '[ab]+(c|d)$', true],
    ['(a+)+*', 'aaaa', false],
  ])('%s fits %s: %s', (pattern, text, fits) => {
    expect(globOf(pattern)(text)).toBe(fits);
  });

  it('says what the definition says, of any pattern and text', () => {
    const short = (letters: string) =>
      fc.string({ unit: fc.constantFrom(...Array.from(letters)), maxLength: 8 });
    fc.assert(
      fc.property(short('ab*?'), short('ab'), (pattern, text) => {
        expect(globOf(pattern)(text)).toBe(naive(Array.from(pattern), Array.from(text)));
      }),
      { numRuns: 5_000 },
    );
  });

  it('takes no more steps than pattern times text, whatever the pattern', () => {
    const pattern = `${'a*'.repeat(30)}b`;
    const before = performance.now();
    expect(globOf(pattern)('a'.repeat(2_048))).toBe(false);
    // Backtracking over thirty stars would take longer than the universe has.
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

describe('protectionOf', () => {
  const lists = (ids: readonly string[], ...patterns: string[]): ProtectedLists => ({
    files: [{ path: '/etc/keep.txt', lines: new Map(ids.map((id, index) => [id, index + 2])) }],
    patterns,
  });

  it('tells the line of the file, or the pattern', () => {
    const { why } = protectionOf(lists(['a', 'b'], 'prod-*'));
    expect(why('b')).toBe('line 3 of /etc/keep.txt');
    expect(why('prod-7')).toBe('the pattern prod-*');
    expect(why('c')).toBeUndefined();
    expect(why('B')).toBeUndefined();
  });

  it('protects what any of several lists protects', () => {
    const { why } = protectionOf(lists(['a']), undefined, lists([], 'b*'));
    expect(['a', 'b1', 'c'].map((id) => why(id) !== undefined)).toEqual([true, true, false]);
  });

  it('protects nothing where there are no lists', () => {
    expect(protectionOf().why('')).toBeUndefined();
    expect(protectionOf(lists([])).why('a')).toBeUndefined();
  });

  it('protects what belongs to something that is protected', () => {
    const { why } = protectionOf(lists(['asset-1'], 'keep*'));
    expect(why('task-1', 'asset-1')).toBe(
      'line 2 of /etc/keep.txt, which protects asset-1 and what belongs to it',
    );
    expect(why('task-1', 'asset-2')).toBeUndefined();
    expect(why('keep-1', 'asset-2')).toBe('the pattern keep*');
  });
});
