import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { newKey, personWith, sha256Of, unprovenPerson } from '../../src/producers/person.ts';
import { scopes } from '../../src/producers/scopes.ts';

describe('newKey', () => {
  it('is expunge_ and 43 characters of base64url, another each time', () => {
    const keys = new Set(Array.from({ length: 100 }, () => newKey(systemClock)));
    expect(keys.size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^expunge_[\w-]{43}$/);
  });

  it('holds all of 256 bits of the clock’s chance', () => {
    const nonces = ['0'.repeat(31) + '1', 'f'.repeat(32)];
    const bytes = Buffer.from(newKey({ nonce: () => nonces.shift() ?? '' }).slice(8), 'base64url');
    expect(bytes.toString('hex')).toBe('0'.repeat(31) + '1' + 'f'.repeat(32));
  });
});

describe('personWith', () => {
  const key = (name: string, over: object = {}) => {
    return { name, sha256: sha256Of(`${name}-key`), scopes: ['read:a'], ...over };
  };

  it('finds whose key it is, wherever that stands, by what its scopes say', () => {
    const person = personWith('ben-key', [key('ann'), key('ben', { scopes: ['read:a', 'approve'] })]);
    expect(person).toMatchObject({ name: 'ben', known: true });
    const asked = (['read', 'approve', 'keys'] as const).map((scope) => person?.may(scope, 'b'));
    expect(asked).toEqual([false, true, false]);
    expect(person?.may('read', 'a')).toBe(true);
  });

  it.each(['', 'ann', 'ann-key ', 'ANN-KEY', sha256Of('ann-key')])('knows nobody by %j', (given) => {
    expect(personWith(given, [key('ann')])).toBeUndefined();
  });

  it('takes no key that is not live', () => {
    expect(personWith('ann-key', [key('ann', { live: false })])).toBeUndefined();
    expect(personWith('ann-key', [key('ann', { live: true })])?.name).toBe('ann');
    expect(personWith('ann-key', [key('ann', { live: false }), key('ann')])?.name).toBe('ann');
  });

  it('reads a hash in capitals', () => {
    expect(personWith('ann-key', [key('ann', { sha256: sha256Of('ann-key').toUpperCase() })])?.name).toBe(
      'ann',
    );
  });
});

describe('unprovenPerson', () => {
  it('may everything but approve and keys', () => {
    const denied = scopes.filter((scope) => !unprovenPerson('root').may(scope, 'a'));
    expect(denied).toEqual(['approve', 'keys']);
  });
});
