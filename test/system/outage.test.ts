/**
 * A provider that is away for a while, and one that is unwell: what is sent meanwhile, that nobody's
 * attempts are used up by it, and that sending resumes by itself.
 */
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Call } from '../../src/emulator/call-record.ts';
import { createMetrics } from '../../src/metrics.ts';
import {
  answeredWithSuccess,
  emulatorNow,
  expectAgreement,
  fullestUndisturbed,
  quiet,
  until,
} from './judge.ts';
import { everyTarget, numbered } from './targets.ts';
import { World, type WorldOptions } from './world.ts';

const image = 'alibaba.vod.delete-image';
const video = 'alibaba.vod.delete-video';
const media = 'alibaba.ice.delete-media-infos';
interface Purged {
  readonly account: string;
  readonly operation: string;
  readonly action: string;
  readonly cap: number;
  readonly count: number;
}

/** The last is not struck: it stands for an account or an action that works while others at its host don't. */
const lanes = [
  { account: 'images', operation: image, action: 'DeleteImage', cap: 50, count: 9_000 },
  { account: 'videos', operation: video, action: 'DeleteVideo', cap: 30, count: 5_500 },
  { account: 'well', operation: media, action: 'DeleteMediaInfos', cap: 10, count: 4_000 },
] as const satisfies readonly Purged[];
const struck = lanes.slice(0, 2);
/** A lane with one call's worth of work, which is due in the outage and nothing else. */
const lone = { account: 'lone', operation: video, action: 'DeleteVideo', cap: 30, count: 0 } as const;
const outageMs = 15_000;

let world: World;
afterEach(() => world.close());

const callsOf = (account: string): readonly Call[] =>
  world.emulator.calls().filter((call) => call.account === `key-of-${account}`);

/** A first attempt names an id that no call before it named. */
function attempts(calls: readonly Call[], from: number, to: number) {
  const seen = new Set<string>();
  let all = 0;
  let retried = 0;
  for (const { at, ids } of calls) {
    const known = ids.every((id) => seen.has(id));
    for (const id of ids) seen.add(id);
    if (at < from || at >= to) continue;
    all++;
    if (known) retried++;
  }
  return { all, first: all - retried, retried };
}

async function purge(chosen: readonly Purged[], timeouts?: WorldOptions['timeouts']) {
  world = await World.open({
    redisUrl: inject('redisUrl'),
    accounts: Object.fromEntries(
      chosen.map(({ account, operation, cap }) => [account, { [operation]: { cap } }]),
    ),
    ...(timeouts && { timeouts }),
  });
  const backlog = chosen.filter(({ count }) => count > 0);
  world.emulator.inventory(
    Object.fromEntries(
      backlog.map(({ account, action, count }) => [action, { prefix: `${account}-`, count }]),
    ),
  );
  const metrics = createMetrics({ build: { version: 'test', node: process.version } });
  const requests = await Promise.all(
    backlog.map(({ account, operation, count }) =>
      world.enqueue(account, operation, numbered(`${account}-`, count)),
    ),
  );
  world.worker(metrics);
  await until('every lane sends', () => backlog.every(({ account }) => callsOf(account).length > 20));
  return {
    metrics,
    settled: () => Promise.all(requests.map(({ request }) => world.settled(request, 150_000))),
  };
}

const circuitOf = async (metrics: Awaited<ReturnType<typeof purge>>['metrics']): Promise<string> => {
  const states = (await metrics.render()).matchAll(
    /^expunge_circuit_state\{provider="alibaba",state="(.+)"\} 1$/gm,
  );
  return [...states].map(([, state]) => state).join();
};

describe('an outage of 15 seconds', () => {
  it.each([
    ['error-5xx', undefined],
    ['reset-before', undefined],
    ['timeout-after', { headersMs: 1_000, totalMs: 1_500 }],
  ] as const)(
    'by %s costs hardly a retry and not one id, stops no other lane, and ends by itself',
    async (kind, timeouts) => {
      const { metrics, settled } = await purge([...lanes, lone], timeouts);
      world.emulator.setFaults([...struck, lone].map(({ account }) => ({ kind, account })));
      const from = await emulatorNow(world);
      world.emulator.inventory({ DeleteVideo: { prefix: 'lone-', count: 20 } });
      const few = await world.enqueue(lone.account, lone.operation, numbered('lone-', 20));
      await quiet(outageMs);
      const circuit = await circuitOf(metrics);
      world.emulator.setFaults([]);
      const to = await emulatorNow(world);
      await settled();
      await world.settled(few.request);

      expect(circuit).toMatch(/open/);
      expect(await circuitOf(metrics)).toBe('closed');
      for (const { account, cap } of struck) {
        const calls = callsOf(account);
        const during = attempts(calls, from, to);
        const resumed = calls.find((call) => call.at >= to && answeredWithSuccess(call));
        const resumedMs = Number(resumed?.at) - to;
        console.info(`${kind} ${account}:`, during, `resumed after ${(resumedMs / 1_000).toFixed(1)} s`);
        expect(during.all).toBeLessThanOrEqual(1.1 * during.first);
        // At the cap it would have been 15 times the cap.
        expect(during.all).toBeLessThan(4 * cap);
        expect(resumedMs).toBeLessThan(15_000);
      }
      const well = attempts(callsOf('well'), from, to).all / (outageMs / 1_000);
      console.info(`${kind} well: ${well.toFixed(2)} calls/s of 10`);
      expect(well).toBeGreaterThan(9);

      const targets = await everyTarget(world);
      expect(targets.filter(({ settlement }) => settlement !== 'deleted' && settlement !== 'absent')).toEqual(
        [],
      );
      const most = (prefix: string) =>
        Math.max(...targets.filter(({ id }) => id.startsWith(prefix)).map((target) => target.attempts));
      const alone = attempts(callsOf('lone'), from, to).all;
      console.info(
        `${kind}: at most ${most('images-')} attempts spent on an id; ${most('lone-')} of ${alone} alone`,
      );
      expect(Math.max(most('images-'), most('videos-'))).toBeLessThanOrEqual(4);
      // Five failures before it opens, one success; probes are not held against them.
      expect(most('lone-')).toBeLessThanOrEqual(6);
      expect(alone).toBeGreaterThanOrEqual(6);
      for (const { account, cap } of lanes)
        expect(fullestUndisturbed(world, account, 1_000)).toBeLessThanOrEqual(cap);
      await expectAgreement(world);
      const said = world.logged.filter((line) => line.includes('circuit '));
      expect(said.filter((line) => line.includes('answers nothing usable')).length).toBeGreaterThanOrEqual(2);
      expect(said.filter((line) => line.includes('circuit closed')).length).toBeGreaterThanOrEqual(2);
    },
  );
});

describe('a brown-out that fails 30 % of the calls for 12 seconds', () => {
  it('is sent one retry for ten first attempts while there are any', async () => {
    const [, videos] = lanes;
    const { settled } = await purge([{ ...videos, count: 9_000 }]);
    world.emulator.setFaults([{ kind: 'error-5xx', share: 0.3 }]);
    const from = await emulatorNow(world);
    await quiet(12_000);
    world.emulator.setFaults([]);
    const to = await emulatorNow(world);
    await settled();

    const during = attempts(callsOf('videos'), from, to);
    console.info('brown-out:', during, `${(during.all / ((to - from) / 1_000)).toFixed(1)} calls/s`);
    expect(during.all).toBeLessThanOrEqual(1.1 * during.first + 10);
    expect(during.all / ((to - from) / 1_000)).toBeGreaterThan(0.9 * videos.cap);
    const targets = await everyTarget(world);
    expect(targets.filter(({ settlement }) => settlement !== 'deleted')).toEqual([]);
    await expectAgreement(world);
  });
});
