/** A drain with a real limiter, on a clock of the test's; ledger, queue and provider take the time that they are told. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock as clock } from '../../src/clock.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createLimiter, type Limiter } from '../../src/limiter.ts';
import { operationNamed } from '../../src/providers/operations.ts';
import type { Transport } from '../../src/providers/transport.ts';
import { Circuit, Endpoint } from '../../src/workers/circuit.ts';
import { Drain } from '../../src/workers/drain.ts';
import type { Item } from '../../src/workers/gather.ts';
import type { LaneSetup, Means } from '../../src/workers/means.ts';
import { keyed } from '../target.ts';

const operation = operationNamed('alibaba.vod.delete-video');
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const perSecond = (calls: number) => ({ calls, per: 'second' as const });

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());

/** Drains a long backlog for so many seconds; what was sent is counted from its middle on. */
async function drained(given: {
  readonly cap: number;
  readonly ledgerMs: number;
  readonly callMs: number;
  readonly seconds: number;
  readonly egress?: Limiter;
  /** How long the n-th call waits for its connection. */
  readonly connectMs?: (call: number) => number;
}): Promise<{ readonly callsPerSecond: number; readonly unsent: number; readonly sent: readonly number[] }> {
  const { cap, ledgerMs, callMs, seconds, egress, connectMs } = given;
  const sent: number[] = [];
  let unsent = 0;
  let began = 0;
  const ledger: Partial<Ledger> = {
    async claim(_call, _lane, _tenure, keys) {
      await wait(ledgerMs);
      return { gate: { state: 'open', reason: '' }, claimed: new Set(keys), known: new Map() };
    },
    async settle({ result }) {
      if (result === 'unsent') unsent++;
      await wait(ledgerMs);
    },
  };
  const transport: Transport = {
    date: () => clock.now(),
    async send(_request, onWrite) {
      const connecting = connectMs?.(began++) ?? 0;
      if (connecting > 0) await wait(connecting);
      if (!onWrite()) return { vetoed: true };
      sent.push(clock.monotonic());
      await wait(callMs);
      return { reply: { status: 200, headers: {}, body: '{"RequestId":"x"}' }, ms: callMs };
    },
    close: async () => undefined,
  } as Partial<Transport> as Transport;
  const lane = {
    ...{ name: 'lane', account: 'acc', operation, transport, egress },
    protection: { why: () => undefined },
    site: { region: 'cn-shanghai', endpoint: 'http://127.0.0.1:1' },
    credentials: async () => ({ provider: 'alibaba', accessKeyId: 'a', accessKeySecret: 'b' }),
    circuit: new Circuit(new Endpoint('alibaba', 'host'), clock, () => undefined),
  } as unknown as LaneSetup;
  const consumer = {
    concurrency: 1,
    pause: () => undefined,
    resume: () => undefined,
    close: async () => undefined,
  };
  const means = {
    ...{ ledger, clock, queues: { consume: () => consumer }, signingKeys: [], foreignJobs: 'allow' },
    ...{ retry: { attempts: 8, capMs: 30_000 }, brake: { share: 1, least: Infinity } },
    observer: { call: () => undefined, lane: () => undefined },
  } as unknown as Means;
  const unit = { name: 'lane', cap: perSecond(cap), lanes: [lane] };
  const tenure = { unit: 'lane', owner: 'one', epoch: 1 };
  const drain = new Drain(unit, tenure, createLimiter(unit.cap, clock), means);
  drain.start();
  drain.confirmed(clock.monotonic());
  for (let n = 0; n < cap * operation.batchLimit * (seconds + 10); n++) {
    const { key, target } = keyed('acc', operation.name, `v${n}`);
    const item: Item = { key, target, urgent: false, attempts: 0, ambiguous: false, since: 0, waiters: [] };
    drain.lanes[0]?.bins.add(item, clock.monotonic());
  }
  for (let second = 0; second < seconds; second++) {
    drain.confirmed(clock.monotonic());
    drain.tune();
    await vi.advanceTimersByTimeAsync(1_000);
  }
  const from = clock.monotonic() - (seconds / 2) * 1_000;
  return { callsPerSecond: sent.filter((at) => at > from).length / (seconds / 2), unsent, sent };
}

describe('Drain', () => {
  it('keeps to 95 % of the cap with a ledger that takes a while', async () => {
    const { callsPerSecond, unsent } = await drained({ cap: 50, ledgerMs: 50, callMs: 100, seconds: 8 });
    expect(callsPerSecond / 50).toBeGreaterThanOrEqual(0.95);
    expect(unsent).toBe(0);
  });

  it.each([
    { cap: 50, ledgerMs: 600, callMs: 100, share: 0.5 },
    { cap: 2, ledgerMs: 560, callMs: 5_000, share: 0.65 },
  ])('is held up no more than a slow ledger holds it up: $ledgerMs ms at cap $cap', async (given) => {
    const { callsPerSecond } = await drained({ ...given, seconds: 40 });
    expect(callsPerSecond / given.cap).toBeGreaterThan(given.share);
  });

  it('claims no more than it can send in time where the egress lets less through than the cap', async () => {
    const egress = createLimiter(perSecond(10), clock);
    const { callsPerSecond, unsent } = await drained({
      cap: 50,
      ledgerMs: 5,
      callMs: 50,
      seconds: 20,
      egress,
    });
    expect(callsPerSecond).toBeGreaterThanOrEqual(9);
    expect(unsent).toBe(0);
  });

  it('counts a call against the egress when it is written, however long it waits for its lane or a connection', async () => {
    const shared = createLimiter(perSecond(9), clock);
    const counted: number[] = [];
    const write = () => counted.push(clock.monotonic()) > 0 && shared.write();
    const egress = { ...shared, write };
    const connectMs = (call: number) => (call % 7 === 0 ? 60 : 0);
    const { sent } = await drained({ cap: 10, ledgerMs: 5, callMs: 50, seconds: 10, egress, connectMs });
    expect(sent.length).toBeGreaterThan(80);
    expect(counted).toEqual(sent);
    for (const [n, at] of sent.slice(9).entries()) expect(at - Number(sent[n])).toBeGreaterThan(1_000);
  });

  it('claims less for nothing where others use the egress too, whom it does not see', async () => {
    const shared = createLimiter(perSecond(10), clock);
    const egress = { ...shared, dueIn: () => 0, write: () => shared.write() };
    const { callsPerSecond, unsent } = await drained({
      cap: 50,
      ledgerMs: 5,
      callMs: 50,
      seconds: 20,
      egress,
    });
    expect(callsPerSecond).toBeGreaterThanOrEqual(9);
    // 133 if it went on claiming while what it has grows old: time is the test's, so these are exact.
    expect(unsent).toBeLessThanOrEqual(98);
  });
});
