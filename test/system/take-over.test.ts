/** A take-over of which the worker never hears that it was written. */
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { LedgerAway } from '../../src/ledger/database.ts';
import { expectAgreement, until } from './judge.ts';
import { numbered } from './targets.ts';
import { World } from './world.ts';

const operation = 'alibaba.vod.delete-video';
const lane = `acc~${operation}`;

describe('a unit that is a worker’s by the ledger and not to its knowledge', () => {
  it('is given back and taken anew: nobody else could take it while that worker lives', async () => {
    const world = await World.open({
      redisUrl: inject('redisUrl'),
      accounts: { acc: { [operation]: { cap: 30 } } },
    });
    onTestFinished(() => world.close());
    world.emulator.inventory({ DeleteVideo: { any: true } });
    const { request } = await world.enqueue('acc', operation, numbered('v', 100));
    const { take } = world.ledger;
    let taken = 0;
    Object.assign(world.ledger, {
      async take(...asked: Parameters<typeof take>) {
        const answer = await take(...asked);
        if (++taken === 1) throw new LedgerAway('the connection broke');
        return answer;
      },
    });
    const worker = world.worker();
    await until('it has the unit', () => worker.fleet.owned().length === 1, 5_000);
    expect(taken).toBe(2);
    expect(
      (await world.ledger.beat({ id: 'other', host: 'h', pid: 1, units: {} })).owners.get(lane),
    ).not.toBe('');
    expect(await world.settled(request)).toEqual({ deleted: 100 });
    await expectAgreement(world);
  });
});
