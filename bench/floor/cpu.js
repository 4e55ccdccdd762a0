/**
 * Preloaded into a worker that is measured (`node --import`): asked over its channel, it tells what processor time all
 * of its threads have spent. Nothing runs in between: what is measured is the worker alone.
 */
import { isMainThread } from 'node:worker_threads';

if (isMainThread)
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMs: (user + system) / 1_000 });
  });
