/** A drain with all that happens in one, and then only its log: what became of an id stands there, with whom to ask. */
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { numbered } from '../system/targets.ts';
import { World } from '../system/world.ts';

const operation = 'alibaba.vod.delete-video';
const [number, string] = [expect.any(Number) as unknown, expect.any(String) as unknown];
const ulid = expect.stringMatching(/^\w{26}$/) as unknown;
const ids = numbered('v', 120);

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly call?: string;
  readonly requestId?: string;
  readonly targets?: readonly string[];
  readonly [field: string]: unknown;
}

async function drained() {
  const world = await World.open({
    redisUrl: inject('redisUrl'),
    accounts: { acc: { [operation]: { cap: 30 } } },
    settings: { retry: { attempts: 3, ceilingMs: 50 }, brake: false, protected: { patterns: ['v7'] } },
  });
  onTestFinished(() => world.close());
  world.emulator.inventory({ DeleteVideo: { prefix: 'v', count: 100 } });
  world.emulator.setFaults([
    { kind: 'forbid-ids', ids: ['v3', 'v4'] },
    { kind: 'throttle', count: 2, ms: 100 },
    { kind: 'error-5xx', ids: ['v30'] },
  ]);
  const { request } = await world.enqueue('acc', operation, ids);
  world.worker();
  await world.settled(request);
  const lines = world.logged.map((line) => JSON.parse(line) as Line);
  /** The lines of all calls that named this id, in their order. */
  const of = (id: string) => {
    const calls = lines.filter(({ targets }) => targets?.includes(id)).map(({ call }) => call);
    return lines.filter(({ call, targets }) => !targets && calls.includes(call));
  };
  return { world, lines, of };
}

describe('the log of a drain', () => {
  it('tells of each id what came of each of its calls, and the provider’s RequestId', async () => {
    const { world, lines, of } = await drained();
    const calls = lines.filter(({ msg }) => /^call (answered|failed)$/.test(msg));
    expect(calls.map(({ requestId }) => requestId).sort()).toEqual(
      world.emulator
        .calls()
        .map(({ requestId }) => requestId)
        .sort(),
    );
    expect(calls.filter(({ level }) => level !== 'info')).toEqual([]);
    for (const line of calls)
      expect(line).toMatchObject({
        ...{ account: 'acc', operation, ids: number, ms: number },
        ...{ call: ulid, result: string },
      });
    expect(of('v50').at(-1)).toMatchObject({ result: 'answered', deleted: number });
    expect(of('v110').at(-1)).toMatchObject({ absent: number });
    expect(of('v30').at(-1)).toMatchObject({
      result: 'transient',
      exhausted: number,
      code: 'InternalError',
    });
    expect(of('v3').at(-1)).toMatchObject({ refused: 2, dead: { ForbiddenVideoIds: 2 } });
    for (const id of ids) {
      const answered = world.emulator.calls().filter((call) => call.ids.includes(id));
      expect(of(id).map(({ requestId }) => requestId)).toEqual(answered.map(({ requestId }) => requestId));
    }
    expect(lines.find(({ code }) => code === 'Protected')).toMatchObject({ refused: 1, level: 'warn' });
    expect(of('v7')).toEqual([]);
  });
});
