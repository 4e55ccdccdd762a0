/**
 * Workers that join and leave under a backlog: the lanes are spread evenly over 1, 2, 4 and 8 of them, each lane's
 * cap is used by whoever owns it, and nobody ever passes it.
 */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { arrivalsOf, fullestSure } from './arrivals.ts';
import { expectAgreement, until } from './judge.ts';
import { numbered } from './targets.ts';
import { WorkerProcess } from './worker-process.ts';
import { World } from './world.ts';

const operation = 'alibaba.vod.delete-image';
/** Small, so that eight processes, Redis, the ledger and the emulator have room on two cores. */
const cap = 5;
const latency = { min: 5, max: 15 };
const accounts = Array.from({ length: 12 }, (_, n) => `lane${n}`);
/** How long the fleet works undisturbed between two changes. */
const holdSeconds = 6;
/** More than the changes take; the last worker works off what is left. */
const backlogSeconds = 80;

let world: World;
let workers: WorkerProcess[] = [];
const gone: WorkerProcess[] = [];

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  workers = [];
  gone.length = 0;
  await world.close();
});

const arrivals = (account: string) => arrivalsOf(world.emulator, account, 'DeleteImage');

/** Calls of each lane so far. */
function callCounts(): ReadonlyMap<string, number> {
  const { accounts: all } = world.emulator.stats();
  return new Map(accounts.map((account) => [account, all[`key-of-${account}`]?.['DeleteImage']?.calls ?? 0]));
}

/** Every lane is somebody's, and nobody has two more than another. */
function isEven(): boolean {
  const counts = workers.map((worker) => worker.owned().size);
  return (
    counts.reduce((sum, count) => sum + count, 0) === accounts.length &&
    Math.max(...counts) - Math.min(...counts) <= 1
  );
}

/** Seconds until the lanes are spread evenly; then the fleet works for a while. */
async function spreadOut(): Promise<number> {
  const began = performance.now();
  await until(`${workers.length} workers share ${accounts.length} lanes`, isEven, 20_000);
  const seconds = (performance.now() - began) / 1_000;
  const before = callCounts();
  await until('calls in every lane', () =>
    [...callCounts()].every(([account, calls]) => calls >= (before.get(account) ?? 0) + holdSeconds * cap),
  );
  return seconds;
}

async function growTo(count: number): Promise<number> {
  const joining = Array.from({ length: count - workers.length }, () => WorkerProcess.start(world));
  workers.push(...(await Promise.all(joining)));
  return spreadOut();
}

/** The newest leave, as a deploy or an operator ends them. */
async function shrinkTo(count: number): Promise<number> {
  const leaving = workers.splice(count);
  gone.push(...leaving);
  for (const worker of leaving) worker.signal('SIGTERM');
  const seconds = await spreadOut();
  for (const worker of leaving) expect((await worker.ended).code).toBe(0);
  return seconds;
}

/** A call as it arrived, and what its sender's log says: who sent it, and how many ms its answer took. */
interface Sent {
  readonly at: number;
  readonly sender: WorkerProcess;
  readonly ms: number;
}

function sentOf(account: string, logged: ReadonlyMap<string, Omit<Sent, 'at'>>): readonly Sent[] {
  return arrivals(account).calls.map(({ at, requestId }) => {
    const log = logged.get(requestId);
    if (!log) throw new Error(`nobody sent ${requestId}`);
    return { at, ...log };
  });
}

/** A lane's calls, cut where its owner changed: the times of each owner's. */
function tenures(calls: readonly Sent[]): readonly (readonly number[])[] {
  const cut: number[][] = [];
  for (const [n, { at, sender }] of calls.entries()) {
    if (sender !== calls[n - 1]?.sender) cut.push([]);
    cut.at(-1)?.push(at);
  }
  return cut;
}

/**
 * Windows over the cap, each as its calls. The cap holds at the provider for delays that vary by 40 ms: on two
 * busy cores some take longer. What the emulator noticed of its own is not counted, nor a window whose first call
 * was so long on its way, by the time that its answer took, that it may have left before the window began.
 */
function windowsOver(calls: readonly Sent[]): readonly (readonly Sent[])[] {
  return calls.flatMap((last, n) => {
    const first = calls[n - cap];
    if (!first || last.at - first.at >= 1_000) return [];
    const window = calls.slice(n - cap, n + 1);
    const times = window.map(({ at }) => at);
    const delay = Math.max(0, first.ms - latency.min);
    if (delay > 40 && last.at - (first.at - delay) >= 1_000) return [];
    return fullestSure(world.emulator, times) > cap ? [window] : [];
  });
}

const spanOf = (at: readonly number[]) => (at.at(-1) ?? 0) - (at[0] ?? 0);

describe('a fleet of 1, 2, 4, 8, 4 and 1 workers', () => {
  it('spreads 12 lanes evenly within 20 s of each change, at 95 % of their caps, handing over within 4 s', async () => {
    world = await World.open({
      redisUrl: inject('redisUrl'),
      accounts: Object.fromEntries(accounts.map((account) => [account, { [operation]: { cap } }])),
      settings: { metrics: { port: 0 } },
      emulator: { latency },
    });
    world.emulator.inventory({ DeleteImage: { any: true } });
    // Each a call of its own, so that a long backlog is a short list.
    for (const account of accounts) {
      const videos = numbered(`${account}-`, backlogSeconds * cap).map((id) => ({ by: 'videoId', id }));
      await world.enqueue(account, operation, videos, { options: { imageType: 'All' } });
    }

    const began = performance.now();
    const spreadSeconds: number[] = [];
    for (const count of [1, 2, 4, 8]) spreadSeconds.push(await growTo(count));
    for (const count of [4, 1]) spreadSeconds.push(await shrinkTo(count));
    const seconds = (performance.now() - began) / 1_000;
    const open = (await world.ledger.lanes()).map((lane) => lane.open);
    await until(
      'the last id',
      async () => (await world.ledger.lanes()).every((lane) => lane.open === 0),
      90_000,
    );
    await Promise.all(workers.map((worker) => worker.stop()));

    const logged = new Map(
      [...workers, ...gone].flatMap((sender) =>
        sender.lines.flatMap(({ requestId, ms = 0 }) =>
          requestId ? [[requestId, { sender, ms }] as const] : [],
        ),
      ),
    );
    const lanes = accounts.map((account) => {
      const sent = sentOf(account, logged);
      const parts = tenures(sent);
      const calls = parts.reduce((sum, part) => sum + part.length - 1, 0);
      const sending = parts.reduce((sum, part) => sum + spanOf(part), 0) / 1_000;
      const handovers = parts.slice(1).map((part, n) => (part[0] ?? 0) - (parts[n]?.at(-1) ?? 0));
      const { fullest } = arrivals(account);
      return { share: calls / sending / cap, handovers, fullest, over: windowsOver(sent) };
    });
    const handovers = lanes.flatMap((lane) => lane.handovers);
    const shares = lanes.map(({ share }) => share);
    console.info('spread', {
      seconds: Math.round(seconds),
      spreadSeconds: spreadSeconds.map((each) => each.toFixed(1)).join(' '),
      handovers: handovers.length,
      slowest: Math.round(Math.max(...handovers)),
      shares: shares.map((share) => share.toFixed(3)).join(' '),
      fullest: lanes.map(({ fullest }) => fullest).join(' '),
      stalls: world.emulator.stats().stalls.length,
    });
    await expectAgreement(world);
    expect(Math.min(...open)).toBeGreaterThan(0);
    expect(Math.max(...spreadSeconds)).toBeLessThanOrEqual(20);
    for (const { share, over } of lanes) {
      expect(share).toBeGreaterThanOrEqual(0.95);
      expect(over.map((window) => window.map(({ at, ms }) => ({ at, ms })))).toEqual([]);
    }
    expect(Math.max(...handovers)).toBeLessThanOrEqual(4_000);
    // 6, then 3 of each of two, then the second four's 4 of 8; back 4, then 9: what moves must, and no more.
    expect(handovers).toHaveLength(6 + 6 + 4 + 4 + 9);
  });
});
