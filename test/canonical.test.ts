import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical } from '../src/canonical.ts';

describe('canonical', () => {
  // RFC 8785, sections 3.2.2 to 3.2.4; the numbers are its "numbers" member.
  it('writes the example of RFC 8785 as the RFC does', () => {
    const example = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(canonical(JSON.parse(example))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  // RFC 8785, section 3.2.3: by UTF-16 code units, so that an emoji comes before U+FB33.
  it('sorts members as the RFC does', () => {
    const example =
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}';
    const sorted = Object.values(JSON.parse(canonical(JSON.parse(example))) as object);
    // A parsed object has its integer names first, whatever the order of the text.
    expect(sorted.filter((name) => name !== 'One')).toEqual([
      ...['Carriage Return', 'Control', 'Latin Small Letter O With Diaeresis', 'Euro Sign'],
      ...['Emoji: Grinning Face', 'Hebrew Letter Dalet With Dagesh'],
    ]);
    expect(canonical(JSON.parse(example))).toMatch(/^\{"\\r":"Carriage Return","1":"One",/);
  });

  it('is one text for equal JSON, and parses to it again', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonical(value);
        expect(canonical(JSON.parse(text))).toBe(text);
        expect(JSON.stringify(JSON.parse(text), sorted)).toBe(
          JSON.stringify(JSON.parse(JSON.stringify(value)), sorted),
        );
      }),
    );
  });
});

/** Objects as lists of their members, by name. */
const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    : value;
