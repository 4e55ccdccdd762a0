import { describe, expect, it, onTestFinished } from 'vitest';
import { leastArchivedMs } from '../../src/ledger/archive.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { databases } from './databases.ts';
import { entry, startWork, type Work } from './work.ts';

/** The least age, in hours. */
const span = leastArchivedMs / 3_600_000;
const spanMs = leastArchivedMs;

/** Archives what is older than so many spans; answers the ids. */
async function archive({ ledger }: Work, spans: number): Promise<string[]> {
  const before = await ledger.momentBefore(spans * spanMs);
  const ids: string[] = [];
  for (;;) {
    const part = await ledger.archivable(before);
    if (part.targets.length === 0) return ids;
    ids.push(...part.targets.map(({ id }) => id));
    await ledger.removeArchived(part);
  }
}

describe.each(databases)('archive on $name', ({ create }) => {
  it('takes what was settled before the moment, oldest first, and nothing else', async () => {
    const work = await startWork(create);
    await work.ask('R', ['old', 'older', 'young', 'open', 'sending']);
    await work.end('C1', 'deleted', ['older']);
    work.pass(1);
    await work.end('C2', 'refused', ['old']);
    work.pass(10 * span);
    await work.end('C3', 'absent', ['young']);
    await work.claim('C4', ['sending']);
    expect(await archive(work, 10)).toEqual(['older']);
    work.pass(1);
    expect(await archive(work, 10)).toEqual(['old']);
    for (const id of ['young', 'open', 'sending']) expect(await work.ledger.lookup(id)).toHaveLength(1);
    for (const id of ['old', 'older']) expect(await work.ledger.lookup(id)).toEqual([]);
    expect((await work.ledger.verify()).findings).toEqual([]);
  });

  it('gives each target as lookup tells it, with its requests and calls', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['a', 'b']);
    await work.ask('R2', ['a']);
    await work.end('C1', 'deleted', ['a', 'b']);
    work.pass(2 * span);
    const { targets } = await work.ledger.archivable(await work.ledger.momentBefore(spanMs));
    const [told] = await work.ledger.lookup('a');
    expect(targets.find(({ id }) => id === 'a')).toEqual(told);
    expect(told?.requests.map(({ id }) => id)).toEqual(['R1', 'R2']);
    expect(told?.calls).toMatchObject([{ id: 'C1', providerRequest: 'R-C1' }]);
    expect(targets.find(({ id }) => id === 'b')?.requests.map(({ id }) => id)).toEqual(['R1']);
  });

  it('keeps the tallies of requests, over several batches and settlements', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['a', 'b', 'c', 'd', 'e']);
    await work.ask('R2', ['b', 'e']);
    await work.end('C1', 'deleted', ['a']);
    work.pass(2 * span);
    await work.end('C2', 'deleted', ['b']);
    await work.end('C3', 'refused', ['c']);
    const before = { R1: await work.ledger.tally('R1'), R2: await work.ledger.tally('R2') };
    expect(await archive(work, 1)).toEqual(['a']);
    work.pass(2 * span);
    expect((await archive(work, 1)).toSorted()).toEqual(['b', 'c']);
    expect(await work.ledger.tally('R1')).toEqual(before.R1);
    expect(await work.ledger.tally('R2')).toEqual({ deleted: 1, open: 1 });
    await work.end('C4', 'deleted', ['e', 'd']);
    expect(await work.ledger.tally('R1')).toEqual({ deleted: 4, refused: 1 });
    expect(before.R1).toEqual({ deleted: 2, refused: 1, open: 2 });
    expect(await work.ledger.verify()).toMatchObject({ targets: 2, archived: 4, findings: [] });
  });

  it('keeps a call while one of its targets is left, and drops it with the last', async () => {
    const work = await startWork(create);
    await work.ask('R', ['a', 'b', 'c']);
    await work.claim('C1', ['a', 'b']);
    await work.settle('C1', 'deleted', ['a'], ['b']);
    await work.end('C2', 'deleted', ['c']);
    work.pass(2 * span);
    await work.end('C3', 'deleted', ['b']);
    await archive(work, 1);
    expect(await work.rows('SELECT id FROM calls ORDER BY id')).toEqual([{ id: 'C1' }, { id: 'C3' }]);
    work.pass(2 * span);
    await archive(work, 1);
    expect(await work.rows('SELECT id FROM calls')).toEqual([]);
    expect(await work.rows('SELECT * FROM request_targets')).toEqual([]);
    expect(await work.rows('SELECT id FROM requests')).toEqual([{ id: 'R' }]);
  });

  it('accepts an id anew that stands in an archive, under a number that nobody had', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['a', 'b']);
    await work.end('C1', 'deleted', ['a', 'b']);
    const [{ seq: last } = {}] = await work.rows('SELECT max(seq) AS seq FROM targets');
    work.pass(2 * span);
    await archive(work, 1);
    await work.ask('R2', ['a']);
    expect(await work.ledger.tally('R2')).toEqual({ open: 1 });
    const [{ seq } = {}] = await work.rows('SELECT seq FROM targets');
    expect(Number(seq)).toBeGreaterThan(Number(last));
    const [told] = await work.ledger.lookup('a');
    expect(told).toMatchObject({ attempts: 0, calls: [], requests: [{ id: 'R2' }] });
    expect(await work.ledger.tally('R1')).toEqual({ deleted: 2 });
  });

  it('leaves what was opened anew between reading and removing', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['a', 'b']);
    await work.ask('R2', ['a']);
    await work.end('C1', 'deleted', ['a', 'b']);
    work.pass(2 * span);
    const part = await work.ledger.archivable(await work.ledger.momentBefore(spanMs));
    // By a request that named it before: the number of its requests stays.
    await work.ask('R2', ['a'], { again: true });
    expect(await work.ledger.removeArchived(part)).toBe(1);
    expect(await work.ledger.tally('R2')).toEqual({ open: 1 });
    expect(await work.ledger.tally('R1')).toEqual({ deleted: 1, open: 1 });
    expect((await work.ledger.verify()).findings).toEqual([]);
  });

  it('leaves what was opened anew and settled anew between reading and removing', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['a']);
    await work.ask('R2', ['a']);
    await work.end('C1', 'deleted', ['a']);
    work.pass(2 * span);
    const part = await work.ledger.archivable(await work.ledger.momentBefore(spanMs));
    await work.ask('R2', ['a'], { again: true });
    await work.end('C2', 'absent', ['a']);
    expect(await work.ledger.removeArchived(part)).toBe(0);
    expect(await work.ledger.tally('R1')).toEqual({ absent: 1 });
  });

  it('reads again what somebody asked for between reading and removing, so that its line is complete', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['a', 'b']);
    await work.end('C1', 'deleted', ['a', 'b']);
    work.pass(2 * span);
    const before = await work.ledger.momentBefore(spanMs);
    const part = await work.ledger.archivable(before);
    await work.ask('R2', ['a']);
    expect(await work.ledger.removeArchived(part)).toBe(1);
    const again = await work.ledger.archivable(before);
    expect(again.targets.map(({ requests }) => requests.map(({ id }) => id))).toEqual([['R1', 'R2']]);
    expect(await work.ledger.removeArchived(again)).toBe(1);
    expect(await work.ledger.tally('R2')).toEqual({ deleted: 1 });
  });

  it('loses no request that comes at the very moment of the removing', async () => {
    const work = await startWork(create);
    const other = await openLedger(work.url, [entry], { time: work.now });
    onTestFinished(() => other.close());
    for (let round = 0; round < 10; round++) {
      const ids = Array.from({ length: 20 }, (_, n) => `id-${round}-${n}`);
      await work.ask(`R${round}`, ids);
      await work.end(`C${round}`, 'deleted', ids);
      work.pass(2 * span);
      const part = await work.ledger.archivable(await work.ledger.momentBefore(spanMs));
      await Promise.all([work.ledger.removeArchived(part), work.ask(`S${round}`, ids, {}, other)]);
      const { open = 0, deleted = 0 } = await work.ledger.tally(`S${round}`);
      expect(open + deleted).toBe(20);
      expect(await work.ledger.tally(`R${round}`)).toEqual({ deleted: 20 });
    }
    expect((await work.ledger.verify()).findings).toEqual([]);
  });

  it('is safe to be said twice, as after an answer that was not heard', async () => {
    const work = await startWork(create);
    await work.ask('R', ['a', 'b']);
    await work.end('C1', 'deleted', ['a', 'b']);
    work.pass(2 * span);
    const part = await work.ledger.archivable(await work.ledger.momentBefore(spanMs));
    await work.ledger.removeArchived(part);
    await work.ledger.removeArchived(part);
    expect(await work.ledger.tally('R')).toEqual({ deleted: 2 });
  });

  it('gives at most a thousand at once', async () => {
    const work = await startWork(create);
    const ids = Array.from({ length: 1_001 }, (_, n) => `id-${n}`);
    await work.ask('R', ids);
    await work.end('C1', 'deleted', ids);
    work.pass(2 * span);
    const before = await work.ledger.momentBefore(spanMs);
    expect((await work.ledger.archivable(before)).targets).toHaveLength(1_000);
    expect((await archive(work, 1)).length).toBe(1_001);
    expect(await work.ledger.tally('R')).toEqual({ deleted: 1_001 });
    expect(await work.rows('SELECT id FROM calls')).toEqual([]);
  });

  it('takes nothing that is younger than an hour', async () => {
    const { ledger } = await startWork(create);
    await expect(ledger.momentBefore(leastArchivedMs - 1)).rejects.toThrow('too young');
  });
});
