/** What is asked once: the key stands or falls with the request, and spoils nobody else's. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { OnceTaken } from '../../src/ledger/once.ts';
import { keyed } from '../target.ts';
import { databases } from './databases.ts';
import { entry, lane, operation, startWork } from './work.ts';

const asked = { requester: 'ann', reason: 'tidy', urgent: false, notBefore: 0, again: false };
const once = (key = 'K', over = {}) => ({ owner: 'ann', key, hash: 'H', ...over });
const record = (ledger: Ledger, id: string, ids: readonly string[], row?: ReturnType<typeof once>) =>
  ledger.record(
    id,
    lane,
    asked,
    ids.map((each) => keyed('acc', operation, each)),
    [],
    0,
    row,
  );

describe.each(databases)('remembering on $name', ({ create }) => {
  it('refuses a second request with the key, of which nothing stands, and tells the first', async () => {
    const { ledger } = await startWork(create);
    await record(ledger, 'R1', ['v1', 'v2'], once());
    await expect(record(ledger, 'R2', ['v3'], once('K', { hash: 'other' }))).rejects.toThrow(OnceTaken);
    expect(await ledger.requestSummary('R2')).toBeUndefined();
    expect(await ledger.lookup('v3')).toEqual([]);
    expect(await ledger.remembered('ann', 'K')).toMatchObject({
      hash: 'H',
      request: { id: 'R1', accepted: 2, duplicates: 0, alreadySettled: 0 },
    });
  });

  it('tells persons and keys apart, whatever they hold', async () => {
    const { ledger } = await startWork(create);
    await record(ledger, 'R1', ['v1'], once());
    await record(ledger, 'R2', ['v1'], once('K', { owner: 'bob' }));
    await record(ledger, 'R3', ['v1'], once("K'; --"));
    expect((await ledger.remembered('bob', 'K'))?.request?.id).toBe('R2');
    expect((await ledger.remembered('ann', "K'; --"))?.request?.id).toBe('R3');
    expect(await ledger.remembered('carl', 'K')).toBeUndefined();
  });

  it('does not take another failure for a key that is taken', async () => {
    const { ledger } = await startWork(create);
    const broken = record(ledger, null as unknown as string, ['v1'], once());
    await expect(broken).rejects.not.toThrow(OnceTaken);
    expect(await ledger.remembered('ann', 'K')).toBeUndefined();
  });

  it('lets one of forty requests with a key in, and spoils none of their neighbours in the same commit', async () => {
    const { ledger, url, now } = await startWork(create);
    const other = await openLedger(url, [entry], { time: now });
    onTestFinished(() => other.close());
    const all = Array.from({ length: 40 }, (_, n) => [
      record(n % 2 ? ledger : other, `S${n}`, [`same-${n}`], once('same')).then(
        () => 'recorded',
        (error: unknown) => (error instanceof OnceTaken ? 'taken' : error),
      ),
      record(n % 2 ? ledger : other, `O${n}`, [`own-${n}`], once(`own-${n}`)).then(() => 'own'),
    ]).flat();
    const ends = await Promise.all(all);
    expect(ends.filter((end) => end === 'recorded')).toHaveLength(1);
    expect(ends.filter((end) => end === 'taken')).toHaveLength(39);
    expect(ends.filter((end) => end === 'own')).toHaveLength(40);
    const found = await Promise.all(ends.map((_, n) => ledger.lookup(`same-${n}`)));
    expect(found.flat()).toHaveLength(1);
    const id = (await ledger.remembered('ann', 'same'))?.request?.id;
    expect(found.flat()[0]?.requests[0]?.id).toBe(id);
  }, 30_000);

  it('remembers an answer that is no request; whoever is first wins', async () => {
    const { ledger } = await startWork(create);
    expect(await ledger.remember(once(), 422, '{"a":1}')).toBe(true);
    expect(await ledger.remember(once('K', { hash: 'other' }), 400, '{}')).toBe(false);
    const kept = { hash: 'H', status: 422, body: '{"a":1}', request: undefined };
    expect(await ledger.remembered('ann', 'K')).toEqual(kept);
    await expect(record(ledger, 'R1', ['v1'], once())).rejects.toThrow(OnceTaken);
    await record(ledger, 'R2', ['v2'], once('L'));
    expect(await ledger.remember(once('L'), 500, '')).toBe(false);
    expect((await ledger.remembered('ann', 'L'))?.request?.id).toBe('R2');
  });

  it('forgets after a day: the key is free for a request or an answer', async () => {
    const { ledger, pass } = await startWork(create);
    await record(ledger, 'R1', ['v1'], once('A'));
    await ledger.remember(once('B'), 422, 'first');
    pass(23.9);
    expect((await ledger.remembered('ann', 'A'))?.request?.id).toBe('R1');
    await expect(record(ledger, 'R2', ['v2'], once('A'))).rejects.toThrow(OnceTaken);
    pass(0.1);
    expect(await ledger.remembered('ann', 'A')).toBeUndefined();
    await record(ledger, 'R3', ['v3'], once('A', { hash: 'new' }));
    expect(await ledger.remembered('ann', 'A')).toMatchObject({ hash: 'new', request: { id: 'R3' } });
    expect(await ledger.remember(once('B'), 400, 'second')).toBe(true);
    expect((await ledger.remembered('ann', 'B'))?.body).toBe('second');
  });

  it('is swept of what is older than a day, and of nothing else', async () => {
    const { ledger, pass, rows } = await startWork(create);
    for (const n of [1, 2, 3]) await ledger.remember(once(`old-${n}`), 422, '');
    pass(1);
    await ledger.remember(once('young'), 422, '');
    pass(23);
    await ledger.sweep();
    expect(await rows('SELECT key FROM once')).toEqual([{ key: 'young' }]);
  });
});
