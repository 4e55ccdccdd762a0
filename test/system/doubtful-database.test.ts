/** A database that may lose what it acknowledged is used, and whoever runs a worker on it is told at its start. */
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { databases } from '../ledger/databases.ts';
import { until } from './judge.ts';
import { WorkerProcess } from './worker-process.ts';
import { World } from './world.ts';

describe('expunge serve', () => {
  it.each(databases)('warns of what it doubts of its ledger: $name', async ({ name, create }) => {
    const { url, remove } = await create();
    onTestFinished(remove);
    const world = await World.open({
      redisUrl: inject('redisUrl'),
      accounts: { acc: { 'alibaba.vod.delete-video': { cap: 10 } } },
      settings: { database: { url } },
    });
    onTestFinished(() => world.close());
    const worker = await WorkerProcess.start(world);
    await until('it has started', () => worker.lines.some(({ msg }) => msg === 'worker started'));
    const warned = worker.lines.filter(({ msg }) => msg === 'the ledger may lose what it accepted');
    await worker.stop();
    // The tests' PostgreSQL doesn't wait for its disk.
    const doubt: unknown = expect.stringContaining('fsync is off');
    expect(warned).toEqual(name === 'libSQL' ? [] : [expect.objectContaining({ level: 'warn', doubt })]);
  });
});
