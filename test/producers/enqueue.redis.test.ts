/** Enqueue where Redis does not answer: the ledger has it all, and nobody waits for long. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { enqueue } from '../../src/producers/enqueue.ts';
import { operationNamed } from '../../src/providers/operations.ts';
import { openQueues } from '../../src/queue.ts';
import { Proxy } from '../system/proxy.ts';
import { keyed } from '../target.ts';

const operation = operationNamed('alibaba.vod.delete-video');
const lane = `acc~${operation.name}`;
const request = {
  ...{ account: 'acc', operation: operation.name, requester: 'ann', reason: 'tidy' },
  ...{ urgent: true, notBefore: 0, again: false },
};

async function setup() {
  const dir = await mkdtemp(join(tmpdir(), 'expunge-enqueue-'));
  const entry = { name: lane, account: 'acc', operation: operation.name, unit: lane };
  const ledger = await openLedger(`file:${join(dir, 'ledger.db')}`, [entry]);
  const network = await Proxy.open(Number(new URL(inject('redisUrl')).port || 6379));
  const url = `redis://127.0.0.1:${network.port}`;
  const queues = openQueues({ url, prefix: dir.slice(-6), clock: systemClock, onError: () => undefined });
  await queues.connected(5_000);
  onTestFinished(async () => {
    await queues.close();
    await network.close();
    await ledger.close();
    await rm(dir, { recursive: true });
  });
  return { ledger, network, queues };
}

describe('enqueue', () => {
  it('accepts a large request while Redis is silent, and waits for it once', async () => {
    const { ledger, network, queues } = await setup();
    const targets = Array.from({ length: 12_000 }, (_, n) => keyed('acc', operation.name, `v${n}`));
    const told: unknown[] = [];
    const means = { ledger, queues, clock: systemClock, onQueueAway: (error: unknown) => told.push(error) };
    await network.make({ kind: 'black-hole' });
    const began = performance.now();
    const rate = { calls: 30, per: 'second' } as const;
    const { accepted } = await enqueue(means, operation, rate, request, targets);
    expect(accepted).toBe(12_000);
    expect(told).toHaveLength(1);
    // The patience for one command, and three commits.
    expect(performance.now() - began).toBeLessThan(5_500);
    expect(await ledger.offerable(lane, 20_000)).toHaveLength(12_000);
  });
});
