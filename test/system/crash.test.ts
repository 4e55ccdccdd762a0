/**
 * A job that kills every worker which fetches it, as a bug of ours or of a library would, and workers that are
 * started again each time, as an orchestrator would: everything else is deleted, and it ends as a dead letter.
 */
import { expect, inject, it, onTestFinished } from 'vitest';
import { repeatedIds } from './arrivals.ts';
import { expectAgreement, fates, until } from './judge.ts';
import { everyTarget, numbered } from './targets.ts';
import { WorkerProcess } from './worker-process.ts';
import { World } from './world.ts';

const video = 'alibaba.vod.delete-video';
const poison = 'one-137';

it('a job that kills its worker is a dead letter after at most 20 starts, and all others are deleted', async () => {
  const world = await World.open({
    redisUrl: inject('redisUrl'),
    accounts: { one: { [video]: { cap: 30 } }, two: { [video]: { cap: 30 } } },
    settings: { metrics: { port: 0 } },
  });
  world.emulator.inventory({ DeleteVideo: { any: true } });
  const requests = await Promise.all(
    ['one', 'two'].map((account) => world.enqueue(account, video, numbered(`${account}-`, 200))),
  );

  let ended = false;
  let starts = 0;
  let worker: WorkerProcess | undefined;
  const orchestrate = async () => {
    for (; !ended; starts++) {
      worker = await WorkerProcess.start(world, { dieOf: poison });
      await worker.ended;
    }
  };
  const began = performance.now();
  const orchestrated = orchestrate();
  onTestFinished(async () => {
    ended = true;
    await worker?.stop();
    await orchestrated;
    await world.close();
  });
  const open = () =>
    Promise.all(requests.map(async ({ request }) => (await world.ledger.tally(request)).open));
  const over = async () => starts > 20 || (await open()).every((count = 0) => count === 0);
  await until('everything is settled', over, 200_000);

  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const calls = world.emulator.calls();
  const repeats = repeatedIds(calls).size;
  const ambiguous = (await everyTarget(world)).filter((row) => row.ambiguous === 1).length;
  const tallies = await Promise.all(requests.map(({ request }) => world.ledger.tally(request)));
  const figures = { starts: starts + 1, seconds, calls: calls.length, repeats, ambiguous };
  console.info(`a job that kills: ${JSON.stringify({ ...figures, tallies })}`);
  // Absent are those whose deletion was under way when a worker died.
  const gone = tallies.map(({ deleted = 0, absent = 0 }) => deleted + absent);
  expect({ gone, exhausted: tallies.map(({ exhausted = 0 }) => exhausted) }).toEqual({
    ...{ gone: [199, 200], exhausted: [1, 0] },
  });
  expect((await fates(world, [poison])).get(poison)).toMatchObject({
    ...{ settlement: 'exhausted', code: 'WorkerCrashed', attempts: 0 },
  });
  expect(starts + 1).toBeLessThanOrEqual(20);
  expect(repeats).toBeLessThanOrEqual(ambiguous);
  expect(calls.flatMap(({ ids }) => ids)).not.toContain(poison);
  await expectAgreement(world);
});
