/** Credentials that don't work: a lane finds out by one call, stops, says why, and goes on once they are repaired. */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';
import { everyTarget, expectAgreement, numbered, quiet, until } from './judge.ts';
import { secretOf, World } from './world.ts';

const image = 'alibaba.vod.delete-image';
const video = 'alibaba.vod.delete-video';

let world: World;
afterEach(() => world.close());

const metricsOf = () => createMetrics({ build: { version: 'test', node: process.version } });
const lanesIn = async (state: string) =>
  (await world.ledger.lanes()).filter((lane) => lane.state === state).length;

describe('a wrong secret', () => {
  it('costs one call a lane, halts it with the reason, and is repaired by its file and an unhalt', async () => {
    world = await World.open({
      redisUrl: inject('redisUrl'),
      accounts: { acc: { [video]: { cap: 30 }, [image]: { cap: 50 } } },
      wrongSecretOf: 'acc',
      secretsInFiles: true,
    });
    world.emulator.inventory({
      DeleteVideo: { prefix: 'v', count: 500 },
      DeleteImage: { prefix: 'i', count: 500 },
    });
    const videos = await world.enqueue('acc', video, numbered('v', 500));
    const images = await world.enqueue('acc', image, numbered('i', 500));
    const metrics = metricsOf();
    world.worker(metrics);
    await until('both lanes halted', async () => (await lanesIn('halted')) === 2);
    await quiet(1_500);

    expect(
      world.emulator
        .calls()
        .map(({ action }) => action)
        .toSorted(),
    ).toEqual(['DeleteImage', 'DeleteVideo']);
    for (const lane of await world.ledger.lanes()) {
      expect(lane.reason).toMatch(/^SignatureDoesNotMatch: /);
      expect(lane.by).toBe('worker');
      expect(lane.open).toBe(500);
    }
    const text = await metrics.render();
    for (const operation of [video, image])
      expect(text).toContain(`expunge_lane_state{account="acc",operation="${operation}",state="halted"} 1`);
    const told = world.logged.filter((line) => line.includes('lane stopped'));
    expect(told).toHaveLength(2);
    for (const line of told) expect(line).toContain('SignatureDoesNotMatch');
    expect(world.logged.join('')).not.toContain('not-the-secret');

    world.writeSecret('acc', secretOf('acc'));
    await world.ledger.unhaltAll('test');
    expect(await world.settled(videos.request)).toEqual({ deleted: 500 });
    expect(await world.settled(images.request)).toEqual({ deleted: 500 });
    expect((await everyTarget(world)).filter(({ attempts }) => attempts !== 1)).toEqual([]);
    await expectAgreement(world);
    console.info(
      `wrong secret: ${told.length} calls in 2 lanes, then ${world.emulator.calls().length - 2} to the end`,
    );
  });
});

describe('credentials that go bad on the way', () => {
  it('cost no more calls than were in flight and one, and lose nothing', async () => {
    const latency = 200;
    world = await World.open({
      redisUrl: inject('redisUrl'),
      accounts: { acc: { [video]: { cap: 30 } } },
      emulator: { latency: { min: latency, max: latency } },
    });
    world.emulator.inventory({ DeleteVideo: { prefix: 'v', count: 3_000 } });
    const { request } = await world.enqueue('acc', video, numbered('v', 3_000));
    world.worker();
    await until('the lane is at speed', () => world.emulator.calls().length >= 40);
    world.emulator.setFaults([{ kind: 'unauthorized' }]);
    await until('the lane is halted', async () => (await lanesIn('halted')) === 1);
    await quiet(1_500);

    const refused = world.emulator.calls().filter(({ result }) => result === 'refused');
    // Until the first refusal was back at the worker: its calls of that time were in flight.
    const answeredAt = (refused[0]?.at ?? 0) + latency;
    const late = refused.filter(({ at }) => at > answeredAt + 15).length;
    console.info(
      `gone bad: ${refused.length} calls refused, ${late} of them sent after the first refusal was answered`,
    );
    expect(late).toBeLessThanOrEqual(1);
    expect(refused.length).toBeLessThanOrEqual(Math.ceil((30 * (latency + 15)) / 1_000 / 0.8) + 1);
    expect((await world.ledger.lanes())[0]).toMatchObject({ state: 'halted' });
    const { open = 0, deleted = 0, ...rest } = await world.ledger.tally(request);
    expect([open + deleted, rest]).toEqual([3_000, {}]);
    expect(open).toBeGreaterThan(0);

    world.emulator.setFaults([]);
    await world.ledger.setLane(`acc~${video}`, 'open', '', 'test');
    expect(await world.settled(request)).toEqual({ deleted: 3_000 });
    expect((await everyTarget(world)).filter(({ attempts }) => attempts !== 1)).toEqual([]);
    await expectAgreement(world);
  });
});
