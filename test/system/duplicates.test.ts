/** The same id asked for twice: at once, afterwards, urgently, too early, by two people, by a queue that delivers twice. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { queueName } from '../../src/job.ts';
import { emulatorNow, expectAgreement, until } from './judge.ts';
import { numbered } from './targets.ts';
import { World } from './world.ts';

const video = 'alibaba.vod.delete-video';
const slow = 2;

let world: World;
beforeEach(async () => {
  world = await World.open({
    redisUrl: inject('redisUrl'),
    accounts: { acc: { [video]: { cap: 30 } }, slow: { [video]: { cap: slow } } },
    settings: { brake: false },
  });
});
afterEach(() => world.close());

const callsNaming = (id: string) => world.emulator.calls().filter(({ ids }) => ids.includes(id));
const reference = (id: string) => ({ by: 'referenceId', id });

describe('the same id', () => {
  it('of requests that race is sent once, and every request shows its outcome', async () => {
    const ids = numbered('v', 400);
    world.emulator.inventory({ DeleteVideo: { ids } });
    world.worker();
    const requests = await Promise.all([
      ...Array.from({ length: 4 }, () => world.enqueue('acc', video, ids)),
      ...Array.from({ length: 4 }, () => world.enqueue('acc', video, ids.toReversed(), { urgent: true })),
    ]);
    for (const { request } of requests) expect(await world.settled(request)).toEqual({ deleted: 400 });
    const sent = world.emulator.calls().flatMap((call) => call.ids);
    console.info(
      `8 requests for the same 400 ids: ${sent.length} ids sent in ${world.emulator.calls().length} calls`,
    );
    expect(sent.toSorted()).toEqual(ids.toSorted());
    expect(requests.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(400);
    await expectAgreement(world);
  });

  it('that was deleted is answered from the ledger without a call, unless it is asked for again', async () => {
    world.emulator.inventory({ DeleteVideo: { ids: ['v1'] } });
    world.worker();
    const first = await world.enqueue('acc', video, ['v1']);
    await world.settled(first.request);
    const second = await world.enqueue('acc', video, ['v1']);
    expect(second).toMatchObject({ accepted: 0, alreadySettled: 1 });
    expect(await world.settled(second.request)).toEqual({ deleted: 1 });
    // One that is new shows that the lane has been at work since.
    await world.settled((await world.enqueue('acc', video, ['nowhere'])).request);
    expect(callsNaming('v1')).toHaveLength(1);

    const third = await world.enqueue('acc', video, ['v1'], { again: true });
    expect(third).toMatchObject({ accepted: 1, alreadySettled: 0 });
    expect(await world.settled(third.request)).toEqual({ absent: 1 });
    expect(callsNaming('v1')).toHaveLength(2);
  });

  it('is sent again where ids of its kind are given anew: a reference id', async () => {
    world.emulator.inventory({ DeleteVideo: { ids: ['reference-1'] } });
    world.worker();
    const first = await world.enqueue('acc', video, [reference('reference-1')]);
    expect(await world.settled(first.request)).toEqual({ deleted: 1 });
    world.emulator.inventory({ DeleteVideo: { ids: ['reference-1'] } });
    const second = await world.enqueue('acc', video, [reference('reference-1')]);
    expect(second).toMatchObject({ accepted: 1, alreadySettled: 0 });
    expect(await world.settled(second.request)).toEqual({ deleted: 1 });
    expect(callsNaming('reference-1').map((call) => call.by)).toEqual(['ReferenceIds', 'ReferenceIds']);
    expect(callsNaming('reference-1')).toHaveLength(2);
  });

  it('that is refused or exhausted is sent again when it is asked for once more', async () => {
    world.emulator.inventory({ DeleteVideo: { ids: ['v1'] } });
    world.emulator.setFaults([{ kind: 'forbid-ids', ids: ['v1'] }]);
    world.worker();
    expect(await world.settled((await world.enqueue('acc', video, ['v1'])).request)).toEqual({ refused: 1 });
    world.emulator.setFaults([]);
    expect(await world.settled((await world.enqueue('acc', video, ['v1'])).request)).toEqual({ deleted: 1 });
    await expectAgreement(world);
  });
});

/** `expunge` as it is typed; answers its exit code. */
async function expunge(...argv: readonly string[]): Promise<number> {
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const config = ['--config', `${world.dir}/expunge.json`];
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...argv, ...config], { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number];
  return code;
}

describe('two command lines', () => {
  it('that enqueue the same file at the same time have one effect, and both see its end', async () => {
    const ids = numbered('v', 200);
    world.emulator.inventory({ DeleteVideo: { ids } });
    world.worker();
    const file = `${world.dir}/ids.txt`;
    writeFileSync(file, ids.join('\n'));
    const enqueue = () => expunge('enqueue', 'acc', video, '--file', file, '--yes', '--wait');
    expect(await Promise.all([enqueue(), enqueue()])).toEqual([0, 0]);
    const sent = world.emulator.calls().flatMap((call) => call.ids);
    expect(sent.toSorted()).toEqual(ids.toSorted());
    const [record] = await world.ledger.lookup('v7');
    expect(record?.requests).toHaveLength(2);
    expect(record?.calls).toHaveLength(1);
    await expectAgreement(world);
  });
});

describe('a queue that delivers each job three times', () => {
  it('has each id sent once, and every delivery returns its outcome', async () => {
    const ids = numbered('v', 400);
    world.emulator.inventory({ DeleteVideo: { ids } });
    const { request } = await world.enqueue('acc', video, ids);
    const queue = new Queue(queueName(`acc~${video}`), {
      connection: { url: inject('redisUrl') },
      prefix: world.config.redis.prefix,
    });
    const jobs = await queue.getJobs(['waiting', 'prioritized']);
    const again = await queue.addBulk(
      [...jobs, ...jobs].map(({ name, data }) => ({ name, data: data as object })),
    );
    expect(again).toHaveLength(40);
    world.worker();
    expect(await world.settled(request)).toEqual({ deleted: 400 });
    await until('every delivery is over', async () => (await queue.getCompletedCount()) === 60);
    const returned = await Promise.all(
      again.map(async ({ id }) => (await queue.getJob(id ?? ''))?.returnvalue as object[]),
    );
    for (const outcome of returned.flat()) expect(outcome).toMatchObject({ settlement: 'deleted' });
    await queue.close();
    const sent = world.emulator.calls().flatMap((call) => call.ids);
    expect(sent.toSorted()).toEqual(ids.toSorted());
    await expectAgreement(world);
  });
});

describe('notBefore', () => {
  it('is kept: nothing is sent before it, by the record of the emulator', async () => {
    const ids = numbered('v', 50);
    world.emulator.inventory({ DeleteVideo: { ids: [...ids, 'warm-up'] } });
    world.worker();
    await world.settled((await world.enqueue('acc', video, ['warm-up'])).request);
    const now = await emulatorNow(world);
    const { request } = await world.enqueue('acc', video, ids, { notBefore: Date.now() + 2_000 });
    expect(await world.settled(request)).toEqual({ deleted: 50 });
    const first = Math.min(...ids.flatMap(callsNaming).map(({ at }) => at)) - now;
    console.info(`notBefore 2,000 ms ahead: first sent after ${first.toFixed(0)} ms`);
    // The two clocks are read one after the other.
    expect(first).toBeGreaterThanOrEqual(1_990);
    expect(first).toBeLessThanOrEqual(3_500);
  });

  it('of an open id gives way to a request that wants it at once', async () => {
    world.emulator.inventory({ DeleteVideo: { ids: ['v1'] } });
    world.worker();
    const later = await world.enqueue('acc', video, ['v1'], { notBefore: Date.now() + 3_600_000 });
    const now = await world.enqueue('acc', video, ['v1']);
    expect(now).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await world.settled(later.request)).toEqual({ deleted: 1 });
    await expectAgreement(world);
  });
});

describe('an urgent request', () => {
  it('hastens ids that stand at the end of a backlog, in memory, in the queue and in the ledger', async () => {
    const backlog = numbered('v', 4_000);
    world.emulator.inventory({ DeleteVideo: { ids: backlog } });
    await world.enqueue('slow', video, backlog);
    world.worker();
    await until('the lane sends', () => world.emulator.calls().length >= 2);
    const asked = ['v150', 'v190', 'v3999'];
    const before = world.emulator.calls().length;
    const { request, duplicates } = await world.enqueue('slow', video, asked, { urgent: true });
    expect(duplicates).toBe(3);
    expect(await world.settled(request, 10_000)).toEqual({ deleted: 3 });
    const waited = world.emulator.calls().findIndex(({ ids }) => ids.includes('v3999')) - before;
    console.info(`an urgent duplicate behind 4,000: sent ${waited} calls later`);
    expect(waited).toBeLessThanOrEqual(3 + slow);
    for (const id of asked) expect(callsNaming(id)).toHaveLength(1);
  });
});
