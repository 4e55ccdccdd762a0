import { describe, expect, it } from 'vitest';
import { databases } from './databases.ts';
import { lane, startWork, type Work } from './work.ts';

/** Something of everything: settled in all ways, waiting, under way, lost with its owner, asked for again. */
async function busy(work: Work): Promise<void> {
  const { ledger } = work;
  await work.ask('R1', ['a', 'b', 'c', 'd', 'e', 'f']);
  await work.ask('R2', ['a', 'g']);
  await work.end('C1', 'deleted', ['a']);
  await work.end('C2', 'refused', ['b']);
  await work.claim('C3', ['c', 'd']);
  await work.settle('C3', 'exhausted', ['c'], ['d']);
  await work.claim('C4', ['d']);
  await work.ask('R3', ['a', 'b'], { again: true });
  work.pass(1);
  const epoch = (await ledger.take(lane, 'w2', 1_000))?.epoch ?? -1;
  await ledger.claim('C5', lane, { unit: lane, owner: 'w2', epoch }, []);
  await ledger.unclaim('C6', lane, { unit: lane, owner: 'w2', epoch }, []);
}

const damages: readonly (readonly [finding: string, names: readonly string[], damage: string])[] = [
  [
    'is open and held by a call that does not exist',
    [`${lane} g`],
    `UPDATE targets SET call = 'none' WHERE id = 'g'`,
  ],
  [
    'is open and held by a call that has ended',
    [`${lane} g`],
    `UPDATE targets SET call = 'C1' WHERE id = 'g'`,
  ],
  ['is settled by a call that does not exist', [`${lane} c`], `DELETE FROM calls WHERE id = 'C3'`],
  [
    'is settled by a call that has not ended',
    [`${lane} c`],
    `UPDATE calls SET ended = NULL, epoch = 2 WHERE id = 'C3'`,
  ],
  [
    'is settled as deleted without an answer',
    [`${lane} c`],
    `UPDATE targets SET settlement = 'deleted', call = '' WHERE id = 'c'`,
  ],
  [
    'is settled as absent without an answer',
    [`${lane} c`],
    `UPDATE targets SET settlement = 'absent', call = 'C4' WHERE id = 'c'`,
  ],
  [
    'is held by, or settled by, a call of another lane',
    [`${lane} c`],
    `UPDATE calls SET lane = 7 WHERE id = 'C3'`,
  ],
  [
    'is settled, and not since when; or open, and settled since',
    [`${lane} c`],
    `UPDATE targets SET settled = 0 WHERE id = 'c'`,
  ],
  ['is in a lane that does not exist', ['? g'], `UPDATE targets SET lane = 7 WHERE id = 'g'`],
  [
    'was opened by a request that did not name it',
    [`${lane} g`],
    `UPDATE targets SET opened_by = (SELECT seq FROM requests WHERE id = 'R1') WHERE id = 'g'`,
  ],
  ['is in a lane or a unit that does not exist', ['call C3'], `UPDATE calls SET unit = 'x' WHERE id = 'C3'`],
  [
    'is open, and of another epoch than its unit',
    ['call C4'],
    `UPDATE calls SET ended = NULL, result = '' WHERE id = 'C4'`,
  ],
  ['is open and holds no target', ['call C4'], `UPDATE calls SET ended = NULL, epoch = 2 WHERE id = 'C4'`],
  ['names a target that does not exist', ['request R2'], `DELETE FROM targets WHERE id = 'g'`],
  [
    'does not exist, and something names it',
    ['request number 99'],
    `INSERT INTO archived (request, settlement, n) VALUES (99, 'deleted', 1)`,
  ],
];

describe.each(databases)('verify on $name', ({ create }) => {
  it('finds nothing in a ledger that only its verbs have written, and counts what is in it', async () => {
    const work = await startWork(create);
    await busy(work);
    expect(await work.ledger.verify()).toEqual({
      ...{ targets: 7, calls: 5, requests: 3, archived: 0, findings: [] },
    });
  });

  it.each(damages)('finds what %s', async (finding, names, damage) => {
    const work = await startWork(create);
    await busy(work);
    await work.tamper(damage);
    const { findings } = await work.ledger.verify();
    expect(findings).toContainEqual({ finding, total: names.length, names });
  });

  it('names the first hundred and counts all', async () => {
    const work = await startWork(create);
    await work.ask(
      'R',
      Array.from({ length: 120 }, (_, n) => `id-${n}`),
    );
    await work.tamper('DELETE FROM targets');
    const [found] = (await work.ledger.verify()).findings;
    expect(found).toMatchObject({ finding: 'names a target that does not exist', total: 120 });
    expect(found?.names).toHaveLength(100);
  });
});
