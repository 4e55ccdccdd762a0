/**
 * Preloaded into a server that is measured (`node --import`): how long its event loop stood still, and what
 * work all of its threads did. Told `watch` it
 * begins anew, told `stalls` it answers what it saw. Plain JavaScript: it is there before the TypeScript loader.
 */
import { isMainThread } from 'node:worker_threads';

const everyMs = 5;

/** @typedef {{ readonly ms: number, readonly cpuMs: number }} Stall */

if (isMainThread) {
  /** @type {Stall[]} */
  let stalls = [];
  let last = performance.now();
  let spent = process.cpuUsage();
  let watched = spent;
  let turned = performance.eventLoopUtilization();
  const look = () => {
    const now = performance.now();
    const ms = now - last - everyMs;
    const { user, system } = process.cpuUsage(spent);
    spent = process.cpuUsage();
    // Without that much work of ours it was the machine that stood still, or gave the processor to others.
    if (ms > 10) stalls.push({ ms, cpuMs: (user + system) / 1_000 });
    last = now;
  };
  setInterval(look, everyMs).unref();
  // It ends with its parent, whatever ends that.
  process.on('disconnect', () => process.exit());
  process.on('message', (message) => {
    if (message === 'watch') {
      stalls = [];
      watched = process.cpuUsage();
      turned = performance.eventLoopUtilization();
    } else if (message === 'stalls') {
      const { user, system } = process.cpuUsage(watched);
      const busy = performance.eventLoopUtilization(turned).utilization;
      process.send?.({ stalls, cpuMs: (user + system) / 1_000, busy, rss: process.memoryUsage.rss() });
    }
  });
}
