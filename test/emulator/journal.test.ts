import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { acs3 } from './client.ts';
import { alibaba, setup } from './setup.ts';

function place() {
  const dataDir = mkdtempSync(join(tmpdir(), 'emulator-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  return { dataDir, file: join(dataDir, 'emulator.ndjson') };
}

const images = (ImageIds: string) => ({ DeleteImageType: 'ImageId', ImageIds });

describe('the journal', () => {
  it('brings back inventory, record, statistics, switches and nonces', async () => {
    const { dataDir } = place();
    const first = await setup({ dataDir });
    first.emulator.inventory({
      DeleteVideo: [{ prefix: 'v-', count: 1_000 }],
      DeleteMediaInfos: { any: true },
    });
    first.emulator.inventory({ DeleteImage: { ids: ['a', 'film'] } });
    first.emulator.setSwitches({ deleteImageMissing: 'only-all-missing-404' });
    await first.v3('DeleteVideo', { VideoIds: 'v-1,v-999,\u2028' }, { nonce: 'n' });
    await first.v3('DeleteMediaInfos', { MediaIds: 'm' });
    await first.v3('DeleteImage', images('a,z'));
    await first.v3('DeleteImage', {
      DeleteImageType: 'VideoId',
      VideoId: 'film',
      ImageType: 'CoverSnapshot',
    });
    await first.v3('DeleteVideo', { VideoIds: 'v-2' }, { secret: 'wrong' });
    const { stalls: _before, ...stats } = first.emulator.stats();
    const calls = first.emulator.calls();
    await first.emulator.close();

    const second = await setup({ dataDir });
    const { stalls: _after, ...restored } = second.emulator.stats();
    expect(restored).toEqual(stats);
    expect(second.emulator.calls()).toEqual(calls);
    expect((await second.v3('DeleteVideo', { VideoIds: 'v-2' }, { nonce: 'n' })).json['Code']).toBe(
      'SignatureNonceUsed',
    );
    const again = await second.v3('DeleteVideo', { VideoIds: 'v-1,v-2' });
    expect(again.json['NonExistVideoIds']).toEqual(['v-1']);
    const film = (ImageType: string) =>
      second.v3('DeleteImage', { DeleteImageType: 'VideoId', VideoId: 'film', ImageType });
    expect((await film('CoverSnapshot')).status).toBe(404);
    expect((await film('All')).status).toBe(200);
    expect(second.last().at).toBeGreaterThan(calls.at(-1)!.at);
    await second.emulator.close();

    const third = await setup({ dataDir });
    expect(third.emulator.calls().length).toBe(calls.length + 4);
  });

  it('holds a call before it is answered, as a kill would leave it', async () => {
    const { dataDir, file } = place();
    const { emulator, v3 } = await setup({ dataDir });
    emulator.inventory({ DeleteVideo: { any: true } });
    emulator.setFaults([{ kind: 'timeout-after' }]);
    void v3('DeleteVideo', { VideoIds: 'a' }).catch(() => undefined);
    while (emulator.calls().length === 0) await new Promise(setImmediate);
    const copy = place();
    writeFileSync(copy.file, readFileSync(file));
    const survivor = await setup({ dataDir: copy.dataDir });
    expect(survivor.deleted()).toEqual(['a']);
  });

  it.each(['{"call":{"at":17,"acc', '{"start":{"at":99,"wall":0}}'])(
    'drops the torn last line %s',
    async (torn) => {
      const { dataDir, file } = place();
      const first = await setup({ dataDir });
      first.emulator.inventory({ DeleteVideo: { ids: ['a', 'b'] } });
      await first.v3('DeleteVideo', { VideoIds: 'a' });
      await first.emulator.close();
      appendFileSync(file, torn);

      const second = await setup({ dataDir });
      expect(second.deleted()).toEqual(['a']);
      await second.v3('DeleteVideo', { VideoIds: 'b' });
      await second.emulator.close();
      expect(readFileSync(file, 'utf8')).not.toContain(torn);
      expect((await setup({ dataDir })).deleted()).toEqual(['a', 'b']);
    },
  );

  it('refuses to start from one that is damaged elsewhere', async () => {
    const { dataDir, file } = place();
    writeFileSync(file, '{"start":\n{"start":{"at":0,"wall":0}}\n');
    await expect(setup({ dataDir })).rejects.toThrow(/emulator\.ndjson, byte 0: damaged/);
  });

  it('lets `at` go on by the wall clock, and never back', async () => {
    const { dataDir } = place();
    let wall = 1_000_000;
    const clock = (monotonic: number) => ({ ...systemClock, now: () => wall, monotonic: () => monotonic });
    const call = async (world: Awaited<ReturnType<typeof setup>>) => {
      await world.raw(acs3('DeleteVideo', { VideoIds: 'a' }, { at: wall }));
      const { at } = world.last();
      await world.emulator.close();
      return at;
    };
    expect(await call(await setup({ dataDir, clock: clock(5_000_000) }))).toBe(0);
    wall += 60_000;
    expect(await call(await setup({ dataDir, clock: clock(7) }))).toBe(60_000);
    wall -= 3_600_000;
    expect(await call(await setup({ dataDir, clock: clock(9) }))).toBe(60_000);
  });

  it('counts calls of before the restart against the cap', async () => {
    const { dataDir } = place();
    const accounts = [{ ...alibaba, caps: { DeleteVideo: { calls: 2, per: 'minute' } } as const }];
    const first = await setup({ dataDir, accounts });
    await first.v3('DeleteVideo', { VideoIds: 'a' });
    await first.emulator.close();
    const second = await setup({ dataDir, accounts });
    await second.v3('DeleteVideo', { VideoIds: 'a' });
    expect((await second.v3('DeleteVideo', { VideoIds: 'a' })).json['Code']).toBe('Throttling.User');
  });

  it('begins anew with a reset', async () => {
    const { dataDir } = place();
    const first = await setup({ dataDir });
    first.emulator.inventory({ DeleteVideo: { any: true } });
    await first.v3('DeleteVideo', { VideoIds: 'a' });
    first.emulator.reset();
    first.emulator.inventory({ DeleteImage: { ids: ['a'] } });
    await first.emulator.close();
    const second = await setup({ dataDir });
    expect(second.emulator.calls()).toEqual([]);
    expect(second.emulator.stats().inventory).toMatchObject({
      DeleteVideo: { present: 0, deleted: 0 },
      DeleteImage: { present: 1, deleted: 0 },
    });
  });
});

describe('startEmulator', () => {
  it('rejects when the port is taken', async () => {
    const { emulator } = await setup();
    await expect(setup({ port: emulator.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
