/**
 * The caps through trouble, in one worker: whatever stops, blocks, steps or delays the process, no rolling
 * second at the provider holds more calls than the cap, and sending goes on. By the emulator's record.
 */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { arrivalsOf, longestSilence } from './arrivals.ts';
import { emulatorNow, expectAgreement, quiet, until } from './judge.ts';
import { numbered } from './targets.ts';
import { WorkerProcess, type Trouble } from './worker-process.ts';
import { World } from './world.ts';

const video = 'alibaba.vod.delete-video';
const image = 'alibaba.vod.delete-image';
const lanes = [
  { operation: video, action: 'DeleteVideo', cap: 30 },
  { operation: image, action: 'DeleteImage', cap: 50 },
] as const;

let world: World;
let worker: WorkerProcess;

afterEach(async () => {
  await worker.stop();
  await world.close();
});

async function startWorld(latency = { min: 5, max: 15 }): Promise<void> {
  world = await World.open({
    redisUrl: inject('redisUrl'),
    accounts: { acc: { [video]: { cap: 30 }, [image]: { cap: 50 } } },
    settings: { metrics: { port: 0 } },
    emulator: { latency },
  });
  for (const { action } of lanes) world.emulator.inventory({ [action]: { any: true } });
  worker = await WorkerProcess.start(world);
}

/** A backlog for so many seconds at the caps; answers the requests. */
function enqueueSeconds(seconds: number, prefix: string): Promise<readonly string[]> {
  return Promise.all(
    lanes.map(async ({ operation, cap }) => {
      return (await world.enqueue('acc', operation, numbered(prefix, seconds * cap * 20))).request;
    }),
  );
}

const underWay = (calls: number) =>
  until(`${calls} calls a lane`, () =>
    lanes.every(({ action }) => arrivalsOf(world.emulator, 'acc', action).at.length >= calls),
  );

/** Everything is settled, the ledger is right, no cap was passed, and after `over` no lane was silent for long. */
async function judge(name: string, requests: readonly string[], over: number): Promise<void> {
  for (const request of requests) await world.settled(request);
  await expectAgreement(world);
  const figures = lanes.map(({ action, cap }) => {
    const { at, fullest, fullestSure } = arrivalsOf(world.emulator, 'acc', action);
    const silence = Math.round(longestSilence(at, over, over + 3_000));
    const first = Math.round((at.find((time) => time >= over) ?? Infinity) - over);
    return { action, cap, fullest, fullestSure, first, silence };
  });
  const told = figures.map(
    ({ action, cap, fullest, first, silence }) =>
      `${action} ${fullest}/${cap}, first after ${first} ms, longest silence ${silence} ms`,
  );
  console.info(`${name}: ${told.join('; ')}; emulator stalls ${world.emulator.stats().stalls.length}`);
  for (const { cap, fullestSure, silence } of figures) {
    expect(fullestSure).toBeLessThanOrEqual(cap);
    expect(silence).toBeLessThan(2_000);
  }
}

const troubles: readonly { readonly name: string; readonly trouble: Trouble }[] = [
  { name: 'its event loop is blocked for 2 s', trouble: { blockMs: 2_000 } },
  { name: 'its event loop is blocked for 5 s', trouble: { blockMs: 5_000 } },
  { name: 'its Date steps by +1 h', trouble: { stepMs: 3_600_000 } },
  { name: 'its Date steps by -1 h', trouble: { stepMs: -3_600_000 } },
];

describe('a worker under backlog', () => {
  it.each(troubles)('keeps to its caps and goes on when $name', async ({ name, trouble }) => {
    await startWorld();
    const requests = await enqueueSeconds(6, 'id');
    // Urgent, so that they would overtake the backlog: nothing but a right clock keeps them back.
    const undo = { ids: numbered('undo', 40), dueMs: 5_000 };
    const asked = await emulatorNow(world);
    const notBefore = Date.now() + undo.dueMs;
    const kept = await world.enqueue('acc', video, undo.ids, { notBefore, urgent: true });
    await underWay(40);
    await worker.make(trouble);
    await judge(name, [...requests, kept.request], await emulatorNow(world));

    const inUndo = new Set(undo.ids);
    const sent = arrivalsOf(world.emulator, 'acc', 'DeleteVideo').calls.filter(({ ids }) =>
      ids.some((id) => inUndo.has(id)),
    );
    const waited = sent.map(({ at }) => Math.round(at - asked));
    console.info(`${name}: ids not before ${undo.dueMs} ms were sent after ${waited.join(', ')} ms`);
    // The two clocks are read one after the other.
    for (const ms of waited) expect(ms).toBeGreaterThanOrEqual(undo.dueMs - 10);
    expect(Math.min(...waited)).toBeLessThan(undo.dueMs + 6_000);
  });

  it('keeps to its caps and goes on when it is stopped for 3 s', async () => {
    await startWorld();
    const requests = await enqueueSeconds(6, 'id');
    await underWay(40);
    worker.signal('SIGSTOP');
    await quiet(3_000);
    worker.signal('SIGCONT');
    await judge('it is stopped for 3 s', requests, await emulatorNow(world));
  });

  it('keeps to its caps when a burst of work finds few connections and each takes 150 ms to connect', async () => {
    // Answers take long enough that tens of connections are needed at once.
    await startWorld({ min: 600, max: 700 });
    await worker.make({ connectMs: 150 });
    const proof = await enqueueSeconds(0.2, 'first');
    for (const request of proof) await world.settled(request);
    const over = await emulatorNow(world);
    const requests = await enqueueSeconds(4, 'id');
    await judge('cold connections', requests, over);
  });
});
