/** Keys in the ledger: at most two live of one name, counted by the ledger's clock. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLedger } from '../../src/ledger/ledger.ts';
import { databases } from './databases.ts';
import { entry, startWork } from './work.ts';

/** As a key's hash looks; the first twelve digits are its id. */
const hash = (n: number): string => String(n).padStart(12, '0').padEnd(64, 'a');
const id = (n: number): string => hash(n).slice(0, 12);
const key = (n: number, over: Partial<{ name: string; livesMs: number; newName: boolean }> = {}) => {
  return { name: 'ops', sha256: hash(n), scopes: ['read'], livesMs: 0, newName: false, ...over };
};

describe.each(databases)('keyring on $name', ({ create }) => {
  it('keeps two live keys of a name, and takes a third when one is revoked or has expired', async () => {
    const { ledger, pass } = await startWork(create);
    expect(await ledger.addKey(key(1), 'ann')).toBe('added');
    expect(await ledger.addKey(key(2, { livesMs: 3_600_000 }), 'ann')).toBe('added');
    expect(await ledger.addKey(key(3), 'ann')).toBe('two live already');
    expect(await ledger.addKey(key(4, { name: 'other' }), 'ann')).toBe('added');
    pass(1);
    expect(await ledger.addKey(key(3), 'ann')).toBe('added');
    expect(await ledger.addKey(key(5), 'ann')).toBe('two live already');
    expect(await ledger.revokeKey('ops', id(1), 'bob')).toBe(1);
    expect(await ledger.addKey(key(5), 'ann')).toBe('added');
    const stood = (await ledger.keys()).map((each) => [each.id, each.name, each.live]);
    expect(new Set(stood)).toEqual(
      new Set([
        [id(1), 'ops', false],
        [id(2), 'ops', false],
        [id(3), 'ops', true],
        [id(4), 'other', true],
        [id(5), 'ops', true],
      ]),
    );
  });

  it('tells all that is known of a key, but for the key', async () => {
    const { ledger, now } = await startWork(create);
    await ledger.addKey({ ...key(1, { livesMs: 5_000 }), scopes: ['enqueue:acc', 'read'] }, 'ann');
    expect(await ledger.keys()).toEqual([
      {
        ...{ id: id(1), name: 'ops', sha256: hash(1), scopes: ['enqueue:acc', 'read'], live: true },
        ...{ created: now(), createdBy: 'ann', expires: now() + 5_000, revoked: 0 },
      },
    ]);
  });

  it('revokes all of a name, each once, and none of another name or id', async () => {
    const { ledger, now } = await startWork(create);
    for (const n of [1, 2]) await ledger.addKey(key(n), 'ann');
    await ledger.addKey(key(3, { name: 'other' }), 'ann');
    expect(await ledger.revokeKey('ops', id(3), 'bob')).toBe(0);
    expect(await ledger.revokeKey('nobody', undefined, 'bob')).toBe(0);
    expect(await ledger.revokeKey('ops', undefined, 'bob')).toBe(2);
    expect(await ledger.revokeKey('ops', undefined, 'bob')).toBe(0);
    expect((await ledger.keys()).map(({ revoked }) => revoked)).toEqual([now(), now(), 0]);
  });

  it('takes a new name only if no key ever had it', async () => {
    const { ledger } = await startWork(create);
    expect(await ledger.addKey(key(1, { newName: true }), 'ann')).toBe('added');
    await ledger.revokeKey('ops', undefined, 'ann');
    expect(await ledger.addKey(key(2, { newName: true }), 'ann')).toBe('name exists');
    expect(await ledger.keys()).toHaveLength(1);
  });

  it('puts on record who created and who revoked, and nothing where nothing was done', async () => {
    const { ledger } = await startWork(create);
    for (const n of [1, 2, 3]) await ledger.addKey(key(n), 'ann');
    await ledger.revokeKey('ops', id(2), 'bob');
    await ledger.revokeKey('ops', id(2), 'bob');
    expect((await ledger.events(10)).map(({ actor, what, why }) => [actor, what, why])).toEqual([
      ['ann', `key ${id(1)} of ops created`, 'read'],
      ['ann', `key ${id(2)} of ops created`, 'read'],
      ['bob', `key ${id(2)} of ops revoked`, ''],
    ]);
  });

  it('adds two of ten that are added at once on two connections', async () => {
    const { ledger, url, now } = await startWork(create);
    const other = await openLedger(url, [entry], { time: now });
    onTestFinished(() => other.close());
    const all = Array.from({ length: 10 }, (_, n) => (n % 2 ? ledger : other).addKey(key(n), 'ann'));
    expect((await Promise.all(all)).filter((end) => end === 'added')).toHaveLength(2);
    expect(await ledger.keys()).toHaveLength(2);
  });
});
