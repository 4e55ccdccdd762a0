/** Credentials that don't work: a lane finds out by one call, stops, says why, and goes on once they are repaired. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';
import { expectAgreement, quiet, until } from './judge.ts';
import { everyTarget, numbered } from './targets.ts';
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

/** Codes by which a provider says that an account can't act; those that come as 404 don't mean "gone". */
const reasons = [
  ['an expired token', 'InvalidSecurityToken.Expired', 'APIGW.0307'],
  ['a key that is not known', 'InvalidAccessKeyId.NotFound', 'APIGW.0301'],
  ['a permission that is not granted', 'Forbidden.RAM', 'VOD.10057'],
  ['an unpaid bill, or another project', 'OperationDenied.Suspended', 'APIGW.0310'],
  ['the endpoint of another service', 'InvalidAction.NotFound', 'APIGW.0101'],
] as const;

describe('an account that can not act', () => {
  it.each(reasons)(
    'for %s costs one call a lane, halts it with %s or %s, and keeps its ids',
    async (...row) => {
      const [, alibaba, huawei] = row;
      const media = 'alibaba.ice.delete-media-infos';
      world = await World.open({
        redisUrl: inject('redisUrl'),
        accounts: {
          acc: { [video]: { cap: 30 }, [image]: { cap: 50 }, [media]: { cap: 30 } },
          huawei: { 'huawei.vod.delete-thumbnails': { cap: 30 } },
        },
      });
      for (const action of ['DeleteVideo', 'DeleteImage', 'DeleteMediaInfos', 'DeleteThumbnails'] as const)
        world.emulator.inventory({ [action]: { prefix: 'id', count: 200 } });
      world.emulator.setFaults([
        { kind: 'unauthorized', account: 'acc', code: alibaba },
        { kind: 'unauthorized', account: 'huawei', code: huawei },
      ]);
      const requests: string[] = [];
      for (const { account, operation } of world.lanes)
        requests.push((await world.enqueue(account.name, operation.name, numbered('id', 200))).request);
      world.worker();
      await until('all lanes halted', async () => (await lanesIn('halted')) === 4);
      await quiet(1_000);

      const calls = world.emulator.calls();
      console.info(
        `${row.join(', ')}: ${calls.map(({ action, status }) => `${action} ${status}`).join(', ')}`,
      );
      expect(calls.map(({ action }) => action).toSorted()).toEqual([
        ...['DeleteImage', 'DeleteMediaInfos', 'DeleteThumbnails', 'DeleteVideo'],
      ]);
      for (const { account, reason, open } of await world.ledger.lanes()) {
        expect(reason.split(':')[0]).toBe(account === 'huawei' ? huawei : alibaba);
        expect(open).toBe(200);
      }

      world.emulator.setFaults([]);
      await world.ledger.unhaltAll('test');
      for (const request of requests) expect(await world.settled(request)).toEqual({ deleted: 200 });
      expect((await everyTarget(world)).filter(({ attempts }) => attempts !== 1)).toEqual([]);
      await expectAgreement(world);
    },
  );
});

describe('an endpoint that is not the provider', () => {
  it.each(['a web server answers 404', 'nobody listens'])(
    'where %s gets a second of calls, then probes; nothing is taken for gone, nothing exhausted',
    async (what) => {
      let calls = 0;
      const server = createServer((_, response) => {
        calls++;
        response.writeHead(404, { 'content-type': 'text/html' }).end('<html>404 Not Found</html>');
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      if (what === 'nobody listens') server.close();
      world = await World.open({
        redisUrl: inject('redisUrl'),
        accounts: { acc: { [video]: { cap: 30 } } },
        endpoint: `http://127.0.0.1:${port}`,
      });
      const { request } = await world.enqueue('acc', video, numbered('v', 500));
      world.worker();
      await until('the circuit opens', () => world.logged.some((line) => line.includes('circuit open')));
      const before = calls;
      await quiet(3_000);
      server.close();
      console.info(
        `${what}: ${before} calls until the circuit opened, ${calls - before} in the 3 s after it`,
      );
      expect(before).toBeLessThanOrEqual(31);
      expect(calls - before).toBeLessThanOrEqual(3);
      expect(await world.ledger.tally(request)).toEqual({ open: 500 });
    },
  );
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
