import { CompiledQuery } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deadReading, type DeadFilter, type DeadLetter } from '../../src/ledger/dead.ts';
import { telling } from '../../src/ledger/deeds.ts';
import { openDatabase } from '../../src/ledger/ledger.ts';
import { migrate } from '../../src/ledger/migrations.ts';
import { targetOf } from '../target.ts';
import { databases } from './databases.ts';
import { key, lane, operation, startWork, type Work } from './work.ts';

/** All ids, read `limit` at a time. */
async function ids({ ledger }: Work, filter: DeadFilter = {}, limit = 100): Promise<string[]> {
  const found: DeadLetter[] = [];
  for (;;) {
    const part = await ledger.deadLetters(lane, filter, found.at(-1), limit);
    if (part.length === 0) return found.map(({ target }) => target.id);
    found.push(...part);
  }
}

/** A campaign of these videos, released whole. */
async function campaign({ ledger }: Work, name: string, videos: readonly string[]): Promise<number> {
  const rules = {
    ...{ canary: false, share: 1, undoMs: 0, notBefore: 0, again: false },
    brakes: { refused: 1, absent: 1, throttled: 1 },
  };
  const start = { name, lane, requester: 'eve', reason: 'purge', source: '', rules };
  const seq = await ledger.startPlan(`request-${name}`, start);
  const lines = videos.map((id, n) => ({ n: n + 1, key: key(id), target: targetOf(operation, id) }));
  await ledger.addToPlan(seq, lines, []);
  const end = {
    hash: 'h',
    sourceHash: '',
    valid: videos.length,
    invalid: 0,
    duplicates: 0,
    alreadySettled: 0,
  };
  await ledger.finishPlan(seq, 'eve', end);
  await ledger.moveCampaign(seq, { from: ['planned'], to: 'running', by: 'eve', reason: '' });
  const running = await ledger.campaign(name);
  if (running) await ledger.releaseCampaign(running, 1_000, 0, []);
  return seq;
}

describe.each(databases)('dead letters on $name', ({ create }) => {
  it('are those that were refused or exhausted, page by page, oldest first', async () => {
    const work = await startWork(create);
    await work.ask('R', ['a', 'b', 'c', 'd', 'e', 'open', 'fine', 'gone', 'off']);
    await work.end('C1', 'refused', ['c', 'a']);
    await work.end('C2', 'deleted', ['fine']);
    work.pass(1);
    await work.end('C3', 'exhausted', ['b', 'e']);
    await work.end('C4', 'absent', ['gone']);
    await work.end('C5', 'cancelled', ['off']);
    work.pass(1);
    await work.end('C6', 'refused', ['d']);
    for (const limit of [1, 2, 3, 100]) expect(await ids(work, {}, limit)).toEqual(['a', 'c', 'b', 'e', 'd']);
    const latest = await work.ledger.newestDead(lane, {}, 2);
    expect(latest.map(({ target }) => target.id)).toEqual(['d', 'e']);
  });

  it('tell everything that a row needs', async () => {
    const work = await startWork(create);
    await work.ask('R', ['a']);
    await work.end('C1', 'refused', ['a']);
    expect(await work.ledger.deadLetters(lane, {}, undefined, 10)).toEqual([
      {
        ...{
          seq: 1,
          key: key('a'),
          account: 'acc',
          operation,
          settlement: 'refused',
          code: 'C',
          message: 'M',
        },
        target: { by: 'videoId', id: 'a', parent: '', options: '' },
        ...{ providerRequest: 'R-C1', attempts: 1, ambiguous: false, settled: work.now() },
        ...{ requester: 'ann', reason: 'tidy', campaign: '' },
      },
    ]);
  });

  it('are none any more once they are asked for again, and again once they die again', async () => {
    const work = await startWork(create);
    await work.ask('R1', ['a', 'b']);
    await work.end('C1', 'refused', ['a', 'b']);
    await work.ask('R2', ['a']);
    expect(await ids(work)).toEqual(['b']);
    work.pass(1);
    await work.end('C2', 'exhausted', ['a']);
    expect(await ids(work)).toEqual(['b', 'a']);
  });

  it('are chosen by code, by the moment, and by the campaign that named them', async () => {
    const work = await startWork(create);
    await campaign(work, 'other', ['x']);
    const seq = await campaign(work, 'own', ['a', 'b', 'c']);
    await work.ask('R', ['d']);
    await work.end('C1', 'refused', ['a', 'd', 'x']);
    await work.end('C2', 'deleted', ['b']);
    const then = work.now();
    work.pass(1);
    await work.end('C3', 'refused', ['c']);
    await work.tamper(`UPDATE targets SET code = 'Rare' WHERE id = 'd'`);
    expect((await ids(work)).toSorted()).toEqual(['a', 'c', 'd', 'x']);
    expect(await ids(work, { code: 'Rare' })).toEqual(['d']);
    expect(await ids(work, { code: 'rare' })).toEqual([]);
    expect((await ids(work, { until: then })).toSorted()).toEqual(['a', 'd', 'x']);
    expect(await ids(work, { campaign: seq })).toEqual(['a', 'c']);
    const [first] = await work.ledger.deadLetters(lane, { campaign: seq }, undefined, 1);
    expect(first).toMatchObject({ campaign: 'own', requester: 'eve', reason: 'purge' });
    // What the campaign deleted and somebody else lost is not the campaign's.
    await work.ask('R2', ['b'], { again: true });
    await work.end('C4', 'refused', ['b']);
    expect(await ids(work, { campaign: seq })).toEqual(['a', 'c']);
  });

  it('are counted by what is alike, with the latest moment and an example', async () => {
    const work = await startWork(create);
    await work.ask('R', ['a', 'b', 'c', 'd']);
    await work.end('C1', 'refused', ['a', 'b']);
    work.pass(1);
    await work.end('C2', 'exhausted', ['c']);
    await work.end('C3', 'refused', ['d']);
    await work.tamper(`UPDATE targets SET code = 'Rare', message = 'why' WHERE id = 'd'`);
    const alike = { account: 'acc', operation, options: '', kind: 'videoId' };
    expect(await work.ledger.deadGroups([lane], {})).toEqual([
      {
        ...alike,
        settlement: 'refused',
        code: 'C',
        n: 2,
        newest: work.now() - 3_600_000,
        id: 'b',
        message: 'M',
      },
      { ...alike, settlement: 'exhausted', code: 'C', n: 1, newest: work.now(), id: 'c', message: 'M' },
      { ...alike, settlement: 'refused', code: 'Rare', n: 1, newest: work.now(), id: 'd', message: 'why' },
    ]);
    expect(await work.ledger.deadGroups([lane], { code: 'Rare' })).toHaveLength(1);
    expect(await work.ledger.deadGroups([], {})).toEqual([]);
  });
});

describe('deadReading', () => {
  it('has SQLite find dead letters by their index, and their campaign by the target', async () => {
    const place = await databases[0]?.create();
    if (!place) throw new Error('no database');
    const { database, dialect } = openDatabase(place.url);
    onTestFinished(async () => {
      await database.close();
      await place.remove();
    });
    await migrate(database, dialect);
    const plans: string[] = [];
    const explaining = {
      ...database,
      async read(statements: readonly CompiledQuery[]) {
        for (const { sql, parameters } of statements) {
          const [rows = []] = await database.read([
            CompiledQuery.raw(`EXPLAIN QUERY PLAN ${sql}`, [...parameters]),
          ]);
          plans.push(rows.map(({ detail }) => String(detail)).join('\n'));
        }
        return [];
      },
    };
    const reading = deadReading({
      database: explaining,
      dialect,
      laneId: () => 1,
      told: telling(undefined, new Map()),
    });
    const filter = { code: 'C', campaign: 1, until: 5 };
    await reading.deadLetters(lane, filter, { settled: 5, seq: 7 }, 10);
    await reading.newestDead(lane, filter, 10);
    await reading.deadGroups([lane], filter);
    const [page = '', newest = '', groups = ''] = plans;
    expect(page).toContain('USING INDEX dead_letters (lane=? AND settled>? AND settled<?)');
    expect(newest).toContain('USING INDEX dead_letters (lane=? AND settled<?)');
    expect(groups).toContain('USING INDEX dead_letters (lane=?');
    for (const plan of [page, newest]) expect(plan).not.toContain('TEMP B-TREE');
    for (const plan of plans) expect(plan).toContain('line USING INDEX campaigns_of_target (target=?)');
  });
});

describe.each(databases)('campaignTargets on $name', ({ create }) => {
  it('gives the lines of a plan in order, page by page, and those of some states only when asked', async () => {
    const work = await startWork(create);
    const seq = await campaign(work, 'own', ['a', 'b', 'c', 'd']);
    await work.end('C1', 'refused', ['b']);
    await work.end('C2', 'deleted', ['d']);
    const lines = async (...args: readonly ('refused' | 'deleted' | 'open')[]) =>
      (await work.ledger.campaignTargets(seq, 0, 10, args)).map(({ id }) => id);
    const pages = [
      await work.ledger.campaignTargets(seq, 0, 3),
      await work.ledger.campaignTargets(seq, 3, 3),
    ];
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([['a', 'b', 'c'], ['d']]);
    expect(pages[0]?.[1]).toEqual({
      ...{
        n: 2,
        kind: 'videoId',
        id: 'b',
        parent: '',
        options: '',
        settlement: 'refused',
        known: 0,
        code: 'C',
      },
      ...{ message: 'M', providerRequest: 'R-C1', attempts: 1, ambiguous: 0, settled: work.now() },
    });
    expect(await lines('refused')).toEqual(['b']);
    expect(await lines('open')).toEqual(['a', 'c']);
    expect(await lines('open', 'deleted')).toEqual(['a', 'c', 'd']);
    expect(await lines()).toEqual([]);
  });
});
