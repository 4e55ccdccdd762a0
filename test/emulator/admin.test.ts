import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Stats } from '../../src/emulator/world.ts';
import { alibaba, ndjson, setup } from './setup.ts';

describe('the admin routes', () => {
  it('define what exists, one by one or several at once, each adding to the former', async () => {
    const { admin, emulator, v3, deleted } = await setup();
    expect((await admin('POST', 'inventory', { DeleteVideo: { prefix: 'v-', count: 3 } })).status).toBe(200);
    await admin('POST', 'inventory', { DeleteVideo: [{ ids: ['x'] }, { prefix: 'w-', count: 1 }] });
    await v3('DeleteVideo', { VideoIds: 'v-0,v-2,v-3,v-02,v-,w-0,x' });
    expect(deleted()).toEqual(['v-0', 'v-2', 'w-0', 'x']);
    expect(emulator.stats().inventory.DeleteVideo).toEqual({ present: 1, deleted: 4 });
    await admin('POST', 'inventory', { DeleteVideo: { prefix: 'v-', count: 3 } });
    expect(emulator.stats().inventory.DeleteVideo).toEqual({ present: 3, deleted: 4 });
  });

  it('stream the calls as they arrived', async () => {
    const { admin, emulator, v3 } = await setup();
    emulator.inventory({ DeleteVideo: { any: true } });
    await v3('DeleteVideo', { VideoIds: 'a,b' });
    await v3('DeleteVideo', { VideoIds: 'a' }, { secret: 'wrong' });
    const { text } = await admin('GET', 'calls');
    const calls = ndjson(text);
    expect(calls).toEqual([
      {
        at: expect.any(Number) as number,
        account: 'ak-1',
        action: 'DeleteVideo',
        by: 'VideoIds',
        ids: ['a', 'b'],
        options: '',
        result: 'accepted',
        status: 200,
        code: '',
        requestId: expect.stringMatching(/^[0-9A-F-]{36}$/) as string,
        deleted: ['a', 'b'],
      },
      expect.objectContaining({ status: 400, code: 'SignatureDoesNotMatch', result: 'refused', deleted: [] }),
    ]);
    expect(calls[1]!['at']).toBeGreaterThan(calls[0]!['at'] as number);
  });

  it('stream a record that is longer than a socket takes at once', async () => {
    const { admin, emulator, v3 } = await setup({ frozenNow: systemClock.now() });
    const long = Array.from({ length: 20 }, (_, i) => `${i}`.padEnd(1_000, 'x')).join();
    for (let i = 0; i < 250; i++) await v3('DeleteVideo', { VideoIds: long }, { at: systemClock.now() });
    const { text } = await admin('GET', 'calls');
    expect(text.length).toBeGreaterThan(5_000_000);
    expect(ndjson(text)).toEqual(emulator.calls());
  });

  it('tell statistics, and nothing of hostile keys is lost', async () => {
    const { admin, v3 } = await setup();
    await v3('DeleteVideo', { VideoIds: 'a' });
    await v3('constructor', { VideoIds: 'a' }, { keyId: '__proto__' });
    const stats = JSON.parse((await admin('GET', 'stats')).text) as Stats;
    expect(stats.accounts['ak-1']!['DeleteVideo']).toEqual({
      calls: 1,
      accepted: 1,
      throttled: 0,
      refused: 0,
      idsDeleted: 0,
      maxPerWindow: 1,
      maxAcceptedPerWindow: 1,
    });
    const hostile = Object.entries(stats.accounts).find(([keyId]) => keyId === '__proto__')![1];
    expect(Object.entries(hostile)).toEqual([['constructor', expect.objectContaining({ refused: 1 })]]);
    expect(stats.inventory.DeleteImage).toEqual({ present: 0, deleted: 0 });
    expect(stats.stalls).toBeInstanceOf(Array);
  });

  it('note stalls of the event loop above 20 ms', async () => {
    const { emulator, admin } = await setup();
    const busyUntil = (end: number) => {
      while (performance.now() < end);
    };
    for (const ms of [60, 90]) {
      await admin('GET', 'health');
      busyUntil(performance.now() + ms);
      while (!emulator.stats().stalls.some((stall) => stall.ms > ms - 15)) await new Promise(setImmediate);
    }
    for (const { at, ms } of emulator.stats().stalls) {
      expect(ms).toBeGreaterThan(20);
      expect(at).toBeGreaterThan(0);
    }
  });

  it('set faults and switches, and reset all of it', async () => {
    const { admin, emulator, v3 } = await setup();
    const image = () => v3('DeleteImage', { DeleteImageType: 'ImageId', ImageIds: 'a,z' });
    emulator.inventory({ DeleteImage: { ids: ['a'] } });
    await admin('POST', 'faults', [{ kind: 'error-5xx', action: 'DeleteImage', count: 1 }]);
    expect((await image()).status).toBe(500);
    const { text } = await admin('POST', 'switches', { deleteImageMissing: 'only-all-missing-404' });
    expect(JSON.parse(text)).toMatchObject({
      deleteImageMissing: 'only-all-missing-404',
      emptyLists: 'present',
    });
    expect((await image()).status).toBe(200);
    await admin('POST', 'faults', [{ kind: 'error-5xx' }]);
    const { at } = emulator.calls().at(-1)!;

    expect((await admin('POST', 'reset')).status).toBe(200);
    expect(emulator.calls()).toEqual([]);
    expect(emulator.stats()).toMatchObject({
      accounts: {},
      inventory: { DeleteImage: { present: 0, deleted: 0 } },
    });
    emulator.inventory({ DeleteImage: { ids: ['a'] } });
    expect((await image()).json['Code']).toBe('NoSuchResource');
    expect(emulator.calls().at(-1)!.at).toBeGreaterThan(at);
  });

  it('forget nonces and spent caps with a reset', async () => {
    const caps = { DeleteVideo: { calls: 1, per: 'minute' } } as const;
    const { admin, v3 } = await setup({ accounts: [{ ...alibaba, caps }] });
    const code = async () => (await v3('DeleteVideo', { VideoIds: 'a' }, { nonce: 'n' })).json['Code'];
    expect([await code(), await code()]).toEqual(['InvalidVideo.NotFound', 'SignatureNonceUsed']);
    await admin('POST', 'reset');
    expect(await code()).toBe('InvalidVideo.NotFound');
  });

  it('tell that the emulator is there, and which time it is for it', async () => {
    const { admin } = await setup({ frozenNow: 0 });
    const { status, text } = await admin('GET', 'health');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      status: 'ok',
      at: expect.any(Number) as number,
      now: '1970-01-01T00:00:00.000Z',
    });
  });

  it.each([
    ['inventory', '{', '', 'not JSON'],
    ['inventory', { DeleteAudio: { any: true } }, '', 'DeleteAudio'],
    ['inventory', { DeleteVideo: { prefix: 'a' } }, '/DeleteVideo/0/count', 'go together'],
    ['inventory', { DeleteVideo: { prefix: 'a', count: -1 } }, '/DeleteVideo/0/count', '>=0'],
    ['inventory', { DeleteVideo: [{ any: true }, { ids: ['a', 1] }] }, '/DeleteVideo/1/ids/1', 'string'],
    ['inventory', { DeleteVideo: { any: true, ids: [] } }, '/DeleteVideo/0', 'exactly one'],
    ['inventory', { DeleteVideo: {} }, '/DeleteVideo/0', 'exactly one'],
    ['faults', { kind: 'slow' }, '', 'array'],
    ['faults', [{ kind: 'explode' }], '/0/kind', 'throttle'],
    ['faults', [{ kind: 'slow' }, { kind: 'slow', share: 2 }], '/1/share', '<=1'],
    ['faults', [{ kind: 'slow', often: 3 }], '/0', 'often'],
    ['faults', [{ kind: 'slow', action: 'DeleteAudio' }], '/0/action', 'DeleteImage'],
    ['switches', { deleteImageMissing: 'maybe' }, '/deleteImageMissing', 'deletes-none'],
  ])('refuse bad %s input %j and name the field', async (path, body, pointer, problem) => {
    const { admin, emulator } = await setup();
    const { status, text } = await admin('POST', path, body);
    expect(status).toBe(400);
    expect((JSON.parse(text) as { problems: unknown }).problems).toContainEqual({
      pointer,
      problem: expect.stringContaining(problem) as string,
    });
    expect(emulator.stats().inventory.DeleteVideo).toEqual({ present: 0, deleted: 0 });
  });

  it('answer 404 with what there is for anything else', async () => {
    const { admin } = await setup();
    const { status, text } = await admin('DELETE', 'calls');
    expect(status).toBe(404);
    expect((JSON.parse(text) as { routes: unknown }).routes).toContain('GET /_emulator/calls');
  });
});
