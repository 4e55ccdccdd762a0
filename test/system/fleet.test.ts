/**
 * Two workers on the same accounts: lanes are shared and change hands when one joins, dies, ends or oversleeps,
 * and through all of it no rolling second at the provider holds more calls than a lane's cap.
 */
import { QueueEvents } from 'bullmq';
import { afterEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { queueName } from '../../src/job.ts';
import { arrivalsOf, repeatedIds } from './arrivals.ts';
import { emulatorNow, expectAgreement, until } from './judge.ts';
import { everyTarget, numbered } from './targets.ts';
import { WorkerProcess } from './worker-process.ts';
import { World } from './world.ts';

const operations = [
  { operation: 'alibaba.vod.delete-video', action: 'DeleteVideo', cap: 30 },
  { operation: 'alibaba.vod.delete-image', action: 'DeleteImage', cap: 20 },
] as const;
const lanes = ['one', 'two'].flatMap((account) =>
  operations.map((each) => ({ ...each, account, lane: `${account}~${each.operation}` })),
);
type Lane = (typeof lanes)[number];
/** With these several calls of each lane are always in flight; or hardly one, so that a lane changes hands fast. */
const slow = { min: 250, max: 350 };
const fast = { min: 20, max: 40 };

let world: World;
let workers: WorkerProcess[] = [];
let requests: readonly string[];

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  workers = [];
  await world.close();
});

const arrivals = ({ account, action }: Lane) => arrivalsOf(world.emulator, account, action);

async function join(): Promise<WorkerProcess> {
  const worker = await WorkerProcess.start(world);
  workers.push(worker);
  return worker;
}

const send = (some: readonly Lane[], calls: number) => {
  const before = new Map(some.map((lane) => [lane, arrivals(lane).at.length]));
  const enough = (lane: Lane) => arrivals(lane).at.length >= (before.get(lane) ?? 0) + calls;
  return until(`${calls} calls of ${some.map(({ lane }) => lane).join()}`, () => some.every(enough));
};

/** A worker at work on a backlog of so many seconds, and a second one that took its share of the lanes: `theirs`. */
async function twoAtWork(seconds: number, latency = slow) {
  const limits = Object.fromEntries(operations.map(({ operation, cap }) => [operation, { cap }]));
  world = await World.open({
    redisUrl: inject('redisUrl'),
    accounts: { one: limits, two: limits },
    settings: { metrics: { port: 0 } },
    emulator: { latency },
  });
  for (const { action } of operations) world.emulator.inventory({ [action]: { any: true } });
  requests = await Promise.all(
    lanes.map(async ({ account, operation, cap }) => {
      const ids = numbered(`${account}-`, seconds * cap * 20);
      return (await world.enqueue(account, operation, ids)).request;
    }),
  );
  const first = await join();
  await send(lanes, 10);
  const second = await join();
  await until('two lanes each', () => second.owned().size === 2 && first.owned().size === 2);
  const theirs = lanes.filter(({ lane }) => second.owned().has(lane));
  await send(theirs, 15);
  return { first, second, theirs };
}

/** Milliseconds from `since` to the lane's next call. */
async function nextCall(lane: Lane, since: number): Promise<number> {
  const next = () => arrivals(lane).at.find((at) => at > since);
  await until(`a call of ${lane.lane}`, () => next() !== undefined);
  return Math.round((next() ?? Infinity) - since);
}

const settled = async () => {
  for (const request of requests) await world.settled(request);
};

/** Everything is settled, the ledger is right, no cap was passed. */
async function judge(name: string, figures: object): Promise<void> {
  await settled();
  await expectAgreement(world);
  const fullest = lanes.map((lane) => `${arrivals(lane).fullest}/${lane.cap}`).join(' ');
  const stalls = world.emulator.stats().stalls.length;
  console.info(`${name}: ${JSON.stringify(figures)}; fullest ${fullest}, emulator stalls ${stalls}`);
  for (const lane of lanes) expect(arrivals(lane).fullestSure).toBeLessThanOrEqual(lane.cap);
}

/** Counts from now on the jobs of these lanes that were found to be held by nobody. */
async function stalledJobs(some: readonly Lane[]): Promise<() => number> {
  let count = 0;
  for (const { lane } of some) {
    const events = new QueueEvents(queueName(lane), {
      connection: { url: inject('redisUrl') },
      prefix: world.config.redis.prefix,
    });
    onTestFinished(() => events.close());
    events.on('stalled', () => count++);
    await events.waitUntilReady();
  }
  return () => count;
}

/** Targets that an unanswered call held. */
const ambiguous = async () => (await everyTarget(world)).filter((row) => row.ambiguous === 1);

describe('two workers', () => {
  it('have the lanes of one that is killed served again within 15 s, and show every repeat', async () => {
    const { second, theirs } = await twoAtWork(9);
    const killed = await emulatorNow(world);
    second.signal('SIGKILL');
    await second.ended;
    // What it had written before it died may still arrive.
    const handover = await Promise.all(theirs.map((lane) => nextCall(lane, killed + 100)));
    await settled();

    const lost = await ambiguous();
    const records = await Promise.all(lost.map(({ id }) => world.ledger.lookup(id)));
    const inLane = records.flatMap((found, n) =>
      found.filter(({ account, operation }) => `${account}~${operation}` === lost[n]?.lane),
    );
    const resent = theirs.flatMap((lane) => {
      const { calls } = arrivals(lane);
      return lost
        .filter((row) => row.lane === lane.lane)
        .map(
          ({ id }) => (calls.find(({ at, ids }) => at > killed + 100 && ids.includes(id))?.at ?? 0) - killed,
        );
    });
    const repeats = lanes.flatMap((lane) => {
      const { calls } = arrivals(lane);
      return [...repeatedIds(calls)].map((id) => {
        const beforeKill = killed - (calls.find(({ ids }) => ids.includes(id))?.at ?? 0);
        return { name: `${lane.lane} ${id}`, beforeKill };
      });
    });
    const slowestResent = Math.round(Math.max(...resent));
    await judge('a worker is killed', {
      ...{ handover, lost: lost.length, repeats: repeats.length, slowestResent },
    });

    for (const ms of handover) expect(ms).toBeLessThan(15_000);
    expect(lost.length).toBeGreaterThan(0);
    // Without a new offer they would wait for the dead worker's job locks: some 40 s.
    expect(slowestResent).toBeLessThan(30_000);
    for (const { lane } of lost) expect(theirs.map((each) => each.lane)).toContain(lane);
    for (const { attempts, calls } of inLane) {
      expect(attempts).toBeGreaterThanOrEqual(2);
      expect(calls.filter(({ result }) => result === 'lost')).toHaveLength(1);
    }
    const shown = lost.map(({ lane, id }) => `${lane} ${id}`);
    expect(repeats.length).toBeGreaterThan(0);
    for (const { name, beforeKill } of repeats) {
      // In flight at the kill; or sent afterwards in one call with such an id, and split off from it.
      expect(beforeKill).toBeLessThan(slow.max + 100);
      if (beforeKill > 0) expect(shown).toContain(name);
    }
  });

  it('hand the lanes over within 4 s when one is asked to end under load', async () => {
    const { second, theirs } = await twoAtWork(9, fast);
    const stalled = await stalledJobs(theirs);
    const asked = await emulatorNow(world);
    second.signal('SIGTERM');
    const { code } = await second.ended;
    const endMs = Math.round((await emulatorNow(world)) - asked);
    const answered = new Set(second.lines.map(({ requestId }) => requestId));
    const lastOf = (lane: Lane) =>
      arrivals(lane).calls.findLast(({ requestId }) => answered.has(requestId))?.at ?? 0;
    const handover = await Promise.all(theirs.map((lane) => nextCall(lane, lastOf(lane))));
    await judge('a worker is asked to end', { code, endMs, handover, stalled: stalled() });

    expect(code).toBe(0);
    expect(endMs).toBeLessThan(30_000);
    for (const ms of handover) expect(ms).toBeLessThan(4_000);
    expect(await ambiguous()).toEqual([]);
    expect(stalled()).toBe(0);
    for (const lane of lanes) {
      expect(repeatedIds(arrivals(lane).calls).size).toBe(0);
      // A job left behind would stay active until its lock of 30 s ran out.
      expect((await world.queues.counts(lane.lane))['active']).toBe(0);
    }
  });

  // Not stopped but blocked: a process that is stopped while it commits holds the embedded ledger's lock, and
  // nobody sends until it wakes.
  it('lose no lane to an owner that slept through its take-over: it sends nothing with what it held', async () => {
    const { first, second, theirs } = await twoAtWork(9);
    const asleep = await emulatorNow(world);
    const awake = second.make({ blockMs: 12_000 });
    await until('the take-over', () => theirs.every(({ lane }) => first.owned().has(lane)));
    const handover = await Promise.all(theirs.map((lane) => nextCall(lane, asleep + 1_000)));
    const heard = second.lines.length;
    await awake;
    const woken = await emulatorNow(world);
    await until('its loss is noticed', () =>
      second.lines.slice(heard).some(({ msg }) => msg === 'unit lost'),
    );
    await settled();

    const after = second.lines.slice(heard);
    const strays = theirs.flatMap((lane) => {
      const again = after.findIndex(({ msg, unit }) => msg === 'unit taken' && unit === lane.lane);
      const own = new Set(after.slice(0, again < 0 ? undefined : again).map(({ requestId }) => requestId));
      return arrivals(lane).calls.filter(({ at, requestId }) => at > woken && own.has(requestId));
    });
    await judge('a worker oversleeps', { handover, strays: strays.length });
    expect(strays).toEqual([]);
  });
});
