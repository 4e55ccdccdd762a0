import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutSecrets } from '../../src/known-secrets.ts';

const without = (text: string, secrets: readonly string[] | ReadonlySet<string>) =>
  withoutSecrets(text, secrets, '***');

describe('withoutSecrets', () => {
  it('replaces each of them, wherever it stands and however often', () => {
    expect(without('secret1, secret2: secret1', ['secret1', 'secret2'])).toBe('***, ***: ***');
    expect(without('secret', ['secret'])).toBe('***');
    expect(without('nothing of the kind', ['secret'])).toBe('nothing of the kind');
  });

  it('takes the longest of those that begin alike', () => {
    expect(without('a secret-of-mine b', ['secret', 'secret-of-mine'])).toBe('a *** b');
  });

  it('knows what was added since, and two collections apart', () => {
    const growing = new Set(['secret1']);
    expect(without('secret1 secret2', growing)).toBe('*** secret2');
    growing.add('secret2');
    expect(without('secret1 secret2', growing)).toBe('*** ***');
    expect(without('secret1 secret2', ['secret2'])).toBe('secret1 ***');
  });

  it('leaves none of many in any text', () => {
    const secret = fc.stringMatching(/^[a-c/%]{6,9}$/);
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 50 }),
        fc.array(fc.string()),
        (secrets, texts) => {
          const text = texts.map((each, n) => each + (secrets[n] ?? '')).join(' ');
          const shown = without(text, secrets);
          expect(secrets.filter((each) => shown.includes(each))).toEqual([]);
        },
      ),
    );
  });

  it('takes no longer among thousands of them than among few', () => {
    const many = Array.from({ length: 20_000 }, (_, n) => `key-of-account-${n}-and-its-secret`);
    const text = 'what a line of the log may look like, with nothing to hide in it '.repeat(100);
    without(text, many);
    const began = performance.now();
    for (let n = 0; n < 20; n++) without(text, many);
    // One by one it would take minutes.
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
