/**
 * A worker that is stopped for longer than its heartbeat may be silent (12 s), and for longer than its job locks
 * hold too (35 s): the other one takes its lanes, and it sends nothing with what it held when it wakes.
 *
 * On the embedded ledger a process that is stopped while it commits holds the file's lock, and nobody sends until
 * it wakes. That is safe, but it is no take-over: here it is stopped between two commits.
 */
import { describe, expect, inject, it, type TestContext } from 'vitest';
import { arrivalsOf, repeatedIds } from './arrivals.ts';
import { emulatorNow, expectAgreement, quiet, until } from './judge.ts';
import { everyTarget, numbered } from './targets.ts';
import { WorkerProcess } from './worker-process.ts';
import { World } from './world.ts';

const video = 'alibaba.vod.delete-video';
const cap = 10;
const lanes = ['one', 'two', 'three', 'four'].map((account) => ({ account, lane: `${account}~${video}` }));
type Lane = (typeof lanes)[number];

/** Two workers with two lanes each, and a backlog of so many seconds. */
async function setup({ onTestFinished }: TestContext, seconds: number) {
  const world = await World.open({
    redisUrl: inject('redisUrl'),
    accounts: Object.fromEntries(lanes.map(({ account }) => [account, { [video]: { cap } }])),
    settings: { metrics: { port: 0 } },
    emulator: { latency: { min: 250, max: 350 } },
  });
  const workers: WorkerProcess[] = [];
  onTestFinished(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await world.close();
  });
  world.emulator.inventory({ DeleteVideo: { any: true } });
  const requests: string[] = [];
  for (const { account } of lanes)
    requests.push((await world.enqueue(account, video, numbered(`${account}-`, seconds * cap * 20))).request);
  const arrivals = ({ account }: Lane) => arrivalsOf(world.emulator, account, 'DeleteVideo');
  const first = await WorkerProcess.start(world);
  const second = await WorkerProcess.start(world);
  workers.push(first, second);
  await until('two lanes each', () => second.owned().size === 2 && first.owned().size === 2);
  const theirs = lanes.filter(({ lane }) => second.owned().has(lane));
  const before = new Map(theirs.map((lane) => [lane, arrivals(lane).at.length]));
  await until('10 calls of its lanes', () =>
    theirs.every((lane) => arrivals(lane).at.length >= (before.get(lane) ?? 0) + 10),
  );
  return { world, first, second, theirs, requests, arrivals };
}

/** Stops it so that others can write the ledger; answers how often that took. */
async function stopBetweenCommits(world: World, worker: WorkerProcess): Promise<number> {
  for (let tries = 1; ; tries++) {
    worker.signal('SIGSTOP');
    const written = world.ledger.leave('nobody').then(() => true);
    if (await Promise.race([written, quiet(500).then(() => false)])) return tries;
    worker.signal('SIGCONT');
    await written;
    await quiet(20);
  }
}

// Side by side: they mostly wait.
describe.concurrent.each([12, 35])('a worker that is stopped for %i s under backlog', (seconds) => {
  it('loses its lanes to the other and sends nothing late', async (context) => {
    const { world, first, second, theirs, requests, arrivals } = await setup(context, seconds);
    const tries = await stopBetweenCommits(world, second);
    const asleep = await emulatorNow(world);
    await quiet(seconds * 1_000);
    const taken = theirs.every(({ lane }) => first.owned().has(lane));
    const heard = second.lines.length;
    const woken = await emulatorNow(world);
    second.signal('SIGCONT');
    await until('its loss is noticed', () =>
      second.lines.slice(heard).some(({ msg }) => msg === 'unit lost'),
    );
    for (const request of requests) await world.settled(request, 90_000);

    // What it answered for before it owned the lane again was sent before it slept, or is a stray.
    const after = second.lines.slice(heard);
    const strays = theirs.flatMap((lane) => {
      const again = after.findIndex(({ msg, unit }) => msg === 'unit taken' && unit === lane.lane);
      const own = new Set(after.slice(0, again < 0 ? undefined : again).map(({ requestId }) => requestId));
      return arrivals(lane).calls.filter(({ at, requestId }) => at > woken && own.has(requestId));
    });
    const handover = theirs.map((lane) =>
      Math.round((arrivals(lane).at.find((at) => at > asleep + 1_000) ?? Infinity) - asleep),
    );
    const fullest = lanes.map((lane) => `${arrivals(lane).fullest}/${cap}`).join(' ');
    const repeats = lanes.reduce((sum, lane) => sum + repeatedIds(arrivals(lane).calls).size, 0);
    const ambiguous = (await everyTarget(world)).filter((row) => row.ambiguous === 1).length;
    const figures = { handover, strays: strays.length, repeats, ambiguous, tries };
    const stalls = world.emulator.stats().stalls.length;
    console.info(
      `stopped for ${seconds} s: ${JSON.stringify(figures)}; fullest ${fullest}, emulator stalls ${stalls}`,
    );
    expect(taken).toBe(true);
    expect(strays).toEqual([]);
    for (const ms of handover) expect(ms).toBeLessThan(15_000);
    for (const lane of lanes) expect(arrivals(lane).fullestSure).toBeLessThanOrEqual(cap);
    expect(repeats).toBeLessThanOrEqual(ambiguous);
    await expectAgreement(world);
  });
});
